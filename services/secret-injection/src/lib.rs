//! Opens secrets, at the last moment, into the outbound request; the only crate that does.
//!
//! [`Connections`] is where members say where an API lives and store what lets requests in there.
//! [`Dispatch`] sends one authorized call; [`Injector`] does so from this process, and
//! [`preview`] shows a reviewer what would be sent, [`credential_label`] tells the log with what.
//!
//! Three pure parts surround the sending. [`build`](mod@build) turns the arguments of a tool into
//! the exact bytes of one request, so that what a reviewer saw is what is sent. [`scrub`] takes
//! every known secret out of what comes back. [`shape`](mod@shape) turns that into an answer that
//! is safe to hand to a model. None of them waits, or knows where a secret is kept.

pub mod build;
pub mod connections;
pub mod dispatch;
pub mod scrub;
pub mod shape;

pub use build::{BuildError, BuiltRequest, RequestParts, RequestTemplate, build};
pub use connections::{
    ConfirmCredential, ConnectionError, ConnectionView, Connections, SetBaseUrl, StoreCredential,
};
pub use countersign_egress::Room;
pub use countersign_store::credential_suspensions::Suspension;
pub use dispatch::{
    Dispatch, DispatchError, DispatchOutcome, Injector, OutboundCall, RequestRefused, Sent,
    credential_label, preview, reaches_another,
};
pub use scrub::{ScrubStream, Scrubbed, Scrubber};
pub use shape::{Flag, ToolAnswer, shape};
