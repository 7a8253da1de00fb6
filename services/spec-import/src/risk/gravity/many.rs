//! Changes that touch many things in one call.

use countersign_domain::operation::Method;

use super::{
    super::{Evidence, lexicon::List, reading::Reading, tokens::words},
    Gravity,
};

/// The words by which one call touches many.
pub(super) fn touched(reading: &Reading<'_>, evidence: &Evidence<'_>) -> Option<(Gravity, String)> {
    named(reading)
        .or_else(|| said(evidence))
        .or_else(|| listed(reading, evidence))
}

/// `PUT /incidents`: no parameter says which of them is meant.
fn all_of_them<'r>(reading: &'r Reading<'_>) -> Option<&'r String> {
    let [.., last] = reading.path.segments.as_slice() else {
        return None;
    };
    let changes = matches!(reading.method, Method::Put | Method::Patch);
    let many = last.plural && !reading.path.has_parameter && reading.path.action.is_none();
    last.words.last().filter(|_| changes && many)
}

/// `POST /messages` with a list of them: as many as are sent, and not those of one thing.
fn listed(reading: &Reading<'_>, evidence: &Evidence<'_>) -> Option<(Gravity, String)> {
    let many = evidence.sends_a_list && !reading.path.has_parameter;
    many.then(|| (Gravity::Bulk, "list (request)".to_owned()))
}

/// `updateBulkInventory`, "Updates items in bulk": an adverb is no object.
fn said(evidence: &Evidence<'_>) -> Option<(Gravity, String)> {
    let said = [evidence.operation_id.unwrap_or_default(), evidence.summary];
    let mut words = said.into_iter().flat_map(words);
    let word = words.find(|word| matches!(word.as_str(), "bulk" | "mass"))?;
    Some((Gravity::Bulk, word))
}

/// What is touched is called many, or is all there is.
fn named(reading: &Reading<'_>) -> Option<(Gravity, String)> {
    // One call, many things.
    static BULK: List = List::new(
        "bulk",
        &["bulk, batch, mass, multiple, several, import, export, everyone, blast"],
    );
    let last = reading
        .path
        .segments
        .last()
        .into_iter()
        .flat_map(|segment| &segment.words);
    let name = reading
        .name
        .object
        .iter()
        .chain(&reading.name.rest)
        .chain(&reading.text.object);
    let whole = reading
        .path
        .words()
        .filter(|word| matches!(word.as_str(), "bulk" | "export" | "batch"));
    let word = last
        .chain(name)
        .find(|word| reading.lexicon.has(&BULK, word))
        .or(whole.last())
        .or_else(|| all_of_them(reading))?;
    Some((Gravity::Bulk, word.clone()))
}
