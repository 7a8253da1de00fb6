//! The door against hostile names, addresses and upstreams. All traffic stays on loopback.

#![expect(
    clippy::unwrap_used,
    reason = "clippy takes what tests share for ordinary code; a panic is how a test fails"
)]

mod addresses;
mod answers;
mod hostile;
mod names;
mod tls;
mod upstream;
mod urls;
