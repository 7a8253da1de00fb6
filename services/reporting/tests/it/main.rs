//! The audit log, the figures and the reports, over a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod activity;
mod audit;
mod home;
mod recorder;
mod reports;
