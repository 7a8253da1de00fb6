//! Figures in Prometheus's format.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::{encoding::text::encode, registry::Registry};

/// The figures of one process. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Figures(Arc<Mutex<Registry>>);

impl Figures {
    /// The content type of [`Figures::text`].
    pub const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Begins without any; every name will start with `countersign_`.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Registry::with_prefix("countersign"))))
    }

    /// Lets a part of the program add its own.
    pub fn add(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes all figures as they are now.
    ///
    /// # Panics
    /// Never: a string takes everything that is written to it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        encode(&mut text, &registry).expect("writing to a string cannot fail");
        text
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;

    use super::*;

    #[test]
    fn what_one_part_counts_every_clone_shows() {
        let figures = Figures::new();
        let calls: Counter = Counter::default();
        figures
            .clone()
            .add(|registry| registry.register("calls", "Calls", calls.clone()));

        calls.inc();

        assert!(figures.text().contains("countersign_calls_total 1"));
    }
}
