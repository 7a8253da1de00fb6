//! Measures the risk classifier against labelled operations.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use countersign_domain::{Fault as _, text};
use countersign_spec_import::{
    Limits, bundle, evidence, evidence_of_files,
    risk::{
        Facts,
        score::{self as measure, Specs},
    },
};

use super::{
    UNREADABLE,
    folder::{Folder, bounded},
    given::Unreadable,
    refuse,
};
use crate::{
    admin::print,
    commands::{ReportFormat, ScoreSettings},
};

/// Measures the classifier, by the labels' own words or by the descriptions in a folder.
pub(crate) fn score(what: &ScoreSettings) -> anyhow::Result<ExitCode> {
    let labels = match labels(&what.labels) {
        Ok(labels) => labels,
        Err(error) => return Ok(refuse(&what.labels, &error)),
    };
    if let Some(home) = what.specs.as_deref().filter(|home| !home.is_dir()) {
        return Ok(refuse(home, &Unreadable::NotAFolder));
    }
    let scores = match &what.specs {
        None => measure::score(&labels),
        Some(home) => measure::score_specs(&labels, &mut Home(home)),
    };
    match scores {
        Ok(scores) => print(&match what.format {
            ReportFormat::Table => scores.to_string(),
            ReportFormat::Json => format!("{:#}\n", scores.report()),
        }),
        Err(error) => {
            let name = text::reveal(&what.labels.display().to_string());
            eprintln!("countersign: {name}: {error} ({})", error.code());
            Ok(ExitCode::from(UNREADABLE))
        }
    }
}

/// What is no text is no label either, and is refused with its line.
fn labels(path: &Path) -> Result<String, Unreadable> {
    if !path.metadata()?.is_file() {
        return Err(Unreadable::NotAFile);
    }
    let bytes = bounded(path, Limits::default().raw_bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Nobody waits for an import here, and a description that was given up is figures lost.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder of descriptions.
struct Home<'p>(&'p Path);

impl Specs for Home<'_> {
    fn operations(&mut self, spec: &str) -> Result<Vec<Facts>, String> {
        let limits = Limits {
            processor_time: PATIENCE,
            ..Limits::default()
        };
        let found = read(&self.0.join(spec), &limits);
        found.map_err(|error| error.to_string())
    }
}

fn read(path: &Path, limits: &Limits) -> Result<Vec<Facts>, Unreadable> {
    let path = plain_or_packed(path)?.canonicalize()?;
    let bytes = bounded(&path, limits.raw_bytes)?;
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(folder), Some(name), false) = (path.parent(), name, bundle::is_packed(&bytes)) else {
        return Ok(evidence(&bytes, limits)?);
    };
    let mut folder = Folder::at(folder, limits.files)?;
    Ok(evidence_of_files(&mut folder, name, limits)?)
}

/// The file, or the same one packed.
fn plain_or_packed(path: &Path) -> io::Result<PathBuf> {
    let packed = path.with_added_extension("gz");
    if !path.exists() && packed.is_file() {
        return Ok(packed);
    }
    path.metadata().map(|_| path.to_path_buf())
}
