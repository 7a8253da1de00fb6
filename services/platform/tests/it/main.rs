//! The process as its operator meets it.

mod configuration;
mod routes;
mod serving;
mod spec;
mod story;
