//! The MCP endpoint, and the way of a call through the house.
//!
//! One URL for each endpoint of a tenant, `/mcp/{tenant}/{endpoint}`, sessionless, in both eras of
//! the protocol. What must always hold:
//! - a request is authenticated before its body is looked at, and its token is good for this very
//!   endpoint;
//! - the body decides what is called; headers only have to agree with it;
//! - nothing is sent without an [`Authorized`](countersign_store::Authorized), and nothing is
//!   answered before its record is committed.
//! - a stream tells an agent only that its own list of tools has changed.
//!
//! Start at `serve`, then `call`.

mod authenticate;
mod call;
mod era;
mod gateway;
mod list;
mod listen;
mod looks;
mod rate;
mod reply;
mod serve;
mod shares;
mod wire;
mod written;

pub use gateway::{Gateway, Parts, Rates};
pub use serve::{REQUEST_BYTES, routes};
