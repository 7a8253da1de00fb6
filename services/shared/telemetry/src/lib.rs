//! What a process says about itself: logs, and figures for the operator.
//!
//! What must always hold: a field that is called like a secret is never written, and neither is
//! the password of a URL, whatever else is in the line ([`redact`]). It is a net below the rule that no
//! secret is logged in the first place, not instead of it.
//!
//! Start at [`start_logs`] and [`Figures`].

mod figures;
mod human;
mod json;
pub mod redact;
mod start;

pub use figures::Figures;
pub use start::{LogFormat, LogOptions, LogsNotStarted, start_logs, subscriber};
