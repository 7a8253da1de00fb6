//! Reads API descriptions, without a server.

mod folder;
mod given;
mod survey;

use std::{fs, io, path::Path, process::ExitCode};

use anyhow::Context as _;
use countersign_domain::text;
use countersign_spec_import::{Limits, inspect as report, risk::score::score as measure};

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

/// Measures the risk classifier against labels.
pub(crate) fn score(labels: &Path) -> anyhow::Result<ExitCode> {
    let text = fs::read_to_string(labels)
        .with_context(|| format!("{} cannot be read", labels.display()))?;
    print(&format!("{}\n", measure(&text)?))
}

/// A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    match io::Write::write_all(&mut io::stdout().lock(), text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}
