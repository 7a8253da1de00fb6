//! Compiles input schemas, offline, with patterns that cannot run away.

use countersign_domain::text;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

const PATTERN_BYTES: usize = 1 << 20;
const BACKTRACKS: usize = 100_000;

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

/// Whether a schema compiles with every pattern on the linear-time engine. One does whose parts
/// all do, so that it need not be tried as a whole.
pub(crate) fn compiles(schema: &Value) -> bool {
    linear(schema).is_ok()
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
