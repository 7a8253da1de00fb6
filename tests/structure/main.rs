//! The shape of the project, checked: which way dependencies point, who may do what, and that
//! what is written about it is so.

mod authority;
mod dependencies;
mod text;
