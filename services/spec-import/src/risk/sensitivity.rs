//! Which kinds of sensitive data a call touches.

use super::{
    fields::{Fields, Kind},
    nouns::Topic,
    topics::{DECIDES, Topics},
};

/// The kinds of sensitive data, in a fixed order.
pub(super) fn sensitivity(fields: &Fields, topics: &Topics<'_>) -> Vec<String> {
    let about = |topic| topics.points(topic) >= DECIDES;
    let kinds = [
        ("personal", fields.kinds.has(Kind::Personal)),
        (
            "financial",
            fields.kinds.has(Kind::Financial) || about(Topic::Billing),
        ),
        ("health", fields.kinds.has(Kind::Health)),
        (
            "credentials",
            fields.kinds.has(Kind::Secret) || about(Topic::Auth),
        ),
    ];
    kinds
        .into_iter()
        .filter(|(_, found)| *found)
        .map(|(kind, _)| kind.to_owned())
        .collect()
}
