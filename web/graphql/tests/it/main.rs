//! What is promised, through the one door.

#![expect(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod access;
mod doors;
mod front;
mod refusals;
mod schema;
mod scrubbing;
mod story;
mod tenants;
