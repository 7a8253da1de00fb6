//! How much of a document is read, and how far along the reading is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::risk::Facts;

/// What one import may cost. Beyond any of these the document is refused, or, where that is said,
/// only the operation concerned cannot be called.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the document, or of the archive.
    pub raw_bytes: usize,
    /// Bytes of all files of a bundle together, unpacked.
    pub unpacked_bytes: usize,
    /// Files in a bundle.
    pub files: usize,
    /// Operations in the document.
    pub operations: usize,
    /// Nesting of lists and objects; more than 128 is never read.
    pub depth: usize,
    /// Lists, objects and scalars, aliases expanded.
    pub nodes: usize,
    /// Bytes of one operation's input schema; beyond, that operation cannot be called.
    pub schema_bytes: usize,
    /// Bytes of all input schemas; beyond, the remaining operations cannot be called.
    pub all_schema_bytes: usize,
    /// What the process uses of processors meanwhile, all threads together.
    pub processor_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            raw_bytes: 32 << 20,
            unpacked_bytes: 64 << 20,
            files: 10_000,
            operations: 5_000,
            depth: 128,
            nodes: 2_000_000,
            schema_bytes: 1 << 20,
            all_schema_bytes: 32 << 20,
            processor_time: Duration::from_secs(5),
        }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Steps of this stage that are done.
    pub done: usize,
    /// Steps of this stage in all.
    pub total: usize,
}

/// The stages of an import, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Bytes become a tree; a step is a byte.
    Reading,
    /// Each method and path becomes an operation; a step is an operation.
    Operations,
    /// Names are made unique; a step is an operation.
    Naming,
}

impl Stage {
    /// The name that people and scripts see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Operations => "operations",
            Self::Naming => "naming",
        }
    }
}

/// Listens while a document is imported.
pub(crate) trait Listener {
    /// Hears how far the import is.
    fn progress(&mut self, progress: Progress);

    /// Whether the process ends with this import, so that nothing need be taken apart.
    fn is_last(&self) -> bool {
        false
    }

    /// Whether it wants to hear what the operations are classified by.
    fn collects(&self) -> bool {
        false
    }

    /// Hears what an operation is classified by, if it wants to.
    fn facts(&mut self, facts: Facts) {
        let _ = facts;
    }
}

impl<F: FnMut(Progress)> Listener for F {
    fn progress(&mut self, progress: Progress) {
        self(progress);
    }
}

/// Listens to the only import of a process.
pub(crate) struct Last<'p>(pub(crate) &'p mut dyn FnMut(Progress));

impl Listener for Last<'_> {
    fn progress(&mut self, progress: Progress) {
        (self.0)(progress);
    }

    fn is_last(&self) -> bool {
        true
    }
}
