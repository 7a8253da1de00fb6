//! Who calls: a signed-in person, and the tenant they are in.

use std::{rc::Rc, sync::Arc};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::{Method, uri::PathAndQuery},
};
use async_trait::async_trait;
use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    id::{PersonId, SessionId},
    name::{Email, Slug},
    role::Role,
};
use futures_util::future::LocalBoxFuture;

use crate::{
    edge::Edge, problem::Problem, protect::wants_page, return_to::ReturnTo, routes, session_cookie,
};

/// Knows the sessions. `platform` answers with what `accounts` knows.
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// Finds the live session of a cookie's token.
    async fn session(&self, token: &str) -> Result<Option<SignedInUser>, Problem>;

    /// Lets a signed-in person into a tenant. `None` when it is not there or not theirs.
    async fn enter(
        &self,
        user: &SignedInUser,
        tenant: &Slug,
    ) -> Result<Option<TenantScope>, Problem>;

    /// Puts on record that a member was refused for what they are.
    async fn denied(&self, caller: &Caller, action: ActionName) -> Result<(), Problem>;
}

/// For processes that serve no people: nobody is ever signed in.
#[derive(Clone, Copy, Debug)]
pub struct NoSessions;

#[async_trait]
impl Authenticate for NoSessions {
    async fn session(&self, _token: &str) -> Result<Option<SignedInUser>, Problem> {
        Ok(None)
    }

    async fn enter(
        &self,
        _user: &SignedInUser,
        _tenant: &Slug,
    ) -> Result<Option<TenantScope>, Problem> {
        Ok(None)
    }

    async fn denied(&self, _caller: &Caller, _action: ActionName) -> Result<(), Problem> {
        Ok(())
    }
}

/// A person with a live session.
#[derive(Clone, Debug)]
pub struct SignedInUser {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub person: PersonId,
    /// Their address.
    pub email: Email,
    /// The tenants they are a member of.
    pub memberships: Vec<MembershipView>,
}

/// One tenant of a person.
#[derive(Clone, Debug)]
pub struct MembershipView {
    /// The tenant's part of our URLs.
    pub tenant: Slug,
    /// Its name.
    pub name: String,
    /// What the person is there.
    pub role: Role,
}

/// A signed-in person in the tenant that the path names as `{tenant}`.
///
/// As an argument of a handler it is the guard: without a session the handler does not run, and
/// a tenant that is not there and one that is not theirs are the same 404.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person.
    pub user: Arc<SignedInUser>,
    /// Their authority in the tenant.
    pub scope: TenantScope,
    /// The tenant's part of our URLs.
    pub tenant: Slug,
    /// The tenant's name.
    pub tenant_name: String,
}

impl Caller {
    /// Lets whoever sent a request into a tenant that its path does not name. What they are refused
    /// there is put on record, as it is where the path does.
    ///
    /// # Errors
    /// When nobody is signed in; and the same not-found for a tenant that is not there and one that
    /// is not theirs.
    pub async fn enter(request: &HttpRequest, tenant: &Slug) -> Result<Rc<Self>, Problem> {
        let user = signed_in(request).await?;
        let caller = Rc::new(Edge::of(request).enter(&user, tenant).await?);
        request.extensions_mut().insert(Rc::clone(&caller));
        Ok(caller)
    }

    pub(crate) fn new(user: Arc<SignedInUser>, scope: TenantScope, tenant: Slug) -> Self {
        let known = user.memberships.iter().find(|m| m.tenant == tenant);
        let tenant_name = known.map_or_else(|| tenant.to_string(), |m| m.name.clone());
        Self {
            user,
            scope,
            tenant,
            tenant_name,
        }
    }

    /// Who the caller of this request turned out to be, if it came so far; for the page that says
    /// what went wrong.
    #[must_use]
    pub fn known(request: &HttpRequest) -> Option<Rc<Self>> {
        request.extensions().get::<Rc<Self>>().cloned()
    }

    /// Says whether the caller may do this; for showing or hiding a button.
    #[must_use]
    pub fn may(&self, action: ActionName) -> bool {
        self.scope.may(action)
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller(&request).await.map(|caller| (*caller).clone()) })
    }
}

impl SignedInUser {
    /// Finds out who is signed in, if anybody; for pages that anybody may see.
    ///
    /// # Errors
    /// When the sessions cannot be looked up.
    pub async fn find(request: &HttpRequest) -> Result<Option<Arc<Self>>, Problem> {
        if let Some(known) = request.extensions().get::<Arc<Self>>() {
            return Ok(Some(Arc::clone(known)));
        }
        let edge = Edge::of(request);
        let Some(token) = session_cookie::token(request, edge.public_url()) else {
            return Ok(None);
        };
        let Some(user) = edge.authenticate().session(&token).await? else {
            return Ok(None);
        };
        let user = Arc::new(user);
        request.extensions_mut().insert(Arc::clone(&user));
        Ok(Some(user))
    }
}

/// Requires the session of a request that came with one once more, now that its body has come:
/// that may have taken long. Whether the person is still what they were in a tenant, the store
/// asks whenever they do something there.
///
/// # Errors
/// When it is over.
pub async fn still_signed_in(request: &HttpRequest) -> Result<(), Problem> {
    let known = request.extensions_mut().remove::<Arc<SignedInUser>>();
    match known {
        Some(_) => signed_in(request).await.map(drop),
        None => Ok(()),
    }
}

impl FromRequest for SignedInUser {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { signed_in(&request).await.map(|user| (*user).clone()) })
    }
}

/// Requires a session: a browser on a page is sent to sign in, everything else is told 401. Who
/// sent a form is told that nothing was done, and led back to where the form is.
pub(crate) async fn signed_in(request: &HttpRequest) -> Result<Arc<SignedInUser>, Problem> {
    if let Some(user) = SignedInUser::find(request).await? {
        return Ok(user);
    }
    if !wants_page(request) {
        return Err(Problem::unauthenticated());
    }
    if request.method() != Method::GET {
        let back = routes::page_of(request);
        return Err(Problem::see_other(ReturnTo::sign_in_again(back.as_ref())));
    }
    let here = request.uri().path_and_query().map(PathAndQuery::as_str);
    let back = here.and_then(ReturnTo::parse);
    Err(Problem::see_other(ReturnTo::sign_in(back.as_ref())))
}

/// Requires a session and a membership of the path's tenant; asks once per request.
pub(crate) async fn caller(request: &HttpRequest) -> Result<Rc<Caller>, Problem> {
    if let Some(known) = Caller::known(request) {
        return Ok(known);
    }
    signed_in(request).await?;
    let tenant = request.match_info().get("tenant").unwrap_or_default();
    let tenant: Slug = tenant.parse().map_err(|_| Problem::not_found())?;
    Caller::enter(request, &tenant).await
}
