//! The door against hostile names, addresses and upstreams. All traffic stays on loopback.

#![expect(
    clippy::unwrap_used,
    reason = "clippy takes what tests share for ordinary code; a panic is how a test fails"
)]
#![expect(clippy::disallowed_methods, reason = "the door is what is tested")]

mod addresses;
mod answers;
mod hostile;
mod names;
mod tls;
mod upstream;
mod urls;
