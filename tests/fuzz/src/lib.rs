//! What must hold of the importer and of the request builder whatever they are given.
//!
//! [`importer::check`] takes any bytes for a document, [`request::check`] takes them for a tool and
//! its arguments; each panics where a promise is broken. `tests/fuzz/run` hands them to libFuzzer,
//! which looks for bytes that reach new code in ours. Every input that ever broke a promise is
//! kept among the seeds, and an ordinary test tries them all.

pub mod importer;
pub mod mutate;
mod neighbours;
mod oracle;
pub mod request;
mod tool;
