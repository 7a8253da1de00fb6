//! The child: limits first, then the document, then what came of it.

use std::{
    io::{self, BufWriter, Read, Write},
    mem,
};

use crate::{
    ImportError, Last, Limits, Progress,
    apart::{
        Line,
        limits::{self, Reach},
    },
    bundle::Files,
    document,
    written::Written,
};

/// Reads a document from `document` and says on `told` what comes of it. `root` names the file of
/// an archive to begin with; without it, that file is searched for.
///
/// For a process that does nothing else: what it gives up before it reads the first byte, it never
/// gets back.
///
/// # Errors
/// When the limits cannot be set, or nobody listens.
pub fn work(document: impl Read, root: Option<&str>, told: impl Write) -> io::Result<()> {
    limits::give_up(Reach::Nothing)?;
    let limits = Limits::default();
    // A byte over the limit is enough for the import to refuse it.
    let most = u64::try_from(limits.raw_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    document
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    answer(told, move |tell| {
        document::import(&bytes, root, &limits, &mut Last(tell))
    })
}

/// Reads a document of several files, as [`crate::import_files`] does, and says on `told` what
/// comes of it. Unlike [`work`] it may open files; all other limits are the same.
///
/// # Errors
/// As [`work`].
pub fn work_on_files(
    files: &mut dyn Files,
    root: Option<&str>,
    told: impl Write,
) -> io::Result<()> {
    limits::give_up(Reach::Files)?;
    let limits = Limits::default();
    answer(told, |tell| {
        crate::import_files_once(files, root, &limits, tell)
    })
}

/// Hears an import out and passes on how far it is and what comes of it.
fn answer(
    told: impl Write,
    import: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<Written, ImportError>,
) -> io::Result<()> {
    let mut told = BufWriter::new(told);
    let mut heard = Ok(());
    let result = import(&mut |progress| {
        if heard.is_ok() {
            heard = say(&mut told, &Line::Progress(progress)).and_then(|()| told.flush());
        }
    });
    heard?;
    let last = match result {
        Ok(Written {
            mut document,
            schemas,
        }) => {
            for (operation, schemas) in mem::take(&mut document.operations).into_iter().zip(schemas)
            {
                let output = schemas.output.map(|output| (*output).to_owned());
                say(
                    &mut told,
                    &Line::Operation(Box::new(operation), schemas.input, output),
                )?;
            }
            Line::Document(Box::new(document))
        }
        Err(error) => Line::Error(error),
    };
    say(&mut told, &last)?;
    told.flush()
}

/// Never the whole line in memory.
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
