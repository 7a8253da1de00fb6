//! What is around every page, and the request a page answers.

use std::sync::Arc;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web};
use countersign_access::{ActionName, TenantScope, allows};
use countersign_domain::{Timestamp, name::Slug, role::Role};
use countersign_edge::{Caller, CspNonce, CsrfToken, Edge, Problem, SignedInUser};
use countersign_tool_registry::CallStop;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;

use crate::{
    dashboard::Dashboard,
    inert::Inert,
    notice::Done,
    parts::{CsrfField, When},
};

/// What is around every page.
pub(crate) struct Frame {
    /// The page's title.
    pub(crate) title: String,
    /// What this answer's own script carries.
    pub(crate) nonce: String,
    /// The hidden field that every form has.
    pub(crate) csrf: CsrfField,
    /// What was just done.
    pub(crate) notice: Option<&'static str>,
    /// Who is signed in.
    pub(crate) person: Option<String>,
    /// The tenant that the page is in.
    pub(crate) place: Option<Place>,
    /// The browser asks again after so many seconds.
    pub(crate) refresh: Option<u32>,
}

/// The tenant that a page is in.
pub(crate) struct Place {
    pub(crate) tenant: Slug,
    pub(crate) name: Inert,
    pub(crate) role: &'static str,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) others: Vec<(Slug, Inert)>,
    /// All calls of the tenant are stopped.
    pub(crate) stop: Option<Stopped>,
}

/// That all calls are stopped, as every page says it.
pub(crate) struct Stopped {
    pub(crate) id: String,
    pub(crate) at: When,
    pub(crate) by: Inert,
    pub(crate) reason: Inert,
    pub(crate) may_resume: bool,
    /// This is the page where they are resumed.
    pub(crate) here: bool,
}

impl Stopped {
    pub(crate) fn new(stop: &CallStop) -> Self {
        Self {
            id: stop.id.to_string(),
            at: When::new(stop.at),
            by: Inert::new(&stop.by),
            reason: Inert::new(&stop.reason),
            may_resume: false,
            here: false,
        }
    }
}

impl Frame {
    /// The stop, while all calls of the tenant are stopped.
    pub(crate) fn stop(&self) -> Option<&Stopped> {
        self.place.as_ref()?.stop.as_ref()
    }
}

/// One entry of the navigation.
pub(crate) struct NavItem {
    pub(crate) href: String,
    pub(crate) label: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) current: bool,
    /// How many things wait there for a person.
    pub(crate) waiting: u64,
}

/// A part of the product, as the navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Sources,
    Connections,
    Endpoints,
    Holds,
    Audit,
    Report,
    Members,
    Stop,
}

impl Section {
    const ALL: [(Self, &'static str, &'static str, &'static str, ActionName); 9] = [
        (Self::Home, "", "Overview", "home", ActionName::ReadTenant),
        (
            Self::Holds,
            "/holds",
            "Held calls",
            "hold",
            ActionName::ReadHolds,
        ),
        (
            Self::Sources,
            "/sources",
            "APIs and tools",
            "api",
            ActionName::ReadTenant,
        ),
        (
            Self::Connections,
            "/connections",
            "Connections",
            "plug",
            ActionName::ReadTenant,
        ),
        (
            Self::Endpoints,
            "/endpoints",
            "Endpoints",
            "endpoint",
            ActionName::ReadTenant,
        ),
        (
            Self::Audit,
            "/audit",
            "Audit log",
            "log",
            ActionName::ReadRecords,
        ),
        (
            Self::Report,
            "/report",
            "Report",
            "report",
            ActionName::ReadRecords,
        ),
        (
            Self::Members,
            "/members",
            "Members",
            "people",
            ActionName::ReadTenant,
        ),
        (
            Self::Stop,
            "/stop",
            "Stop all calls",
            "stop",
            ActionName::StopCalls,
        ),
    ];
}

/// How many calls wait in the tenant's inbox, and whether all are stopped: found out once for a
/// request, so that the page that says what went wrong knows it too.
#[derive(Clone, Default)]
struct Calls {
    waiting: u64,
    stop: Option<CallStop>,
}

#[derive(Deserialize)]
struct DoneQuery {
    done: Option<String>,
}

/// A request for a page, by anybody.
pub(crate) struct Visit {
    pub(crate) dashboard: web::Data<Dashboard>,
    pub(crate) request: HttpRequest,
    pub(crate) now: Timestamp,
    nonce: String,
    csrf: CsrfField,
    notice: Option<&'static str>,
}

impl Visit {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let csrf = CsrfToken::from_request(request, &mut Payload::None).into_inner()?;
        let query = web::Query::<DoneQuery>::from_query(request.query_string()).ok();
        let notice = query.and_then(|query| Done::parse(query.done.as_deref()?));
        Ok(Self {
            dashboard: Dashboard::of(request),
            now: Edge::of(request).world().now(),
            nonce: CspNonce::of(request).to_string(),
            csrf: CsrfField::new(csrf.as_str()),
            notice: notice.map(Done::text),
            request: request.clone(),
        })
    }

    /// The frame of a page outside any tenant.
    pub(crate) fn frame(&self, title: &str, user: Option<&SignedInUser>) -> Frame {
        Frame {
            title: title.to_owned(),
            nonce: self.nonce.clone(),
            csrf: self.csrf.clone(),
            notice: self.notice,
            person: user.map(|user| user.email.to_string()),
            place: None,
            refresh: None,
        }
    }

    /// An absolute link to a path of ours.
    pub(crate) fn link(&self, path: &str) -> String {
        Edge::of(&self.request).public_url().link(path)
    }
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}

/// A member's request for a page of their tenant.
pub(crate) struct Here {
    pub(crate) visit: Visit,
    pub(crate) caller: Caller,
}

impl Here {
    /// The services.
    pub(crate) fn services(&self) -> &Dashboard {
        &self.visit.dashboard
    }

    /// The member's authority.
    pub(crate) fn scope(&self) -> &TenantScope {
        &self.caller.scope
    }

    /// The present moment.
    pub(crate) const fn now(&self) -> Timestamp {
        self.visit.now
    }

    /// Says whether to show what only some may do.
    pub(crate) fn may(&self, action: ActionName) -> bool {
        self.caller.may(action)
    }

    /// A path below the tenant's own; `rest` is empty or starts with a slash.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/t/{}{rest}", self.caller.tenant)
    }

    /// Reads a part of the path. What cannot be one does not exist.
    pub(crate) fn part<T: std::str::FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.visit.request.match_info().get(name);
        text.and_then(|text| text.parse().ok())
            .ok_or_else(Problem::not_found)
    }

    /// Reads the query; what cannot be read counts as not given.
    pub(crate) fn query<T: serde::de::DeserializeOwned + Default>(&self) -> T {
        self.whole_query().unwrap_or_default()
    }

    /// Reads the query, if all of it can be read.
    pub(crate) fn whole_query<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        let query = web::Query::<T>::from_query(self.visit.request.query_string());
        query.ok().map(web::Query::into_inner)
    }

    /// The frame of a page in the tenant.
    pub(crate) fn frame(&self, title: &str, section: Section) -> Frame {
        self.frame_of(title, Some(section))
    }

    /// The frame of the page that says what went wrong, for a member of a tenant who asked there.
    pub(crate) fn frame_of_problem(request: &HttpRequest, title: &str) -> Option<Frame> {
        let caller = Caller::known(request)?;
        let visit = Visit::of(request).ok()?;
        let caller = Caller::clone(&caller);
        Some(Self { visit, caller }.frame_of(title, None))
    }

    fn frame_of(&self, title: &str, section: Option<Section>) -> Frame {
        let caller = &self.caller;
        let known = self.visit.request.extensions().get::<Calls>().cloned();
        let Calls { waiting, stop } = known.unwrap_or_default();
        let nav = Section::ALL.into_iter();
        let nav = nav.filter(|(.., action)| caller.may(*action));
        let others = caller.user.memberships.iter();
        let place = Place {
            tenant: caller.tenant.clone(),
            name: Inert::new(&caller.tenant_name),
            role: caller.scope.role().map_or("", |role| role.as_str()),
            nav: nav
                .map(|(this, rest, label, icon, _)| NavItem {
                    href: self.path(rest),
                    label: if this == Section::Stop && stop.is_some() {
                        "Calls are stopped"
                    } else {
                        label
                    },
                    icon,
                    current: Some(this) == section,
                    waiting: if this == Section::Holds { waiting } else { 0 },
                })
                .collect(),
            others: others
                .filter(|other| other.tenant != caller.tenant)
                .map(|other| (other.tenant.clone(), Inert::new(&other.name)))
                .collect(),
            stop: stop.as_ref().map(|stop| Stopped {
                may_resume: caller.may(ActionName::ResumeCalls),
                here: section == Some(Section::Stop),
                ..Stopped::new(stop)
            }),
        };
        Frame {
            place: Some(place),
            ..self.visit.frame(title, Some(&caller.user))
        }
    }
}

impl FromRequest for Here {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let visit = Visit::of(&request)?;
            let (services, scope) = (&visit.dashboard, &caller.scope);
            let waiting = if caller.may(ActionName::ReadHolds) {
                services.approvals.waiting(scope).await?
            } else {
                0
            };
            let stop = services.registry.call_stop(scope).await?;
            request.extensions_mut().insert(Calls { waiting, stop });
            Ok(Self { visit, caller })
        })
    }
}

/// A signed-in person's request, in no tenant in particular.
pub(crate) struct Person {
    pub(crate) visit: Visit,
    pub(crate) user: Option<Arc<SignedInUser>>,
}

impl FromRequest for Person {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let user = SignedInUser::find(&request).await?;
            let visit = Visit::of(&request)?;
            Ok(Self { visit, user })
        })
    }
}

/// Names the roles that may do this, as a sentence does: `owners, admins and developers`.
pub(crate) fn roles_that_may(action: ActionName) -> String {
    let roles = Role::ALL.into_iter().filter(|role| allows(*role, action));
    let roles: Vec<_> = roles.map(|role| format!("{}s", role.as_str())).collect();
    match roles.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
