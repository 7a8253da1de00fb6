//! Compares two versions of an API description, without a server.

use std::{path::Path, process::ExitCode};

use countersign_domain::drift::Breaking;
use countersign_spec_import::{Written, apart::Program, drift};

use super::{given, inert_json, refuse};
use crate::{
    admin::print,
    commands::{DiffSettings, ReportFormat},
};

/// Something breaks those who call as before.
const BREAKING: u8 = 1;

/// Shows what changed between two versions of a description.
pub(crate) async fn diff(what: &DiffSettings, reader: &Program) -> anyhow::Result<ExitCode> {
    let base = match read(&what.base, reader).await {
        Ok(base) => base,
        Err(refused) => return Ok(refused),
    };
    let revision = match read(&what.revision, reader).await {
        Ok(revision) => revision,
        Err(refused) => return Ok(refused),
    };
    let changes = drift::compare(&base, &revision);
    print(&match what.format {
        ReportFormat::Table => drift::table(&base, &revision, &changes),
        ReportFormat::Json => inert_json(&drift::report(&base, &revision, &changes)),
    })?;
    let breaks = changes
        .iter()
        .any(|change| change.breaking == Breaking::Breaking);
    Ok(if breaks {
        ExitCode::from(BREAKING)
    } else {
        ExitCode::SUCCESS
    })
}

async fn read(file: &Path, reader: &Program) -> Result<Written, ExitCode> {
    let given = given::import_at(file, None, reader).await;
    given.map_err(|error| refuse(file, &error))
}
