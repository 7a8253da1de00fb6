//! The routes of a front, each with who may call it: registered, checked and listed from one line.

use std::{fmt, rc::Rc};

use actix_web::{
    Error, FromRequest, Handler, HttpMessage as _, HttpRequest, Resource, Responder, Route,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::{Next, from_fn},
    web,
};
use countersign_access::ActionName;

use crate::{
    caller::{Caller, caller, signed_in},
    csrf::SameOrigin,
    edge::Edge,
    problem::Problem,
    return_to::ReturnTo,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoMay {
    /// Anybody.
    Public,
    /// Anybody with a session.
    SignedIn,
    /// A member of the path's `{tenant}` whose role allows this.
    Member(ActionName),
    /// An agent with a token; the front itself checks it.
    Agent,
    /// Whoever can reach the operator's address.
    Operator,
}

impl fmt::Display for WhoMay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::SignedIn => f.write_str("signed in"),
            Self::Member(action) => write!(f, "member: {action:?}"),
            Self::Agent => f.write_str("agent"),
            Self::Operator => f.write_str("operator"),
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteEntry {
    /// The HTTP method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub who: WhoMay,
}

/// The routes of a front. A session, a membership and the role's right are checked before the
/// handler runs, and so is the origin of a request that changes something; so the table says
/// what happens, not what was meant. What a role was refused goes on record.
#[derive(Default)]
pub struct Routes {
    table: Vec<RouteEntry>,
    paths: Vec<(&'static str, Vec<Route>)>,
}

impl Routes {
    /// Begins without any.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a page or a read.
    #[must_use]
    pub fn get<F, A>(self, path: &'static str, who: WhoMay, handler: F) -> Self
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.route(Method::GET, path, who, handler)
    }

    /// Adds a change.
    #[must_use]
    pub fn post<F, A>(self, path: &'static str, who: WhoMay, handler: F) -> Self
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.route(Method::POST, path, who, handler)
    }

    /// Adds a route of any method.
    ///
    /// # Panics
    /// When a member's route does not name its tenant: a mistake in the program.
    #[must_use]
    pub fn route<F, A>(
        mut self,
        method: Method,
        path: &'static str,
        who: WhoMay,
        handler: F,
    ) -> Self
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let names_tenant = path.contains("{tenant}");
        assert!(
            names_tenant || !matches!(who, WhoMay::Member(_)),
            "{path} is a member's route and does not name a tenant"
        );
        let route = web::method(method.clone())
            .to(handler)
            .wrap(from_fn(move |request, next| check(who, request, next)));
        match self.paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, routes)) => routes.push(route),
            None => self.paths.push((path, vec![route])),
        }
        self.table.push(RouteEntry { method, path, who });
        self
    }

    /// Adds another front's routes.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        for (path, routes) in other.paths {
            match self.paths.iter_mut().find(|(known, _)| *known == path) {
                Some((_, known)) => known.extend(routes),
                None => self.paths.push((path, routes)),
            }
        }
        self
    }

    /// The table: one line per route, in the order they were added.
    #[must_use]
    pub fn table(&self) -> &[RouteEntry] {
        &self.table
    }

    /// Registers the routes with an application.
    pub fn configure(self, config: &mut web::ServiceConfig) {
        let reads = self
            .table
            .iter()
            .filter(|entry| entry.method == Method::GET);
        let pages: Vec<&str> = reads.map(|entry| entry.path).collect();
        for (path, routes) in self.paths {
            let resource = web::resource(path).app_data(PageAbove::find(path, &pages));
            config.service(routes.into_iter().fold(resource, Resource::route));
        }
    }
}

/// The nearest page above the address that a form is sent to, which most often is the one it stands
/// on: how many of its segments are that page's own address.
struct PageAbove(Option<usize>);

impl PageAbove {
    fn find(path: &str, pages: &[&str]) -> Self {
        let above = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
        let mut above = above.filter(|path| pages.contains(path));
        Self(above.next().map(|page| page.split('/').count()))
    }
}

/// The page that the form of this request most likely stands on, with what its address narrows: the
/// request's own address where that can be read, else the nearest above it.
pub(crate) fn page_of(request: &HttpRequest) -> Option<ReturnTo> {
    let segments = request.app_data::<PageAbove>()?.0?;
    let path: Vec<&str> = request.path().split('/').take(segments).collect();
    let query = request.uri().query().map(|query| format!("?{query}"));
    ReturnTo::parse(&(path.join("/") + query.as_deref().unwrap_or_default()))
}

async fn check(
    who: WhoMay,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = match admit(who, &request).await {
        Ok(()) => next.call(request).await?,
        Err(problem) => request.error_response(problem),
    };
    let caller = answer.request().extensions().get::<Rc<Caller>>().cloned();
    if let Some(caller) = caller {
        Edge::of(answer.request()).note_denied(&caller).await;
    }
    Ok(answer)
}

async fn admit(who: WhoMay, request: &ServiceRequest) -> Result<(), Problem> {
    let rides_on_a_cookie = matches!(who, WhoMay::SignedIn | WhoMay::Member(_));
    if rides_on_a_cookie && !request.method().is_safe() {
        SameOrigin::check(request.request()).map(drop)?;
    }
    match who {
        WhoMay::Public | WhoMay::Agent | WhoMay::Operator => Ok(()),
        WhoMay::SignedIn => signed_in(request.request()).await.map(|_| ()),
        WhoMay::Member(action) => {
            let caller = caller(request.request()).await?;
            Ok(caller.scope.check(action)?)
        }
    }
}
