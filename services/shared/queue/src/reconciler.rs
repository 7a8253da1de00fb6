//! Work that is done again and again, whoever asked for it or not.

use std::{error::Error, time::Duration};

use async_trait::async_trait;

/// What can go wrong in a reconciler; it is logged and tried again at the next turn.
pub type ReconcileError = Box<dyn Error + Send + Sync>;

/// Periodic work: no input, looks at the whole state, safe to run twice and in several processes
/// at once.
#[async_trait]
pub trait Reconciler: Send + Sync {
    /// Its name in the log.
    fn name(&self) -> &'static str;

    /// How long it rests between two turns.
    fn every(&self) -> Duration;

    /// Does what is to be done now; returns how many things it did.
    ///
    /// # Errors
    /// When something went wrong; the next turn begins from the state as it is then.
    async fn reconcile(&self) -> Result<usize, ReconcileError>;
}
