//! The one door out: every byte that leaves this product for an address somebody else
//! chose goes through [`Egress`]. No other crate may depend on an HTTP client.
//!
//! What must always hold:
//!
//! - A connection is made only to an address that was checked. Names are resolved once per
//!   connection, *all* answers are checked, and the connector gets exactly the checked list,
//!   so a name that changes its mind between check and use (rebinding) gains nothing.
//! - Addresses are allowed by an allow-list ([`address::is_public`]), never by a list of the
//!   bad ones somebody remembered. Addresses that carry another address are opened first.
//! - All refusals look the same ([`EgressError::DestinationNotAllowed`]) and happen before
//!   anything is sent, so a refusal tells nothing about what is behind it.
//! - Redirects are data. Proxies in the environment are ignored. TLS is verified, always.
//! - Every answer is bounded in time, header bytes and body bytes while it is being read,
//!   and is never decompressed here, so no answer can grow in our hands. How much all of them
//!   take together is for the caller's [`Room`] to say.
//! - An error says whether the upstream may have seen the request
//!   ([`EgressError::may_have_been_sent`]); when in doubt the answer is yes.
//!
//! Start at [`EgressPolicy`], then [`Egress::send`].

pub mod address;
mod destination;
mod egress;
mod error;
mod failure;
mod fetch;
mod message;
mod policy;
mod resolve;

pub use egress::{Egress, EgressBuildError};
pub use error::{Cause, EgressError, Sent};
pub use fetch::{Fetch, Fetched, SPEC_BYTES};
pub use message::{HeaderText, InboundResponse, OutboundRequest, Plenty, RequestLimits, Room};
pub use policy::{EgressPolicy, Loopback, PlainHttp};
pub use resolve::{Resolver, SystemResolver};
pub use url::Url;
