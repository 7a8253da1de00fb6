//! The process as its operator meets it.

mod command_line;
mod compose;
mod configuration;
mod import_memory;
#[expect(clippy::disallowed_methods, reason = "the tests' own processes")]
mod instances;
mod routes;
#[expect(clippy::disallowed_methods, reason = "the tests' own process")]
mod serving;
mod spec;
mod spec_apart;
mod spec_score;
mod spec_worker;
mod story;

use std::path::Path;

/// The binary that is tested.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_countersign"))
}
