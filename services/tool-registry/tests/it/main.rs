//! The registry against a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod catalogues;
mod decisions;
mod endpoints;
mod house;
mod overriding;
mod sources;
mod together;
mod undo;
mod weights;
