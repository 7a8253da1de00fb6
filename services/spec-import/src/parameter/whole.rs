//! A parameter that is the whole query, as `OpenAPI` 3.2 has it. Nothing else may stand beside it:
//! the specification does not tell how the two would be joined.

use countersign_domain::operation::{Bind, Place};

use super::Parameter;
use crate::operation::Reading;

/// Refuses an operation in which the whole query is not one parameter's alone.
pub(super) fn settle(cx: &mut Reading<'_, '_>, parameters: &[Parameter<'_>]) {
    let of = |place| parameters.iter().filter(move |one| one.place == place);
    let mut whole = of(Place::Querystring);
    let Some(first) = whole.next() else { return };
    if let Some(second) = whole.next() {
        let reason = "two of its parameters are the whole query";
        cx.refuse("querystring_twice", &second.pointer, reason);
    }
    let sent = cx.path.split('#').next().unwrap_or_default();
    let written = sent
        .split_once('?')
        .is_some_and(|(_, query)| !query.is_empty());
    if written || of(Place::Query).next().is_some() {
        let reason = "one of its parameters is the whole query, and others stand in it too";
        cx.refuse("querystring_shared", &first.pointer, reason);
    }
}

/// Refuses an operation in which a value that is the whole query leaves no room for the key.
pub(crate) fn leave_room(cx: &mut Reading<'_, '_>, parameters: &[Parameter<'_>], binds: &[Bind]) {
    let of_query = |one: &&Parameter<'_>| one.place == Place::Querystring;
    let whole = parameters.iter().find(of_query);
    let is_filled = binds.iter().any(Bind::fills_the_query);
    if let Some(whole) = whole.filter(|_| is_filled) {
        let reason = "one of its parameters is the whole query, and the key has to stand in it too";
        cx.refuse("querystring_shared", &whole.pointer, reason);
    }
}
