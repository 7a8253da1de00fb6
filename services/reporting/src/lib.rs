//! What happened, and what it means: the audit log, figures and reports.
//!
//! What must always hold: a call's record is committed before its answer leaves, and a call that
//! changes something has its intent committed before a byte goes upstream. [`Recorder`] is how the
//! gateway keeps that cheaply. [`Audit`] reads the log back.

mod audit;
mod recorder;

pub use audit::{Audit, AuditError, Page, RecordDetail};
pub use countersign_store::record_reading::{RecordFilter, RecordRow};
pub use recorder::{RecordError, Recorder, RecorderMetrics};
