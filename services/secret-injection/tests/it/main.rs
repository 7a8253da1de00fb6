//! What the pure parts promise, through the front door.

#![expect(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod golden_bodies;
mod golden_requests;
mod golden_rows;
mod hostile_arguments;
mod hostile_paths;
mod refusals;
mod scrub_corpus;
mod shaping;
mod templates;
