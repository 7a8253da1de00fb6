//! Imports every API description below a folder and says what came of each.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Instant};

use countersign_domain::{
    operation::{ImportedDocument, ImportedOperation, Severity},
    text,
};
use countersign_spec_import::{
    Limits,
    apart::Program,
    bundle::{self, Files as _},
};
use serde_json::{Value, json};

use super::{
    folder::Folder,
    given::{Unreadable, import_bytes, import_folder},
};

const PACKED: [&str; 2] = [".gz", ".zip"];
const PLAIN: [&str; 3] = [".json", ".yaml", ".yml"];

type Counts = BTreeMap<String, usize>;

/// What came of every document.
#[derive(Debug, Default)]
pub(super) struct Survey {
    rows: Vec<Row>,
    /// Files that are no API descriptions by themselves.
    others: usize,
}

/// What came of one document.
#[derive(Debug)]
struct Row {
    name: String,
    milliseconds: u128,
    result: Result<Outcome, String>,
}

#[derive(Debug, Default)]
struct Outcome {
    format: String,
    operations: usize,
    off: Vec<Value>,
    reasons: Counts,
    diagnostics: Counts,
}

/// Imports every description below `home`, one after the other.
pub(super) async fn survey(home: &Path, reader: &Program) -> Result<Survey, Unreadable> {
    if !home.is_dir() {
        return Err(Unreadable::NotAFolder);
    }
    let home = &home.canonicalize()?;
    let mut folder = Folder::at(home, Limits::default().files)?;
    let mut survey = Survey::default();
    for name in folder.names()? {
        let started = Instant::now();
        match one(home, &mut folder, &name, reader).await {
            Ok(None) => survey.others += 1,
            other => survey.rows.push(Row {
                result: match other {
                    Ok(document) => Ok(document.map(|d| outcome(&d)).unwrap_or_default()),
                    Err(error) => Err(error.to_string()),
                },
                name,
                milliseconds: started.elapsed().as_millis(),
            }),
        }
    }
    Ok(survey)
}

/// Imports one file; nothing where it is no description.
async fn one(
    home: &Path,
    folder: &mut Folder,
    name: &str,
    reader: &Program,
) -> Result<Option<ImportedDocument>, Unreadable> {
    let ends_with = |kinds: &[&str]| kinds.iter().any(|kind| name.ends_with(kind));
    if !ends_with(&PACKED) && !ends_with(&PLAIN) {
        return Ok(None);
    }
    let Some(bytes) = folder.open(name, Limits::default().raw_bytes)? else {
        return Ok(None);
    };
    if ends_with(&PACKED) {
        let written = import_bytes(&bytes, None, reader).await?;
        return Ok(Some(written.document));
    }
    if !bundle::is_document(&bytes) {
        return Ok(None);
    }
    // What lies in one folder of the collection belongs together.
    let (top, root) = name.split_once('/').unwrap_or(("", name));
    let written = import_folder(&home.join(top), Some(root), reader).await?;
    Ok(Some(written.document))
}

fn outcome(document: &ImportedDocument) -> Outcome {
    let mut outcome = Outcome {
        format: document.format.clone(),
        operations: document.operations.len(),
        ..Outcome::default()
    };
    for operation in &document.operations {
        let Some(reason) = &operation.unsupported else {
            continue;
        };
        *outcome.reasons.entry(code_of(operation)).or_default() += 1;
        outcome.off.push(json!({
            "method": operation.method,
            "path": operation.path,
            "reason": reason,
        }));
    }
    let of_operations = document.operations.iter().flat_map(|one| &one.diagnostics);
    for note in document.diagnostics.iter().chain(of_operations) {
        *outcome.diagnostics.entry(note.code.clone()).or_default() += 1;
    }
    outcome
}

/// The code of the reason why an operation is off: the first error is the one that counts.
fn code_of(operation: &ImportedOperation) -> String {
    let mut notes = operation.diagnostics.iter();
    let error = notes.find(|note| note.severity == Severity::Error);
    error.map_or_else(|| "unsupported".to_owned(), |note| note.code.clone())
}

impl Survey {
    fn totals(&self) -> Value {
        let done = || self.rows.iter().filter_map(|row| row.result.as_ref().ok());
        let (mut reasons, mut diagnostics) = (Counts::new(), Counts::new());
        for outcome in done() {
            add(&mut reasons, &outcome.reasons);
            add(&mut diagnostics, &outcome.diagnostics);
        }
        let operations: usize = done().map(|one| one.operations).sum();
        let off: usize = done().map(|one| one.off.len()).sum();
        json!({
            "documents": self.rows.len(),
            "refused": self.rows.len() - done().count(),
            "other_files": self.others,
            "operations": operations,
            "importable": operations - off,
            "off": off,
            "off_by_code": reasons,
            "diagnostics": diagnostics,
            "milliseconds": self.rows.iter().map(|row| row.milliseconds).sum::<u128>(),
        })
    }

    /// The survey as JSON.
    pub(super) fn report(&self) -> Value {
        json!({
            "documents": self.rows.iter().map(Row::report).collect::<Vec<_>>(),
            "totals": self.totals(),
        })
    }

    /// The survey as a table, one row for each document, ending with totals.
    pub(super) fn table(&self) -> String {
        let width = |row: &Row| row.name.chars().count().min(60);
        let width = self.rows.iter().map(width).max().unwrap_or(0).max(8);
        let mut out = format!(
            "{:<width$}  {:>6}  {:>8}  {:>5}  {:>6}  OFF BECAUSE; DIAGNOSTICS\n",
            "DOCUMENT", "OPS", "CALLABLE", "OFF", "MS"
        );
        for row in &self.rows {
            row.draw(&mut out, width);
        }
        let totals = self.totals();
        let count = |key: &str| totals[key].as_u64().unwrap_or(0);
        let _ = writeln!(
            out,
            "\n{} documents, {} of them refused; {} other files\n{} operations, {} callable, {} off; {} ms",
            count("documents"),
            count("refused"),
            count("other_files"),
            count("operations"),
            count("importable"),
            count("off"),
            count("milliseconds"),
        );
        for (title, key) in [
            ("OFF BECAUSE", "off_by_code"),
            ("DIAGNOSTICS", "diagnostics"),
        ] {
            let _ = writeln!(out, "\n{title}");
            for (code, count) in totals[key].as_object().into_iter().flatten() {
                let _ = writeln!(out, "  {code:<36}{count:>8}");
            }
        }
        out
    }
}

fn add(sum: &mut Counts, more: &Counts) {
    for (code, count) in more {
        *sum.entry(code.clone()).or_default() += count;
    }
}

impl Row {
    fn report(&self) -> Value {
        match &self.result {
            Ok(outcome) => json!({
                "document": self.name,
                "format": outcome.format,
                "operations": outcome.operations,
                "importable": outcome.operations - outcome.off.len(),
                "off": outcome.off,
                "off_by_code": outcome.reasons,
                "diagnostics": outcome.diagnostics,
                "milliseconds": self.milliseconds,
            }),
            Err(error) => json!({
                "document": self.name,
                "refused": error,
                "milliseconds": self.milliseconds,
            }),
        }
    }

    fn draw(&self, out: &mut String, width: usize) {
        let name = text::strip(&text::reveal(&self.name), width);
        let ms = self.milliseconds;
        let _ = match &self.result {
            Ok(outcome) => {
                let off = outcome.off.len();
                let (all, callable) = (outcome.operations, outcome.operations - off);
                let words = [list(&outcome.reasons), list(&outcome.diagnostics)].join("; ");
                writeln!(
                    out,
                    "{name:<width$}  {all:>6}  {callable:>8}  {off:>5}  {ms:>6}  {words}"
                )
            }
            Err(error) => {
                let error = text::strip(&text::reveal(error), 160);
                writeln!(
                    out,
                    "{name:<width$}  {:>6}  {:>8}  {:>5}  {ms:>6}  refused: {error}",
                    "-", "-", "-"
                )
            }
        };
    }
}

fn list(counts: &Counts) -> String {
    let words = counts.iter().map(|(code, count)| format!("{code} {count}"));
    words.collect::<Vec<_>>().join(", ")
}
