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
use countersign_spec_import::{
    Limits,
    apart::{self, Program},
    inspect as report,
};

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
        ReportFormat::Json => format!("{:#}\n", report::report(&written)),
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
