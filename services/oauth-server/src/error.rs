//! What can go wrong, in the words of RFC 6749 and its extensions.

use actix_web::http::StatusCode;
use countersign_domain::{Fault, Kind};
use countersign_store::StoreError;

/// A refusal by the authorization server. The text is fixed: it never repeats input.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The request is not well formed.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// There is no such client, or it may no longer do anything. Clients then register again.
    #[error("the client is not known")]
    InvalidClient,
    /// The code or refresh token is not good, for whatever reason.
    #[error("the grant is not valid, has expired or was used before")]
    InvalidGrant,
    /// Only `authorization_code` and `refresh_token` are offered.
    #[error("only authorization_code and refresh_token are offered")]
    UnsupportedGrantType,
    /// Only `code` is offered.
    #[error("only the response type code is offered")]
    UnsupportedResponseType,
    /// A scope is not known or not covered.
    #[error("a scope is not known or not available here")]
    InvalidScope,
    /// The resource is missing or is not an endpoint here (RFC 8707).
    #[error("resource must be the URL of one endpoint here")]
    InvalidTarget,
    /// A human said no.
    #[error("access was not granted")]
    AccessDenied,
    /// The client wants no human asked, and we always ask.
    #[error("consent is always asked for")]
    InteractionRequired,
    /// A redirect URI cannot be registered (RFC 7591).
    #[error("a redirect URI must be https, or http on a loopback address, in its plain spelling")]
    InvalidRedirectUri,
    /// Other metadata cannot be registered (RFC 7591).
    #[error("{0}")]
    InvalidClientMetadata(&'static str),
    /// Too many requests from one place, or too many clients in all.
    #[error("too many requests, try again later")]
    Limited {
        /// How long to wait.
        retry_after_seconds: u64,
    },
    /// The database did not do what was asked.
    #[error("the server cannot answer now")]
    Store(#[from] StoreError),
}

impl OAuthError {
    /// The status and the code on the wire: the one place that decides both.
    #[must_use]
    pub fn answer(&self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::UnsupportedResponseType => (StatusCode::BAD_REQUEST, "unsupported_response_type"),
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::InvalidTarget => (StatusCode::BAD_REQUEST, "invalid_target"),
            Self::AccessDenied => (StatusCode::BAD_REQUEST, "access_denied"),
            Self::InteractionRequired => (StatusCode::BAD_REQUEST, "interaction_required"),
            Self::InvalidRedirectUri => (StatusCode::BAD_REQUEST, "invalid_redirect_uri"),
            Self::InvalidClientMetadata(_) => (StatusCode::BAD_REQUEST, "invalid_client_metadata"),
            Self::Limited { .. } => (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable"),
            Self::Store(error) => match error.kind() {
                Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
                Kind::Invalid
                | Kind::Unauthenticated
                | Kind::Forbidden
                | Kind::NotFound
                | Kind::Conflict
                | Kind::TooLarge
                | Kind::Limited
                | Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
            },
        }
    }
}

impl OAuthError {
    /// How long to wait before asking again, when that would help.
    pub(crate) const fn retry_after_seconds(&self) -> Option<u64> {
        if let Self::Limited {
            retry_after_seconds,
        } = self
        {
            Some(*retry_after_seconds)
        } else {
            None
        }
    }
}

impl Fault for OAuthError {
    fn kind(&self) -> Kind {
        match self {
            Self::InvalidClient => Kind::Unauthenticated,
            Self::AccessDenied => Kind::Forbidden,
            Self::Limited { .. } => Kind::Limited,
            Self::Store(error) => error.kind(),
            Self::InvalidRequest(_)
            | Self::InvalidGrant
            | Self::UnsupportedGrantType
            | Self::UnsupportedResponseType
            | Self::InvalidScope
            | Self::InvalidTarget
            | Self::InteractionRequired
            | Self::InvalidRedirectUri
            | Self::InvalidClientMetadata(_) => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        self.answer().1
    }
}
