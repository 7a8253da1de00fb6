//! Changes a JSON document into another JSON document.
//!
//! Bytes that are flipped at random are refused by the JSON reader and reach nothing behind it.
//! Here a tree is changed instead: parts are moved, copied, renamed, made references, or become
//! what no document should say.

use serde_json::{Map, Value, json};

const KEYS: [&str; 60] = [
    "$ref",
    "$defs",
    "$anchor",
    "$id",
    "$dynamicRef",
    "additionalOperations",
    "additionalProperties",
    "allOf",
    "allowReserved",
    "anyOf",
    "callbacks",
    "components",
    "const",
    "content",
    "default",
    "definitions",
    "delete",
    "dependentRequired",
    "deprecated",
    "description",
    "discriminator",
    "encoding",
    "enum",
    "example",
    "exclusiveMaximum",
    "explode",
    "format",
    "get",
    "headers",
    "in",
    "items",
    "maximum",
    "name",
    "not",
    "nullable",
    "oneOf",
    "openapi",
    "operationId",
    "parameters",
    "pattern",
    "patternProperties",
    "paths",
    "post",
    "prefixItems",
    "properties",
    "put",
    "query",
    "readOnly",
    "requestBody",
    "required",
    "responses",
    "schema",
    "security",
    "servers",
    "style",
    "summary",
    "type",
    "url",
    "webhooks",
    "x-countersign-files",
];
const WORDS: [&str; 36] = [
    "",
    " ",
    "/",
    "/{id}",
    "/../{id}",
    "/a//b",
    "//evil.example/{id}",
    "#",
    "#/",
    "#/paths",
    "#/components/schemas/Pet",
    "other.json#/x",
    "https://evil.example/x",
    "3.0.3",
    "3.1.0",
    "2.0",
    "string",
    "integer",
    "array",
    "object",
    "null",
    "path",
    "query",
    "header",
    "cookie",
    "body",
    "application/json",
    "multipart/form-data",
    "*/*",
    "deepObject",
    "simple",
    "(?=a)b",
    "[",
    "\u{202e}tset",
    "Host",
    "200",
];
const LETTERS: [&str; 16] = [
    "\0", "\r\n", "\t", "{", "}", "/", "%2e", "~1", "\\", "\"", "é", "🌍", "\u{200b}", "?", "#",
    "..",
];

/// Changes a document a little; none where the text is no JSON, or bytes should be changed.
#[must_use]
pub fn document(text: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut dice = Dice(u64::from(seed));
    if dice.below(10) == 0 {
        return None;
    }
    let mut root: Value = serde_json::from_slice(text).ok()?;
    for _ in 0..=dice.below(4) {
        change(&mut root, &mut dice);
    }
    serde_json::to_vec(&root).ok()
}

fn change(root: &mut Value, dice: &mut Dice) {
    let places = places(root);
    let (here, there) = (dice.pick(&places).clone(), dice.pick(&places).clone());
    let other = root.pointer(&there).cloned().unwrap_or_default();
    let Some(target) = root.pointer_mut(&here) else {
        return;
    };
    match dice.below(8) {
        0 => *target = other,
        1 => *target = odd(dice),
        2 => *target = json!({ "$ref": format!("#{there}") }),
        3 => wrap(target, dice),
        4 => take_out(target, dice),
        5 => add(target, other, dice),
        6 => rename(target, dice),
        _ => spell(target, dice),
    }
}

/// Pointers to every value.
fn places(root: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while next < found.len() {
        let here = found[next].clone();
        match root.pointer(&here) {
            Some(Value::Object(members)) => found.extend(
                members
                    .keys()
                    .map(|key| format!("{here}/{}", key.replace('~', "~0").replace('/', "~1"))),
            ),
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|index| format!("{here}/{index}")));
            }
            _ => {}
        }
        next += 1;
    }
    found
}

fn odd(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!([]),
        4 => json!({}),
        5 => json!(-1),
        6 => json!(1e300),
        7 => json!(u64::MAX),
        8 => dice.pick(&KEYS).to_string().into(),
        _ => dice.pick(&WORDS).to_string().into(),
    }
}

fn wrap(target: &mut Value, dice: &mut Dice) {
    let inner = target.take();
    let key = *dice.pick(&KEYS);
    *target = match dice.below(3) {
        0 => json!([inner]),
        1 => json!({ key: [inner] }),
        _ => json!({ key: inner }),
    };
}

fn take_out(target: &mut Value, dice: &mut Dice) {
    if let Some(members) = target.as_object_mut().filter(|all| !all.is_empty()) {
        let key = members.keys().nth(dice.below(members.len())).cloned();
        members.shift_remove(&key.unwrap_or_default());
    } else if let Some(items) = target.as_array_mut().filter(|all| !all.is_empty()) {
        items.remove(dice.below(items.len()));
    } else {
        *target = Value::Null;
    }
}

fn add(target: &mut Value, value: Value, dice: &mut Dice) {
    if let Some(members) = target.as_object_mut() {
        let words = if dice.below(4) == 0 {
            &WORDS[..]
        } else {
            &KEYS[..]
        };
        members.insert((*dice.pick(words)).to_owned(), value);
    } else if let Some(items) = target.as_array_mut() {
        items.push(value);
    } else {
        *target = value;
    }
}

fn rename(target: &mut Value, dice: &mut Dice) {
    let Value::Object(members) = target else {
        return spell(target, dice);
    };
    if members.is_empty() {
        return;
    }
    let which = dice.below(members.len());
    let renamed: Map<String, Value> = std::mem::take(members)
        .into_iter()
        .enumerate()
        .map(|(index, (key, value))| {
            let key = if index == which {
                spelled(&key, dice)
            } else {
                key
            };
            (key, value)
        })
        .collect();
    *members = renamed;
}

fn spell(target: &mut Value, dice: &mut Dice) {
    *target = match target.as_str() {
        Some(text) => spelled(text, dice).into(),
        None => odd(dice),
    };
}

/// The same text with something odd in it, cut short, or said twice.
fn spelled(text: &str, dice: &mut Dice) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (start, end) = letters.split_at(dice.below(letters.len() + 1));
    let (start, end): (String, String) = (start.iter().collect(), end.iter().collect());
    match dice.below(6) {
        0 => start,
        1 => format!("{text}{text}"),
        2 => text.to_uppercase(),
        3 => dice.pick(&KEYS).to_string(),
        _ => format!("{start}{}{end}", dice.pick(&LETTERS)),
    }
}

/// Numbers that follow from a seed alone: `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from(mixed % limit).unwrap_or_default()
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}
