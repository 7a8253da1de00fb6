//! Compiles input schemas, offline, with patterns that cannot run away.

use countersign_domain::{schema, text};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value};

const PATTERN_BYTES: usize = 1 << 20;
const BACKTRACKS: usize = 100_000;
/// Where a schema finds what it refers to. No part of the document brings one along.
const GRANTED: &str = "$defs";

/// Compiles a JSON Schema 2020-12 without reading anything else.
///
/// Patterns run on a linear-time engine. Only where one needs look-around or back-references does
/// the backtracking engine take over, with a limit on its steps.
///
/// # Errors
/// One sentence that says what is wrong with the schema.
pub fn compile(schema: &Value) -> Result<Validator, String> {
    linear(schema).or_else(|_| backtracking(schema))
}

/// Whether a schema compiles with every pattern on the linear-time engine, the definitions that it
/// refers to taken for granted. Where these do as well, so does the whole: it need not be tried.
pub(crate) fn compiles(schema: &mut Value) -> bool {
    let granted = schema::references(schema).into_iter();
    let granted: Map<_, _> = granted.map(|name| (name, true.into())).collect();
    if let Value::Object(members) = schema {
        members.insert(GRANTED.to_owned(), Value::Object(granted));
    }
    let compiles = linear(schema).is_ok();
    if let Value::Object(members) = schema {
        members.shift_remove(GRANTED);
    }
    compiles
}

fn linear(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES))
        .build(schema)
}

fn backtracking(schema: &Value) -> Result<Validator, String> {
    let options = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACKS)
        .size_limit(PATTERN_BYTES);
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_pattern_options(options)
        .build(schema)
        .map_err(|error| {
            let place = error.instance_path().to_string();
            text::strip(&format!("{error} at {place:?}"), 240)
        })
}
