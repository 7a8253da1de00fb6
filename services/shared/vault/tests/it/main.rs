//! What vaults promise, and what the local one promises besides.

#![expect(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod conformance;
mod key_file;
mod local;
