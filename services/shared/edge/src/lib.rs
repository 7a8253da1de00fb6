//! What every HTTP front shares: who calls, from where, with what protection, and how a refusal
//! looks.
//!
//! What must always hold:
//! - every answer carries the security headers and a request id ([`protect`]);
//! - a changing request that rides on a cookie comes from our own pages and carries a token of
//!   that browser ([`Form`], [`JsonBody`]);
//! - a tenant that is not there and one that is not yours give the same answer ([`Caller`]);
//! - who may call a route is written where the route is, and checked there ([`Routes`]);
//! - nobody holds a connection by sending a body slowly, whoever reads it ([`Pace`]).
//!
//! An application is `App::new().configure(|cfg| edge.configure(cfg))`, the fronts' [`Routes`],
//! and `.wrap(from_fn(protect))` around it all.

mod address;
mod caller;
mod csrf;
mod edge;
mod form;
mod headers;
mod json_body;
mod pace;
mod problem;
mod protect;
mod public_url;
mod return_to;
mod routes;
mod session_cookie;
pub mod token;

pub use address::{ClientAddress, UserAgent};
pub use caller::{Authenticate, Caller, MembershipView, NoSessions, SignedInUser, still_signed_in};
pub use csrf::{CSRF_FIELD, CSRF_HEADER, CsrfToken, SameOrigin};
pub use edge::{Edge, ErrorPage};
pub use form::{Form, NoFields};
pub use headers::{CspNonce, allow_form_target};
pub use json_body::JsonBody;
pub use pace::Pace;
pub use problem::Problem;
pub use protect::{RequestId, protect};
pub use public_url::{InvalidPublicUrl, PublicUrl};
pub use return_to::ReturnTo;
pub use routes::{RouteEntry, Routes, WhoMay};
