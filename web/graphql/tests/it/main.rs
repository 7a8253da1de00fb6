//! What is promised, through the one door.

#![expect(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod access;
mod doors;
mod front;
mod input_schemas;
mod overrides;
mod refusals;
mod revision_changes;
mod schema;
#[expect(
    clippy::unused_async,
    reason = "the library takes only async resolvers"
)]
mod scrubbing;
mod story;
mod tenants;
mod together;
