//! Compares two versions of an API description, without a server.

use std::{path::Path, process::ExitCode};

use countersign_domain::{drift::Breaking, operation::ImportedDocument};
use countersign_spec_import::{Limits, drift};

use super::{given, print, refuse};
use crate::commands::{DiffSettings, ReportFormat};

/// Something breaks those who call as before.
const BREAKING: u8 = 1;

/// Shows what changed between two versions of a description.
pub(crate) fn diff(what: &DiffSettings) -> anyhow::Result<ExitCode> {
    let (base, revision) = match (read(&what.base), read(&what.revision)) {
        (Ok(base), Ok(revision)) => (base, revision),
        (Err(refused), _) | (_, Err(refused)) => return Ok(refused),
    };
    let changes = drift::compare(&base, &revision);
    print(&match what.format {
        ReportFormat::Table => drift::table(&changes),
        ReportFormat::Json => format!("{:#}\n", drift::report(&changes)),
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

fn read(file: &Path) -> Result<ImportedDocument, ExitCode> {
    given::import_at(file, None, &Limits::default()).map_err(|error| refuse(file, &error))
}
