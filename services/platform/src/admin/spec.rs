//! Reads API descriptions, without a server.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use countersign_domain::Fault as _;
use countersign_spec_import::{Limits, import, inspect as report, risk::score::score as measure};

use crate::commands::{InspectSettings, ReportFormat};

/// The file cannot be read as what it should be.
const UNREADABLE: u8 = 2;

/// Shows what an import of a description would do.
pub(crate) fn inspect(what: &InspectSettings) -> anyhow::Result<ExitCode> {
    let name = what.file.display();
    let bytes = match read(&what.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("countersign: {name} cannot be read: {error}");
            return Ok(ExitCode::from(UNREADABLE));
        }
    };
    let document = match import(&bytes, &Limits::default()) {
        Ok(document) => document,
        Err(error) => {
            let (text, code) = (error.to_string(), error.code());
            eprintln!("countersign: {name}: {} ({code})", text.replace('\n', " "));
            return Ok(ExitCode::from(UNREADABLE));
        }
    };
    let text = match what.format {
        ReportFormat::Table => report::table(&document),
        ReportFormat::Json => format!("{:#}\n", report::report(&document)),
    };
    print(&text)
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

fn read(file: &Path) -> io::Result<Vec<u8>> {
    // A byte over the limit is enough for the import to refuse it.
    let most = u64::try_from(Limits::default().raw_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(most + 1).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(file)?
            .take(most + 1)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
