//! What is promised, through the front door: the pure parts, the use cases and the sending.

#![expect(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]
#![expect(clippy::disallowed_methods, reason = "the sending is what is tested")]

mod answering;
mod canary;
mod connecting;
mod golden_bodies;
mod golden_requests;
mod golden_rows;
mod half_way;
mod hostile_arguments;
mod hostile_paths;
mod house;
mod refusals;
mod rotating;
mod scrub_corpus;
mod sending;
mod shaping;
mod templates;
mod upstream;
