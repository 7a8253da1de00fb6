//! What happened, and what it means: the audit log, figures and reports.
//!
//! What must always hold: a call's record is committed before its answer leaves, and a call that
//! changes something has its intent committed before a byte goes upstream. [`Recorder`] is how the
//! gateway keeps that cheaply. [`Audit`] reads the log back; [`Reports`] and [`Activity`] count over the
//! live tables and keep nothing but the counts of rows that cannot change.

mod activity;
mod audit;
mod call_counts;
mod days;
mod finding;
mod reach;
mod recorder;
mod report;
mod searches;

pub use activity::{Activity, HomeFigures};
pub use audit::{Audit, AuditError, Page, RecordDetail};
pub use countersign_store::{
    oauth_grants::Grant,
    record_reading::{RecordFilter, RecordRow},
    reports::{HoldFigures, InventoryRow, ReviewerFigures, SetUp, ToolOn},
};
pub use days::{Calls, ClassFigures, DayFigures};
pub use finding::{Evidence, Finding, FindingCode, Severity};
pub use reach::Way;
pub use recorder::{RecordError, Recorder, RecorderMetrics};
pub use report::{Report, Reports};
