//! What the fronts of one process have in common, as one value.

use std::{fmt, sync::Arc};

use actix_web::{HttpRequest, web};
use countersign_domain::{World, name::Slug};

use crate::{
    caller::{Authenticate, Caller, SignedInUser},
    pace::Pace,
    problem::Problem,
    public_url::PublicUrl,
};

/// Draws a problem as a page. [`crate::RequestId`] and [`crate::CspNonce`] can be read from the
/// request.
pub type ErrorPage = dyn Fn(&Problem, &HttpRequest) -> String + Send + Sync;

/// What the fronts of one process have in common. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    public_url: PublicUrl,
    world: World,
    authenticate: Arc<dyn Authenticate>,
    error_page: Option<Arc<ErrorPage>>,
    proxy_hops: u8,
    pace: Pace,
}

impl Edge {
    /// Puts together where we are reached, a clock with randomness, and who knows the sessions.
    #[must_use]
    pub fn new(public_url: PublicUrl, world: World, authenticate: Arc<dyn Authenticate>) -> Self {
        Self {
            public_url,
            world,
            authenticate,
            error_page: None,
            proxy_hops: 0,
            pace: Pace::default(),
        }
    }

    /// Draws problems as pages for browsers that ask for a page.
    #[must_use]
    pub fn with_error_page(
        mut self,
        page: impl Fn(&Problem, &HttpRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.error_page = Some(Arc::new(page));
        self
    }

    /// Believes this many proxies in front of us about the client's address. None by default:
    /// then `X-Forwarded-For` is what the client says about itself, and means nothing.
    #[must_use]
    pub const fn with_proxy_hops(mut self, hops: u8) -> Self {
        self.proxy_hops = hops;
        self
    }

    /// Lets bodies come at another pace than by default.
    #[must_use]
    pub const fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Makes this known to every handler, and answers for every path that no route has.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(web::Data::new(self.clone()))
            .default_service(web::to(async || {
                Err::<&'static str, _>(Problem::not_found())
            }));
    }

    /// Where we are reached.
    #[must_use]
    pub const fn public_url(&self) -> &PublicUrl {
        &self.public_url
    }

    /// The clock and the randomness.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// How many proxies are believed.
    #[must_use]
    pub const fn proxy_hops(&self) -> u8 {
        self.proxy_hops
    }

    /// Lets somebody into one tenant, for fronts whose path does not name it.
    ///
    /// # Errors
    /// The same not-found for a tenant that is not there and one that is not theirs.
    pub async fn enter(&self, user: &Arc<SignedInUser>, tenant: &Slug) -> Result<Caller, Problem> {
        let scope = self.authenticate.enter(user, tenant).await?;
        let scope = scope.ok_or_else(Problem::not_found)?.for_one_request();
        Ok(Caller::new(Arc::clone(user), scope, tenant.clone()))
    }

    /// Puts on record what the caller's request was refused for their role, if it was, before its
    /// answer leaves. It stays refused if that fails, which is then in our log.
    pub async fn note_denied(&self, caller: &Caller) {
        if let Some(action) = caller.scope.denied() {
            self.authenticate.denied(caller, action).await.ok();
        }
    }

    pub(crate) const fn pace(&self) -> Pace {
        self.pace
    }

    pub(crate) fn authenticate(&self) -> &dyn Authenticate {
        self.authenticate.as_ref()
    }

    pub(crate) fn error_page(&self) -> Option<&ErrorPage> {
        self.error_page.as_deref()
    }

    /// The edge of the application that serves this request.
    ///
    /// # Panics
    /// When the application was built without [`Edge::configure`].
    #[must_use]
    pub fn of(request: &HttpRequest) -> &Self {
        request
            .app_data::<web::Data<Self>>()
            .expect("every application is configured with Edge::configure")
    }
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge")
            .field("public_url", &self.public_url.origin())
            .field("proxy_hops", &self.proxy_hops)
            .finish_non_exhaustive()
    }
}
