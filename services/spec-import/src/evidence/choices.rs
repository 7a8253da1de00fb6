//! Which values are left to what picks what is done.
//!
//! `/notes/{id}/{verb}` where the verb is `delete`, and `?action=delete` where nothing else may be
//! given, are the same order as one that is written into the path. What may be left out and has
//! several values is a filter, unless one of them tells to look something up: nobody filters by
//! `list`, and the others are what else may be done.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    mem, ptr, slice,
};

use countersign_domain::operation::Place;
use foldhash::quality::RandomState;
use regex_syntax::hir::{Look, literal::Extractor};
use serde_json::{Map, Value};

use super::{
    Outlines, Sent,
    outlines::{ALIKE, Outline, refers},
    schemas,
};
use crate::reference;

/// Names by which documents admit that what is given says what to do.
pub(crate) const ORDERS: [&str; 8] = [
    "action",
    "verb",
    "command",
    "cmd",
    "operation",
    "op",
    "method",
    "transition",
];
/// The same of an argument; a variable of the path may have any other.
const FURTHER: [&str; 3] = ["do", "act", "task"];
/// Headers that say it by names of their own.
const HEADERS: [&str; 2] = ["SOAPAction", "X-Amz-Target"];
/// Names of parameters that order something by themselves, whatever is given: `?purge=true`.
const FLAGS: [&str; 10] = [
    "delete", "purge", "wipe", "destroy", "flush", "remove", "reset", "clear", "revoke", "cancel",
];
/// How values begin that tell to look something up.
const READS: [&str; 6] = ["list", "get", "describe", "fetch", "show", "query"];
/// Values of one operation.
const VALUES: usize = 1_000;
/// Bytes of a pattern: what is longer may have more words than are listed.
const PATTERN: usize = 2 * VALUES;
/// Schemas of one operation that are looked at.
const VISITS: usize = 1_500;
const LEVELS: u8 = 16;

/// What an operation leaves to choose.
#[derive(Default)]
pub(crate) struct Choices<'d> {
    /// Each choice by its name and one of its values.
    pub(crate) listed: Vec<(String, String)>,
    /// There may be more than are listed.
    pub(crate) is_cut: bool,
    /// What has to be given and may be any word.
    pub(crate) open: Option<&'d str>,
}

/// A schema, and where the one begins that it stands in.
type Stop<'d> = (&'d Value, &'d Value);

/// Schemas by where they stand, and how many levels were left below each.
type Seen = HashMap<*const Value, u8, RandomState>;

/// The choices of an operation.
pub(crate) fn choices<'d>(
    outlines: &mut Outlines<'d>,
    operation: &'d Value,
    parameters: &[Sent<'d>],
) -> Choices<'d> {
    let root = outlines.root;
    let mut search = Search {
        outlines,
        choices: Choices::default(),
        required: HashSet::default(),
        found: Vec::new(),
        visits: 0,
    };
    let mut seen = Seen::default();
    for parameter in parameters {
        let of_content = schemas(root, parameter.value);
        let picks = says_what_is_done(parameter.place, parameter.wire);
        for schema in parameter.value.get("schema").into_iter().chain(of_content) {
            let picked = (parameter.wire, parameter.required);
            if picks {
                search.pick(picked, (schema, schema));
            } else if parameter.place == Place::Path {
                search.add(picked, (schema, schema));
            }
            // What an object has is written as parameters, too.
            search.members((schema, schema), LEVELS, &mut seen);
        }
    }
    let body = operation.get("requestBody");
    if let Some(body) = body.and_then(|body| reference::end(root, body)) {
        for schema in schemas(root, body) {
            search.members((schema, schema), LEVELS, &mut seen);
        }
        let types = body.get("content").and_then(Value::as_object);
        for kind in types.into_iter().flat_map(Map::keys) {
            // A merge is how this one is sent, and not what is done.
            if kind != "application/merge-patch+json" {
                search.list("Content-Type", &[kind]);
            }
        }
    }
    // One part of a schema may require what another describes.
    for (name, stop) in mem::take(&mut search.found) {
        let is_required = search.required.contains(name);
        search.pick((name, is_required), stop);
    }
    search.choices
}

/// Says whether a parameter says what is done, by its name.
pub(crate) fn says_what_is_done(place: Place, wire: &str) -> bool {
    match place {
        Place::Path => picks(wire),
        Place::Query | Place::Cookie => picks(wire) || orders(wire),
        Place::Header => picks_by_header(wire),
        Place::Querystring => false,
    }
}

/// Says whether a member of what is sent says what is done, by its name.
pub(crate) fn picks(name: &str) -> bool {
    ORDERS
        .iter()
        .chain(&FURTHER)
        .any(|one| name.eq_ignore_ascii_case(one))
}

/// A parameter that orders something by its name, whatever is given.
pub(crate) fn flag<'d>(parameters: &[Sent<'d>]) -> Option<&'d str> {
    let beside = parameters.iter().filter(|one| one.place != Place::Path);
    beside.map(|one| one.wire).find(|wire| orders(wire))
}

/// Whether a name orders something: `purge`, `options[purge]`.
fn orders(name: &str) -> bool {
    let last = name.trim_end_matches(']').rsplit(['[', '.']).next();
    last.is_some_and(|last| FLAGS.iter().any(|flag| last.eq_ignore_ascii_case(flag)))
}

/// `X-Action` is as good as `action`.
fn picks_by_header(name: &str) -> bool {
    let is_one = HEADERS.iter().any(|one| name.eq_ignore_ascii_case(one));
    is_one || name.rsplit('-').next().is_some_and(picks)
}

struct Search<'o, 'd> {
    outlines: &'o mut Outlines<'d>,
    choices: Choices<'d>,
    /// Names that some part of what is sent requires.
    required: HashSet<&'d str, RandomState>,
    /// Properties that pick the action.
    found: Vec<(&'d str, Stop<'d>)>,
    visits: usize,
}

impl<'d> Search<'_, 'd> {
    /// Adds the choices among the properties of an object, or of each in a list.
    fn members(&mut self, (schema, base): Stop<'d>, levels: u8, seen: &mut Seen) {
        if !self.may_visit() {
            return;
        }
        let Outline::Shape(shape) = self.outlines.of(schema, base) else {
            return;
        };
        let Some(levels) = self.below(shape.whole, levels, seen) else {
            return;
        };
        let required = shape.whole.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        self.required.extend(required.filter(|name| picks(name)));
        let properties = shape.properties.into_iter().flat_map(Map::iter);
        let picked = properties.filter(|(name, _)| picks(name));
        let stops = picked.map(|(name, property)| (name.as_str(), (property, shape.base)));
        self.found.extend(stops);
        let fixed = listed(shape.whole).filter_map(Value::as_object);
        for (name, value) in fixed.flatten().filter(|(name, _)| picks(name)) {
            self.list(name, value.as_str().as_slice());
        }
        if let Some(target) = shape.target {
            self.members((target, target), levels, seen);
        }
        for part in &shape.alike {
            self.members((part, shape.base), levels, seen);
        }
    }

    /// Adds the values of what picks the action; one that has to be given may leave it to any word.
    fn pick(&mut self, picked: (&'d str, bool), schema: Stop<'d>) {
        let (name, is_required) = picked;
        let is_closed = self.add(picked, schema);
        if is_required && !is_closed {
            self.choices.open.get_or_insert(name);
        }
    }

    /// Says whether no other value may be given.
    fn add(&mut self, (name, is_required): (&str, bool), schema: Stop<'d>) -> bool {
        let mut found = Vec::new();
        let is_closed = self.values(schema, LEVELS, &mut Seen::default(), &mut found);
        let is_fixed = found.iter().all(|one| one.eq_ignore_ascii_case(&found[0]));
        if is_required || is_fixed || found.iter().any(|value| looks_up(value)) {
            self.list(name, &found);
        }
        is_closed
    }

    fn list(&mut self, name: &str, found: &[impl AsRef<str>]) {
        let Choices { listed, is_cut, .. } = &mut self.choices;
        let left = VALUES.saturating_sub(listed.len());
        *is_cut |= found.len() > left;
        let found = found.iter().take(left);
        listed.extend(found.map(|value| (name.to_owned(), value.as_ref().to_owned())));
    }

    /// Finds one value more than may be listed, and no others. Says the same.
    fn values(
        &mut self,
        (schema, base): Stop<'d>,
        levels: u8,
        seen: &mut Seen,
        found: &mut Vec<Cow<'d, str>>,
    ) -> bool {
        if found.len() > VALUES || !self.may_visit() {
            return false;
        }
        let Some(levels) = self.below(schema, levels, seen) else {
            return false;
        };
        let left = (VALUES + 1).saturating_sub(found.len());
        let before = found.len();
        let texts = listed(schema).filter_map(Value::as_str);
        found.extend(texts.map(Cow::Borrowed).take(left));
        let mut is_closed = found.len() > before;
        let pattern = schema.get("pattern").and_then(Value::as_str);
        let pattern = pattern.filter(|_| !is_closed);
        self.choices.is_cut |= pattern.is_some_and(|pattern| pattern.len() > PATTERN);
        if let Some((words, is_whole)) = pattern.and_then(spelled) {
            found.extend(words.into_iter().map(Cow::Owned).take(left));
            is_closed = is_whole;
        }
        let target = refers(schema).then(|| self.outlines.target(schema, base));
        if let Some(target) = target.flatten() {
            is_closed |= self.values((target, target), levels, seen, found);
        }
        let members = schema.as_object().into_iter().flatten();
        for (name, part) in members.filter(|(name, _)| ALIKE.contains(&name.as_str())) {
            let several = part.as_array().map_or(slice::from_ref(part), Vec::as_slice);
            let mut closed = 0;
            for part in several {
                closed += usize::from(self.values((part, base), levels, seen, found));
            }
            is_closed |= match name.as_str() {
                "allOf" | "items" => closed > 0,
                "anyOf" | "oneOf" => closed == several.len(),
                _ => false,
            };
        }
        is_closed
    }

    fn may_visit(&mut self) -> bool {
        self.visits += 1;
        self.choices.is_cut |= self.visits > VISITS;
        self.visits <= VISITS
    }

    /// How many levels are left below a schema. Nothing where as many were left when it was looked
    /// at before.
    fn below(&mut self, schema: &'d Value, levels: u8, seen: &mut Seen) -> Option<u8> {
        let place = ptr::from_ref(schema);
        if seen.get(&place).is_some_and(|before| *before >= levels) {
            return None;
        }
        seen.insert(place, levels);
        self.choices.is_cut |= levels == 0;
        levels.checked_sub(1)
    }
}

/// Says whether a value tells to look something up: `list`, `get-user` or `DescribeUsers`.
fn looks_up(value: &str) -> bool {
    READS.iter().any(|verb| {
        let (start, rest) = value.split_at_checked(verb.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(verb)
            && !rest.starts_with(|next: char| next.is_ascii_lowercase())
    })
}

/// The only values that a schema allows.
fn listed(schema: &Value) -> impl Iterator<Item = &Value> {
    let several = schema.get("enum").and_then(Value::as_array);
    several.into_iter().flatten().chain(schema.get("const"))
}

/// The words that a pattern such as `^(delete|purge)$` can only mean, and whether there is nothing
/// else and nothing may stand around them. Nothing of one that leaves more open.
fn spelled(pattern: &str) -> Option<(Vec<String>, bool)> {
    let fits = pattern.len() <= PATTERN;
    // How a word is spelled makes no difference here, and there are many ways.
    let pattern = pattern.replace("(?i)", "").replace("(?i:", "(?:");
    let pattern = fits.then(|| regex_syntax::parse(&pattern).ok())??;
    let beginning = pattern.properties().look_set_prefix();
    let end = pattern.properties().look_set_suffix();
    let is_whole = beginning.contains(Look::Start) && end.contains(Look::End);
    let mut extractor = Extractor::new();
    let found = extractor.limit_total(PATTERN).extract(&pattern);
    let words = found.literals()?.iter().filter(|word| word.is_exact());
    let words = words.map(|word| String::from_utf8_lossy(word.as_bytes()).into_owned());
    Some((words.collect(), is_whole && found.is_exact()))
}
