//! Rows, as they stand in the tables. Private: callers see domain values.

pub(crate) mod hold;
