//! The door against hostile names, addresses and upstreams. All traffic stays on loopback.

mod addresses;
mod answers;
mod hostile;
mod tls;
mod upstream;
mod urls;
