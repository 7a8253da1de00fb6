//! Reads API descriptions, without a server.

mod diff;
mod folder;
mod given;
mod score;
mod survey;

pub(crate) use score::score;

use std::{io, path::Path, process::ExitCode};

use anyhow::Context as _;
use countersign_domain::text;
use countersign_spec_import::{Limits, apart, inspect as report};

pub(crate) use self::diff::diff;
use self::given::Unreadable;
use crate::commands::{InspectSettings, ReportFormat, SurveySettings};

/// The file cannot be read as what it should be.
const UNREADABLE: u8 = 2;

/// Shows what an import of a description would do.
pub(crate) fn inspect(what: &InspectSettings) -> anyhow::Result<ExitCode> {
    let document = match given::import_at(&what.file, what.root.as_deref(), &Limits::default()) {
        Ok(document) => document,
        Err(error) => return Ok(refuse(&what.file, &error)),
    };
    let text = match what.format {
        ReportFormat::Table => report::table(&document),
        ReportFormat::Json => format!("{:#}\n", report::report(&document)),
    };
    print(&text)
}

/// Imports every description below a folder and shows what came of each.
pub(crate) fn survey(what: &SurveySettings) -> anyhow::Result<ExitCode> {
    let survey = match survey::survey(&what.folder, &Limits::default()) {
        Ok(survey) => survey,
        Err(error) => return Ok(refuse(&what.folder, &error)),
    };
    let text = match what.format {
        ReportFormat::Table => survey.table(),
        ReportFormat::Json => format!("{:#}\n", survey.report()),
    };
    print(&text)
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

/// Reads one document from standard input for a server that started this process for it.
pub(crate) fn read_for_a_server() -> anyhow::Result<ExitCode> {
    apart::work(io::stdin().lock(), io::stdout().lock()).context("the reader broke off")?;
    Ok(ExitCode::SUCCESS)
}
/// A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    match io::Write::write_all(&mut io::stdout().lock(), text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}
