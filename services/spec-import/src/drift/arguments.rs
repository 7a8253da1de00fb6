//! What an operation takes: its parameters and its body.
//!
//! A parameter is known by its place and its name on the wire, a path variable by where it stands
//! in the path. All arguments stand in one object that takes no others.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fmt::Write as _,
    hash::Hash,
};

use countersign_domain::{
    digest::NotCanonical,
    drift::{Breaking, ChangeKind},
    operation::{Bind, Body, BodyKind, ImportedOperation, PartEncoding, Place, Style},
};
use serde_json::Value;

use super::{
    budget::Budget,
    discriminators,
    findings::{Findings, Found},
    place::{Part, Root, list},
    schema::{Walk, hidden},
};
use crate::{evidence, path::names_in_braces};

/// Compares the arguments. An operation that cannot be called has none worth comparing.
pub(super) fn compare(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    if old.unsupported.is_some() != new.unsupported.is_some() {
        return;
    }
    let Paired { pairs, gone, added } = paired(old, new);
    for (one, other) in &pairs {
        let is_one = is_one_value(old, one) && is_one_value(new, other);
        let is_told = (one.required && !other.required)
            && (evidence::says_what_is_done(one.place, &one.wire)
                || is_decided(old, (&one.wire, &one.key), found));
        sending((one, other), (is_one, is_told), found);
    }
    for bind in gone {
        without(bind, found);
    }
    for bind in added {
        with(bind, found);
    }
    let is_needed = |body: &Option<Body>| body.as_ref().is_some_and(|body| body.required);
    let is_told =
        (is_needed(&old.body) && !is_needed(&new.body)) && is_decided(old, ("body", "body"), found);
    bodies((old.body.as_ref(), new.body.as_ref()), is_told, found);
    discriminators::compare(old, new, found);
    let roots = (&old.input_schema, &new.input_schema);
    let mut walk = Walk::new(roots, found);
    walk.nameless = old.discriminators.is_empty() && new.discriminators.is_empty();
    for (one, other, root) in schemas(&pairs, (old, new)) {
        walk.compare(one, other, &root);
    }
}

/// Says whether leaving out what was given may mean another order.
fn is_decided(
    old: &ImportedOperation,
    (name, key): (&str, &str),
    found: &mut Findings<'_>,
) -> bool {
    let mut walk = Walk::new((&old.input_schema, &old.input_schema), found);
    schema(&old.input_schema, key).is_some_and(|schema| walk.decides(name, schema))
}

/// What may be left out now.
const fn left_out(is_told: bool) -> Breaking {
    if is_told {
        Breaking::Potentially
    } else {
        Breaking::No
    }
}

/// Says whether an argument of both differs in more than what harmless changes explain.
pub(super) fn hide_more(
    old: &ImportedOperation,
    new: &ImportedOperation,
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    let both = schemas(&paired(old, new).pairs, (old, new));
    hidden::hide_more(&both, (&old.input_schema, &new.input_schema), budget)
}

/// The schemas of the arguments of both, and where each stands.
fn schemas<'o>(
    pairs: &[(&Bind, &Bind)],
    (old, new): (&'o ImportedOperation, &'o ImportedOperation),
) -> Vec<(&'o Value, &'o Value, Root)> {
    let both = |keys: (&str, &str), words: String, part: Part| {
        let old = schema(&old.input_schema, keys.0)?;
        let new = schema(&new.input_schema, keys.1)?;
        let nested = false;
        let root = Root {
            words,
            part,
            nested,
        };
        Some((old, new, root))
    };
    let parameters = pairs.iter().filter_map(|(one, other)| {
        let keys = (one.key.as_str(), other.key.as_str());
        both(keys, place(other), Part::Parameter)
    });
    let bodies = old.body.as_ref().zip(new.body.as_ref());
    let body = bodies.and_then(|_| both(("body", "body"), "body".to_owned(), Part::Body));
    parameters.chain(body).collect()
}

/// Takes one value and no list, so that it means nothing whether its parts stand by themselves.
pub(super) fn is_one_value(operation: &ImportedOperation, bind: &Bind) -> bool {
    let kind = schema(&operation.input_schema, &bind.key).and_then(|it| it.get("type")?.as_str());
    matches!(kind, Some("string" | "integer" | "number" | "boolean"))
}

fn schema<'s>(input: &'s Value, key: &str) -> Option<&'s Value> {
    input.get("properties")?.get(key)
}

fn place(bind: &Bind) -> String {
    format!("parameter {}", bind.wire)
}

/// The parameters of both sides.
struct Paired<'o> {
    pairs: Vec<(&'o Bind, &'o Bind)>,
    gone: Vec<&'o Bind>,
    added: Vec<&'o Bind>,
}

/// Pairs parameters: those of one place and name, path variables by position, then those of one
/// name that moved.
fn paired<'o>(old: &'o ImportedOperation, new: &'o ImportedOperation) -> Paired<'o> {
    let names = names_in_braces(&old.path).zip(names_in_braces(&new.path));
    let renamed: HashMap<&str, &str> = names.collect();
    let before = |bind: &Bind| match bind.place {
        Place::Path => {
            let wire = bind.wire.as_str();
            (
                bind.place.as_str(),
                renamed.get(wire).unwrap_or(&wire).to_string(),
            )
        }
        Place::Query | Place::Querystring | Place::Header | Place::Cookie => address(bind),
    };
    let everything = Paired {
        pairs: Vec::new(),
        gone: old.binds.iter().collect(),
        added: new.binds.iter().collect(),
    };
    everything
        .pair(before, address)
        .pair(|bind| bind.wire.clone(), |bind| bind.wire.clone())
}

impl Paired<'_> {
    /// Pairs what is left over and has the same key on both sides, in one pass.
    fn pair<K: Eq + Hash>(
        mut self,
        before: impl Fn(&Bind) -> K,
        after: impl Fn(&Bind) -> K,
    ) -> Self {
        let mut open: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (index, bind) in self.added.iter().enumerate() {
            open.entry(after(bind)).or_default().push_back(index);
        }
        let mut taken = vec![false; self.added.len()];
        for bind in std::mem::take(&mut self.gone) {
            let partner = open.get_mut(&before(bind)).and_then(VecDeque::pop_front);
            match partner {
                Some(index) => {
                    taken[index] = true;
                    self.pairs.push((bind, self.added[index]));
                }
                None => self.gone.push(bind),
            }
        }
        let mut taken = taken.into_iter();
        self.added.retain(|_| !taken.next().unwrap_or(false));
        self
    }
}

/// A place and a name on the wire; headers are written in any case.
fn address(bind: &Bind) -> (&'static str, String) {
    let wire = match bind.place {
        Place::Header => bind.wire.to_ascii_lowercase(),
        Place::Path | Place::Query | Place::Cookie => bind.wire.clone(),
        // There is one at most, and its name is sent nowhere.
        Place::Querystring => String::new(),
    };
    (bind.place.as_str(), wire)
}

fn note(code: &'static str, bind: &Bind, words: &str, breaking: Breaking) -> Found {
    let place = place(bind);
    let text = format!("{place}: {words}.");
    Found::new(ChangeKind::Input, code, text)
        .at(&place)
        .breaking(breaking)
}

fn without(bind: &Bind, found: &mut Findings<'_>) {
    let (code, breaking) = if bind.required {
        ("request_required_parameter_removed", Breaking::Breaking)
    } else {
        ("request_parameter_removed", Breaking::Potentially)
    };
    found.add(note(
        code,
        bind,
        "it is gone and not taken any more",
        breaking,
    ));
}

fn with(bind: &Bind, found: &mut Findings<'_>) {
    found.add(if bind.required {
        let words = "it is new and must be given";
        note(
            "request_required_parameter_added",
            bind,
            words,
            Breaking::Breaking,
        )
    } else if evidence::says_what_is_done(bind.place, &bind.wire) {
        let words = "it is new, may be left out and says what is done";
        note(
            "request_parameter_added",
            bind,
            words,
            Breaking::Potentially,
        )
    } else {
        let words = "it is new and may be left out";
        note("request_parameter_added", bind, words, Breaking::No)
    });
}

/// Compares how one parameter is sent.
fn sending(
    (old, new): (&Bind, &Bind),
    (is_one_value, is_told): (bool, bool),
    found: &mut Findings<'_>,
) {
    match (old.required, new.required) {
        (false, true) => found.add(note(
            "request_parameter_became_required",
            new,
            "it must be given now",
            Breaking::Breaking,
        )),
        (true, false) => found.add(note(
            "request_parameter_became_optional",
            new,
            "it may be left out now",
            left_out(is_told),
        )),
        _ => {}
    }
    let mut changed = |code: &'static str, words: &str, sides: (&str, &str)| {
        if sides.0 != sides.1 {
            let found_one = note(code, new, words, Breaking::Potentially);
            found.add(found_one.values(Some(sides.0), Some(sides.1)));
        }
    };
    let places = (old.place.as_str(), new.place.as_str());
    changed(
        "request_parameter_place_changed",
        "it is sent in another place",
        places,
    );
    let words = "its values are written differently";
    changed(
        "request_parameter_style_changed",
        words,
        (&style(old, is_one_value), &style(new, is_one_value)),
    );
    let none = String::new();
    let media = |bind: &Bind| bind.content_type.clone().unwrap_or_else(|| none.clone());
    let words = "it is sent as another media type";
    changed(
        "request_parameter_media_type_changed",
        words,
        (&media(old), &media(new)),
    );
    // A path variable that is renamed is said to be, with the path.
    if old.wire == new.wire || new.place != Place::Path {
        let words = "it has another name as an argument";
        changed(
            "request_parameter_argument_renamed",
            words,
            (&old.key, &new.key),
        );
    }
}

/// How the values of a parameter are written, in the words of documents.
fn style(bind: &Bind, is_one_value: bool) -> String {
    let mut words = written(bind.style, bind.explode && !is_one_value);
    if bind.allow_reserved {
        words.push_str(", reserved allowed");
    }
    let mut parts: Vec<String> = bind.encoding.iter().map(part).collect();
    parts.sort_unstable();
    words + &parts.concat()
}

/// How one property of a form, or one part, is written; its name is quoted, so that no two say the same.
fn part(encoding: &PartEncoding) -> String {
    let written = written(encoding.style, encoding.explode);
    let media = encoding.content_type.as_ref();
    let media = media.map_or_else(String::new, |media| format!(", as {media}"));
    let member = if encoding.by_member {
        ", by member"
    } else {
        ""
    };
    let mut words = format!("; {:?}: {written}{media}{member}", encoding.property);
    for (name, value) in &encoding.headers {
        let _ = write!(words, ", {name}: {value:?}");
    }
    if let Some(inner) = &encoding.parts {
        let mut parts: Vec<String> = inner.encoding.iter().map(part).collect();
        parts.sort_unstable();
        let _ = write!(words, ", of parts{}", parts.concat());
    }
    words
}

fn written(style: Style, explode: bool) -> String {
    let exploded = if explode { ", exploded" } else { "" };
    format!("{}{exploded}", style.as_str())
}

fn bodies((old, new): (Option<&Body>, Option<&Body>), is_told: bool, found: &mut Findings<'_>) {
    use Breaking::{Breaking as Stops, No, Potentially};
    let body = |code: &'static str, words: &str, breaking: Breaking| {
        Found::new(ChangeKind::Input, code, words)
            .at("body")
            .breaking(breaking)
    };
    let (old, new) = match (old, new) {
        (None, None) => return,
        (None, Some(new)) if new.required => {
            let words = "body: it is new and must be given.";
            return found.add(body("request_body_added_required", words, Stops));
        }
        (None, Some(_)) => {
            let words = "body: it is new and may be left out.";
            return found.add(body("request_body_added_optional", words, No));
        }
        (Some(old), None) => {
            let grade = if old.required { Stops } else { Potentially };
            return found.add(body("request_body_removed", "body: it is gone.", grade));
        }
        (Some(old), Some(new)) => (old, new),
    };
    match (old.required, new.required) {
        (false, true) => {
            let words = "body: it must be given now.";
            found.add(body("request_body_became_required", words, Stops));
        }
        (true, false) => {
            let words = "body: it may be left out now.";
            found.add(body(
                "request_body_became_optional",
                words,
                left_out(is_told),
            ));
        }
        _ => {}
    }
    if old.media_type != new.media_type {
        let words = "body: it is sent as another media type.";
        let one = body("request_body_media_type_changed", words, Stops);
        found.add(one.values(Some(&old.media_type), Some(&new.media_type)));
    } else if old.kind != new.kind {
        let words = "body: it is sent as it was not before, under the same media type.";
        let one = body("request_body_kind_changed", words, Stops);
        found.add(one.values(Some(made_of(old.kind)), Some(made_of(new.kind))));
    }
    encodings(old, new, found);
}

/// What is sent, in words.
const fn made_of(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::Json => "JSON",
        BodyKind::Form => "a form",
        BodyKind::Multipart => "parts by name",
        BodyKind::Parts => "parts in their places",
        BodyKind::Binary => "bytes, given in base64",
        BodyKind::Text => "text as it is given",
    }
}

/// Compares how the properties of a form are written, or the parts in their places.
fn encodings(old: &Body, new: &Body, found: &mut Findings<'_>) {
    let all = |body: &Body| -> BTreeMap<String, String> {
        let parts = body.encoding.iter();
        let named = parts.map(|one| (one.property.clone(), part(one)));
        named.collect()
    };
    let (before, after) = (all(old), all(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let names: Vec<&String> = names.into_iter().filter(differs).collect();
    if names.is_empty() {
        return;
    }
    let what = match new.kind {
        BodyKind::Parts => "parts",
        BodyKind::Json
        | BodyKind::Form
        | BodyKind::Multipart
        | BodyKind::Binary
        | BodyKind::Text => "properties",
    };
    let text = format!("body: {what} are written differently: {}.", list(&names));
    let of = |all: &BTreeMap<String, String>| -> Option<String> {
        let there = names.iter().filter_map(|name| all.get(*name));
        let there: Vec<&str> = there.map(|part| part.trim_start_matches("; ")).collect();
        (!there.is_empty()).then(|| there.join("; "))
    };
    found.add(
        Found::new(ChangeKind::Input, "request_body_encoding_changed", text)
            .at("body")
            .breaking(Breaking::Potentially)
            .values(of(&before).as_deref(), of(&after).as_deref()),
    );
}
