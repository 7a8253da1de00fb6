//! The child: limits first, then the document, then what came of it.

use std::io::{self, BufWriter, Read, Write};

use crate::{
    ImportError, Limits,
    apart::{Line, limits},
    import_once,
};

/// Reads a document from `document` and says on `told` what comes of it.
///
/// For a process that does nothing else: what it gives up before it reads the first byte, it never
/// gets back.
///
/// # Errors
/// When the limits cannot be set, or nobody listens.
pub fn work(document: impl Read, told: impl Write) -> io::Result<()> {
    let limits = Limits::default();
    limits::give_up(limits.processor_time.as_secs() + 1)?;
    let mut told = BufWriter::new(told);
    // A byte over the limit is enough for the import to refuse it.
    let most = u64::try_from(limits.raw_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    document
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    let mut heard = Ok(());
    let result = import_once(&bytes, &limits, &mut |progress| {
        if heard.is_ok() {
            heard = say(&mut told, &Line::Progress(progress)).and_then(|()| told.flush());
        }
    });
    heard?;
    drop(bytes);
    let last = match result {
        Ok(document) => Line::Document(Box::new(document)),
        Err(error) => Line::Error(error),
    };
    say(&mut told, &last)?;
    told.flush()
}

/// Never the whole line in memory: the document is in it.
fn say(told: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *told, line)?;
    told.write_all(b"\n")
}

/// Says what a child died of, from the last it wrote to standard error.
pub(super) fn died_of(last_words: &str) -> ImportError {
    if last_words.contains("memory allocation of") {
        ImportError::TooMuchMemory {
            limit: limits::MEMORY_MIB,
        }
    } else {
        ImportError::Interrupted
    }
}
