//! The OAuth 2.1 authorization server for agents: it turns a member's consent into short-lived
//! tokens for one endpoint, and takes them back.
//!
//! What must always hold:
//! - there is one issuer, and a token is good at exactly the one URL it was issued for;
//! - codes and refresh tokens are used once, decided by one conditional UPDATE in the transaction
//!   that issues what follows; a second valid use revokes everything that came of the first;
//! - nothing is kept but digests, and each kind of value is looked for only among its own;
//! - nobody is sent anywhere before client and redirect URI are known to belong together;
//! - a human sees every request before it is granted, in the browser that began it.
//!
//! Start at [`Authorizations`] (authorize, then consent), then [`Tokens`]. [`routes`] lists the
//! doors.

mod authorize;
mod browser;
mod code;
mod consent;
mod error;
mod grants;
mod http;
mod issuer;
mod limits;
mod metadata;
mod parameters;
mod per_address;
mod pkce;
mod redirect;
mod refresh;
mod register;
mod revoke;
mod tokens;

pub use authorize::{Authorizations, Refused};
pub use browser::{Browser, browser_cookie_name};
pub use consent::{ConsentError, ConsentView};
pub use countersign_store::offered_tools::OfferedTool;
pub use error::OAuthError;
pub use grants::{GrantError, GrantView, Grants};
pub use http::{OAuthServer, routes};
pub use issuer::Issuer;
pub use limits::{AddressQuota, Limits};
pub use register::{Clients, Registered, Registration};
pub use tokens::{Issued, Tokens};
