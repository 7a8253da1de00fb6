//! Opens secrets, at the last moment, into the outbound request; the only crate that does.
//!
//! Three pure parts surround the sending. [`build`](mod@build) turns the arguments of a tool into
//! the exact bytes of one request, so that what a reviewer saw is what is sent. [`scrub`] takes
//! every known secret out of what comes back. [`shape`](mod@shape) turns that into an answer that
//! is safe to hand to a model. None of them waits, or knows where a secret is kept.

pub mod build;
pub mod scrub;
pub mod shape;

pub use build::{BuildError, BuiltRequest, RequestParts, RequestTemplate, build};
pub use scrub::{ScrubStream, Scrubbed, Scrubber};
pub use shape::{Flag, ToolAnswer, shape};
