//! Reading rows: values in, or an error that names the table, the column and the row.

use std::fmt::Display;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::StoreError;

/// Where a value was read from, for the error.
#[derive(Clone, Copy)]
pub(crate) struct At<R: Display> {
    pub(crate) table: &'static str,
    pub(crate) row: R,
}

impl<R: Display> At<R> {
    /// Takes a value that had to be readable.
    pub(crate) fn need<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.unreadable(column))
    }

    /// Reads a JSON column.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        value: Value,
    ) -> Result<T, StoreError> {
        serde_json::from_value(value).map_err(|_| self.unreadable(column))
    }

    /// The error for one column.
    pub(crate) fn unreadable(&self, column: &'static str) -> StoreError {
        StoreError::Unreadable {
            table: self.table,
            column,
            row: self.row.to_string(),
        }
    }
}

/// What was read of one row of many: where a newer version of the server wrote it and this one cannot
/// read it, that row alone is left out, and the log says which.
pub(crate) fn unless_unreadable<T>(read: Result<T, StoreError>) -> Option<Result<T, StoreError>> {
    if let Err(StoreError::Unreadable { table, column, row }) = &read {
        tracing::error!(
            db.table = table,
            db.column = column,
            db.row = row,
            "stored data is not readable, and left out"
        );
        return None;
    }
    Some(read)
}

/// Rows to write, as the text of a JSON list: a tree of them takes ten times the memory.
pub(crate) fn written<T: Serialize>(rows: &[T]) -> String {
    serde_json::to_string(rows).expect("rows are plain JSON")
}
