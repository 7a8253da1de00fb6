//! Which kinds of sensitive data a call touches.

use countersign_domain::risk::Sensitivity;

use super::{
    fields::Fields,
    nouns::Topic,
    topics::{DECIDES, Topics},
};

/// The kinds of sensitive data, in a fixed order.
pub(super) fn sensitivity(fields: &Fields, topics: &Topics<'_>) -> Vec<Sensitivity> {
    let about = |kind: Sensitivity| match kind {
        Sensitivity::Financial => topics.points(Topic::Billing) >= DECIDES,
        Sensitivity::Credentials => topics.points(Topic::Auth) >= DECIDES,
        Sensitivity::Personal | Sensitivity::Health => false,
    };
    let kinds = Sensitivity::ALL.into_iter();
    kinds
        .filter(|kind| fields.kinds.has(*kind) || about(*kind))
        .collect()
}
