//! The shape of the project, checked: which way dependencies point, who may do what, and that
//! what is written about it is so.

#![expect(clippy::unwrap_used, reason = "what cannot be read cannot be checked")]

mod authority;
mod dependencies;
mod text;
