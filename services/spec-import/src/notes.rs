//! What was lost, guessed or repaired, and where.

use std::fmt;

use countersign_domain::{
    operation::{Diagnostic, Severity, TextMark},
    text,
};

/// More of these about one operation help nobody, and a hostile document could have millions.
const NOTES: usize = 60;
const NOTES_OF_DOCUMENT: usize = 1_000;
const POINTER_CHARACTERS: usize = 400;
const TEXT_CHARACTERS: usize = 400;

/// Collects diagnostics up to a limit.
#[derive(Debug)]
pub(crate) struct Notes {
    list: Vec<Diagnostic>,
    left_out: usize,
    limit: usize,
}

impl Notes {
    /// For one operation.
    pub(crate) const fn of_operation() -> Self {
        Self {
            list: Vec::new(),
            left_out: 0,
            limit: NOTES,
        }
    }

    /// For what all operations share.
    pub(crate) const fn of_document() -> Self {
        Self {
            list: Vec::new(),
            left_out: 0,
            limit: NOTES_OF_DOCUMENT,
        }
    }

    /// How many there are, those that were left out too.
    pub(crate) const fn count(&self) -> usize {
        self.list.len() + self.left_out
    }

    pub(crate) fn info(&mut self, code: &str, at: &dyn fmt::Display, text: &str) {
        self.add(Severity::Info, code, at, text);
    }

    pub(crate) fn warning(&mut self, code: &str, at: &dyn fmt::Display, text: &str) {
        self.add(Severity::Warning, code, at, text);
    }

    pub(crate) fn error(&mut self, code: &str, at: &dyn fmt::Display, text: &str) {
        self.add(Severity::Error, code, at, text);
    }

    /// Why an operation is off, said before there are operations: no number of others before it keeps
    /// it out.
    pub(crate) fn refuse(&mut self, code: &str, at: &dyn fmt::Display, text: &str) {
        self.list.push(diagnostic(Severity::Error, code, at, text));
    }

    /// A warning that decisions rest on: no number of others before it keeps it out.
    pub(crate) fn mark(&mut self, mark: TextMark, at: &dyn fmt::Display, text: &str) {
        self.list
            .push(diagnostic(Severity::Warning, mark.code(), at, text));
    }

    fn add(&mut self, severity: Severity, code: &str, at: &dyn fmt::Display, text: &str) {
        let room = if severity == Severity::Error {
            2 * self.limit
        } else {
            self.limit
        };
        if self.list.len() >= room {
            self.left_out += 1;
            return;
        }
        self.list.push(diagnostic(severity, code, at, text));
    }

    /// Ends the collection; says how many were left out.
    pub(crate) fn finish(mut self, at: &dyn fmt::Display) -> Vec<Diagnostic> {
        if self.left_out > 0 {
            let text = format!("{} further diagnostics are not listed", self.left_out);
            let note = diagnostic(Severity::Info, "more_diagnostics", at, &text);
            self.list.push(note);
        }
        self.list
    }
}

/// One diagnostic, cut to a size that can be shown.
pub(crate) fn diagnostic(
    severity: Severity,
    code: &str,
    at: &dyn fmt::Display,
    text: &str,
) -> Diagnostic {
    Diagnostic {
        severity,
        code: code.to_owned(),
        pointer: text::strip(&at.to_string(), POINTER_CHARACTERS),
        text: text::strip(text, TEXT_CHARACTERS),
    }
}

/// A place in the document. Costs nothing until it is written as a JSON pointer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At<'a> {
    /// A pointer that is already written.
    Pointer(&'a str),
    /// A member of an object.
    Key(&'a At<'a>, &'a str),
    /// An item of a list.
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    pub(crate) const ROOT: At<'static> = At::Pointer("");

    pub(crate) const fn key(&'a self, key: &'a str) -> At<'a> {
        At::Key(self, key)
    }

    pub(crate) const fn index(&'a self, index: usize) -> At<'a> {
        At::Index(self, index)
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::Key(parent, key) if key.contains(['~', '/']) => {
                write!(f, "{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Self::Key(parent, key) => write!(f, "{parent}/{key}"),
            Self::Index(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}
