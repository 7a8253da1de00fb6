//! The route table, as a process with every role has it.

use std::fmt::Write as _;

use countersign_edge::RouteEntry;

use crate::{fronts, operator, roles::Role};

/// Writes a line a route: method, path, who may call it.
#[must_use]
pub fn routes() -> String {
    let public = fronts::routes(&Role::ALL.into_iter().collect());
    let private = operator::private_routes();
    let mut entries: Vec<&RouteEntry> = public.table().iter().chain(private.table()).collect();
    entries.sort_by(|one, other| {
        (one.path, one.method.as_str()).cmp(&(other.path, other.method.as_str()))
    });
    let width = entries
        .iter()
        .map(|entry| entry.path.len())
        .max()
        .unwrap_or(0);
    entries.iter().fold(String::new(), |mut table, entry| {
        let (method, path, who) = (entry.method.as_str(), entry.path, entry.who);
        let _ = writeln!(table, "{method:<8}{path:<width$}  {who}");
        table
    })
}
