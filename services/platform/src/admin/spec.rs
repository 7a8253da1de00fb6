//! Reads API descriptions, without a server.

mod diff;
mod folder;
mod given;
mod score;
mod survey;

pub(crate) use score::score;

use std::{fmt::Write as _, io, path::Path, process::ExitCode};

use anyhow::Context as _;
use countersign_domain::text;
use countersign_spec_import::{
    Limits,
    apart::{self, Program},
    inspect as report,
};
use serde_json::Value;

pub(crate) use self::diff::diff;
use self::{folder::Folder, given::Unreadable};
use super::print;
use crate::commands::{InspectSettings, ReportFormat, SurveySettings, WorkerSettings};

/// The file cannot be read as what it should be.
const UNREADABLE: u8 = 2;

/// Shows what an import of a description would do.
pub(crate) async fn inspect(what: &InspectSettings, reader: &Program) -> anyhow::Result<ExitCode> {
    let written = match given::import_at(&what.file, what.root.as_deref(), reader).await {
        Ok(written) => written,
        Err(error) => return Ok(refuse(&what.file, &error)),
    };
    let text = match what.format {
        ReportFormat::Table => report::table(&written.document),
        ReportFormat::Json => inert_json(&report::report(&written)),
    };
    print(&text)
}

/// Imports every description below a folder and shows what came of each.
pub(crate) async fn survey(what: &SurveySettings, reader: &Program) -> anyhow::Result<ExitCode> {
    let survey = match survey::survey(&what.folder, reader).await {
        Ok(survey) => survey,
        Err(error) => return Ok(refuse(&what.folder, &error)),
    };
    let text = match what.format {
        ReportFormat::Table => survey.table(),
        ReportFormat::Json => format!("{:#}\n", survey.report()),
    };
    print(&text)
}

/// A report as JSON in which hidden characters of a document are escaped, so that none can write to
/// the terminal or read otherwise than it stands there.
fn inert_json(report: &Value) -> String {
    let mut out = String::new();
    for character in format!("{report:#}\n").chars() {
        if text::is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// One line: the file, what is wrong and where.
fn refuse(file: &Path, error: &Unreadable) -> ExitCode {
    let name = text::reveal(&file.display().to_string());
    let code = error
        .code()
        .map_or(String::new(), |code| format!(" ({code})"));
    let line = format!("{name}: {error}{code}");
    eprintln!("countersign: {}", line.replace(['\n', '\r'], " "));
    ExitCode::from(UNREADABLE)
}

/// Reads one document, for a server or a command that started this process for it.
pub(crate) fn read_for_another(what: &WorkerSettings) -> anyhow::Result<ExitCode> {
    let (root, told) = (what.root.as_deref(), io::stdout().lock());
    match &what.folder {
        None => apart::work(io::stdin().lock(), root, told),
        Some(folder) => Folder::at(folder, Limits::default().files)
            .and_then(|mut files| apart::work_on_files(&mut files, root, told)),
    }
    .context("the reader broke off")?;
    Ok(ExitCode::SUCCESS)
}
