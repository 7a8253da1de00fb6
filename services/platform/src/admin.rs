//! The operator's commands.

mod announce;
mod doctor;
mod healthcheck;
mod migrate;
mod print;
mod route_table;
mod spec;

pub(crate) use announce::announce;
pub(crate) use doctor::doctor;
pub(crate) use healthcheck::healthcheck;
pub(crate) use migrate::migrate;
pub(crate) use print::print;
pub use route_table::routes;
pub(crate) use spec::{diff, inspect, read_for_another, score, survey};
