//! What vaults promise, and what the local one promises besides.

mod conformance;
mod dependents;
mod key_file;
mod local;
mod tenants;
