//! What is wrong with the arguments of a call, if anything is, in a bounded number of steps.
//!
//! Alternatives inside alternatives double the work of a general validator with each level that
//! the arguments go down, and it has no limit of its own. So its work is counted first: each visit
//! of a part of the arguments by a part of the schema, with nothing cut short, since a validator
//! that has to say what is wrong cuts nothing short either. What takes longer than a visit counts
//! as more of them: names that may be missing, each an error; patterns; lists of values.

mod pattern;

use countersign_domain::{json, schema, text};
use serde_json::{Map, Value};

use super::Call;

/// Visits after which arguments are refused unseen.
const CHECKED: u32 = 500_000;
/// Visits up to which it is said where they do not fit: an error costs far more than a visit.
const EXPLAINED: u32 = 50_000;
/// Parts of the schema inside one another, on the way to one part of the arguments.
const DEPTH: u32 = 600;
/// Misfits that are named.
const NAMED: usize = 5;
/// Values of an `enum` that are looked at in the time of one visit, to see whether all are texts.
const LOOKED_AT: usize = 128;
/// Parts of items that are read or compared in the time of one visit.
const COMPARED: usize = 256;
/// Bytes of a text that count as another such part.
const NODE: usize = 64;
/// Bytes of a text that are read in the time of one visit.
const READ: usize = 512;
/// Items of a list that is so short that each is compared with all others.
const PAIRED: usize = 15;

/// Why arguments are refused unseen.
const TOO_MUCH: &str = "checking them against the schema takes more steps than are made";
const TOO_DEEP: &str = "they go deeper into the schema than is checked";

/// Says what is wrong with the arguments, if anything is.
pub(super) fn misfit(call: &Call) -> Option<String> {
    let arguments = Value::Object(call.arguments.clone());
    if !json::is_interoperable(&arguments) {
        return Some(
            "an integer is beyond ±(2^53 − 1), or a text has the character U+0000".to_owned(),
        );
    }
    let Ok(validator) = call.tool.validator() else {
        return Some("the schema of this tool cannot be used".to_owned());
    };
    let visits = match visits(&call.tool.operation().input_schema, &arguments) {
        Ok(visits) => visits,
        Err(why) => return Some(why.to_owned()),
    };
    if validator.is_valid(&arguments) {
        return None;
    }
    if visits > EXPLAINED {
        return Some("they do not fit the schema, and are too many to say where".to_owned());
    }
    let errors: Vec<String> = validator
        .iter_errors(&arguments)
        .take(NAMED)
        .map(|error| told(&error))
        .collect();
    Some(errors.join("; "))
}

/// One misfit: where, and what is wrong, without repeating the value.
fn told(error: &jsonschema::ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    let place = if place.is_empty() {
        "the arguments".to_owned()
    } else {
        place
    };
    let what = text::strip(&error.masked().to_string(), 300);
    format!("{place}: {what}")
}

/// The visits that checking a value makes at most, or why it is not checked.
fn visits(schema: &Value, value: &Value) -> Result<u32, &'static str> {
    let mut walk = Walk {
        root: schema,
        left: CHECKED,
    };
    walk.visit(schema, value, 0)?;
    Ok(CHECKED - walk.left)
}

/// Counts visits; each way down ends once they are used up.
struct Walk<'s> {
    root: &'s Value,
    left: u32,
}

impl<'s> Walk<'s> {
    fn visit(&mut self, schema: &Value, value: &Value, depth: u32) -> Result<(), &'static str> {
        let depth = self.enter(depth)?;
        for (keyword, rule) in members(schema) {
            match keyword.as_str() {
                "$ref" => self.all(self.referred(schema), value, depth)?,
                "allOf" | "anyOf" | "oneOf" => self.all(parts(rule), value, depth)?,
                "not" | "if" | "then" | "else" => self.visit(rule, value, depth)?,
                "dependentSchemas" => self.all(named(rule), value, depth)?,
                "properties" => {
                    for (name, member) in members(value) {
                        self.all(rule.get(name), member, depth)?;
                    }
                }
                "patternProperties" => {
                    for (name, member) in members(value) {
                        for (pattern, _) in members(rule) {
                            self.take(pattern::cost(pattern, name))?;
                        }
                        self.all(named(rule), member, depth)?;
                    }
                }
                "additionalProperties" | "unevaluatedProperties" => {
                    let listed = schema.get("properties");
                    for (name, member) in members(value) {
                        if listed.is_none_or(|all| all.get(name).is_none()) {
                            self.visit(rule, member, depth)?;
                        }
                    }
                }
                "propertyNames" => {
                    for (name, _) in members(value) {
                        self.visit(rule, &name.as_str().into(), depth)?;
                    }
                }
                "prefixItems" => {
                    for (part, item) in parts(rule).zip(parts(value)) {
                        self.visit(part, item, depth)?;
                    }
                }
                "items" | "contains" | "unevaluatedItems" => {
                    for item in parts(value) {
                        self.visit(rule, item, depth)?;
                    }
                }
                _ => self.take(longer(keyword, rule, value))?,
            }
        }
        let unevaluated = ["unevaluatedProperties", "unevaluatedItems"];
        if unevaluated.iter().any(|name| schema.get(name).is_some()) {
            self.mark(schema, value, depth)?;
        }
        Ok(())
    }

    /// What was evaluated is known only once every part that says something of the same value has
    /// been asked again, and the parts of these in turn.
    fn mark(&mut self, schema: &Value, value: &Value, depth: u32) -> Result<(), &'static str> {
        let depth = self.enter(depth)?;
        for (keyword, rule) in members(schema) {
            match keyword.as_str() {
                "$ref" => {
                    if let Some(definition) = self.referred(schema) {
                        self.mark(definition, value, depth)?;
                    }
                }
                "allOf" | "anyOf" | "oneOf" => {
                    for part in parts(rule) {
                        self.visit(part, value, depth)?;
                        self.mark(part, value, depth)?;
                    }
                }
                "if" => {
                    self.visit(rule, value, depth)?;
                    self.mark(rule, value, depth)?;
                }
                "then" | "else" => self.mark(rule, value, depth)?,
                "dependentSchemas" => {
                    for part in named(rule) {
                        self.mark(part, value, depth)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn all<'v>(
        &mut self,
        parts: impl IntoIterator<Item = &'v Value>,
        value: &Value,
        depth: u32,
    ) -> Result<(), &'static str> {
        parts
            .into_iter()
            .try_for_each(|part| self.visit(part, value, depth))
    }

    fn enter(&mut self, depth: u32) -> Result<u32, &'static str> {
        self.take(1)?;
        Some(depth + 1)
            .filter(|depth| *depth <= DEPTH)
            .ok_or(TOO_DEEP)
    }

    fn take(&mut self, visits: usize) -> Result<(), &'static str> {
        let visits = u32::try_from(visits).map_err(|_| TOO_MUCH)?;
        self.left = self.left.checked_sub(visits).ok_or(TOO_MUCH)?;
        Ok(())
    }

    fn referred(&self, schema: &Value) -> Option<&'s Value> {
        self.root.get("$defs")?.get(schema::target(schema)?)
    }
}

/// Visits that a keyword without schemas in it is worth, beside the one that comes upon it.
fn longer(keyword: &str, rule: &Value, value: &Value) -> usize {
    match (keyword, rule, value) {
        ("required", Value::Array(names), Value::Object(_)) => names.len(),
        ("dependentRequired", rule, Value::Object(_)) => {
            named(rule).map(|names| 1 + parts(names).count()).sum()
        }
        ("pattern", Value::String(pattern), Value::String(text)) => pattern::cost(pattern, text),
        // Texts are found at once, among a null too; anything else is compared one by one.
        ("enum", Value::Array(values), _) => {
            let at_once = values.iter().all(|one| one.is_string() || one.is_null());
            values.len() / if at_once { LOOKED_AT } else { 1 } + read(value)
        }
        ("minLength" | "maxLength" | "const", _, _) => read(value),
        ("uniqueItems", Value::Bool(true), Value::Array(items)) => compared(items),
        _ => 0,
    }
}

/// Visits that a text is worth that is read from its beginning to its end.
fn read(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.len() / READ)
}

/// Visits that looking for equal items is worth. All are read, each time. Of a long list, texts and
/// numbers are then found at once, but lists and objects can be made so that each is compared with
/// all others: their shape is no part of what they are found by.
fn compared(items: &[Value]) -> usize {
    let one_by_one = items
        .iter()
        .filter(|item| items.len() <= PAIRED || item.is_array() || item.is_object());
    let each: usize = one_by_one.clone().map(nodes).sum();
    let all: usize = items.iter().map(nodes).sum();
    all.saturating_add(one_by_one.count().saturating_mul(each)) / COMPARED
}

fn nodes(value: &Value) -> usize {
    let inner: usize = match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, one)| name.len() / NODE + nodes(one))
                .sum()
        }
        Value::String(text) => text.len() / NODE,
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    1 + inner
}

fn parts(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn named(rule: &Value) -> impl Iterator<Item = &Value> {
    rule.as_object().into_iter().flat_map(Map::values)
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_counts_as_often_as_it_is_read() {
        let long = Value::from("é".repeat(500_000));
        for rule in [
            json!({"minLength": 1}),
            json!({"maxLength": 2_000_000}),
            json!({"const": "a"}),
            json!({"enum": ["a"]}),
        ] {
            let all = |times: usize| json!({"allOf": vec![rule.clone(); times]});
            assert!(visits(&all(2), &long).unwrap() < EXPLAINED, "{rule}");
            assert_eq!(visits(&all(9_000), &long), Err(TOO_MUCH), "{rule}");
            assert!(visits(&all(9_000), &json!("a")).is_ok(), "{rule}");
        }
    }

    /// An object inside an object, so many times.
    fn nested(levels: u32) -> Value {
        (0..levels).fold(json!({}), |inner, _| json!({ "a": inner }))
    }

    #[test]
    fn each_level_of_what_stands_in_two_places_doubles_the_work() {
        let again = json!({"properties": {"a": {"$ref": "#/$defs/A"}}});
        let twice = [
            json!({"anyOf": [again, again]}),
            json!({"oneOf": [again, {"title": "other", "allOf": [again]}]}),
            json!({"properties": again["properties"], "not": {"not": again}}),
            json!({"if": again, "else": again}),
            json!({"dependentSchemas": {"a": again}, "patternProperties": {"": {"$ref": "#/$defs/A"}}}),
            json!({"anyOf": [again], "unevaluatedProperties": false}),
            json!({"allOf": [{"$ref": "#/$defs/B"}], "unevaluatedProperties": false}),
        ];
        for definition in twice {
            let whole = json!({"$ref": "#/$defs/A", "$defs": {"A": definition, "B": again}});
            let [ten, eleven] = [10, 11].map(|levels| visits(&whole, &nested(levels)).unwrap());
            assert!(eleven >= 2 * ten, "{definition}: {ten}, {eleven}");
            assert_eq!(visits(&whole, &nested(60)), Err(TOO_MUCH), "{definition}");
        }
    }

    #[test]
    fn what_goes_down_in_one_way_is_checked_as_deep_as_json_goes() {
        let list = json!({"$ref": "#/$defs/N", "$defs": {"N": {"anyOf": [{"type": "null"}, {
            "type": "object", "additionalProperties": false,
            "properties": {"a": {"$ref": "#/$defs/N"}}}]}}});
        assert!(visits(&list, &nested(125)).unwrap() < EXPLAINED);
        let row = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
        let table = json!({"type": "array", "items": row});
        let rows = vec![json!({"x": 1}); 1_000];
        assert_eq!(visits(&table, &rows.into()), Ok(2_001));
    }

    #[test]
    fn a_name_that_may_be_missing_counts_as_the_error_it_makes() {
        let names: Vec<String> = (0..500).map(|n| format!("n{n}")).collect();
        let objects = |count| Value::from(vec![json!({}); count]);
        for rule in [
            json!({"required": names}),
            json!({"dependentRequired": {"a": names}}),
        ] {
            let table = json!({"type": "array", "items": rule});
            assert!(visits(&table, &objects(10)).unwrap() < EXPLAINED);
            assert!(visits(&table, &objects(200)).unwrap() > EXPLAINED);
            assert_eq!(visits(&table, &objects(2_000)), Err(TOO_MUCH));
            let numbers = vec![json!(1); 2_000];
            assert_eq!(visits(&table, &numbers.into()), Ok(2_001));
        }
    }

    #[test]
    fn a_pattern_counts_by_its_size_and_that_of_the_text() {
        let pattern = |n: usize| format!("[ab]*a[ab]{{{}}}c", 900 + n);
        let text = "ab".repeat(2_500);
        let all: Vec<Value> = (0..60).map(|n| json!({"pattern": pattern(n)})).collect();
        let named: Map<_, _> = (0..60).map(|n| (pattern(n), json!(true))).collect();
        let named = json!({ "patternProperties": named });
        let object = json!({ text.clone(): 1 });
        for (schema, value) in [
            (json!({ "allOf": all }), json!(text)),
            (json!({"propertyNames": {"allOf": all}}), object.clone()),
            (named, object),
        ] {
            assert_eq!(visits(&schema, &value), Err(TOO_MUCH), "{schema}");
            assert!(visits(&schema, &json!({"a": "b"})).unwrap() < 1_000);
        }
    }

    #[test]
    fn a_list_of_anything_but_texts_counts_with_its_length() {
        let texts: Vec<Value> = (0..1_000).map(|n| n.to_string().into()).collect();
        let numbers: Vec<Value> = (0..1_000).map(Value::from).collect();
        let table = |values: &[Value]| json!({"items": {"enum": values}});
        let items = Value::from(vec![json!(1); 1_000]);
        assert_eq!(visits(&table(&numbers), &items), Err(TOO_MUCH));
        assert!(visits(&table(&texts), &items).unwrap() < EXPLAINED);
    }

    #[test]
    fn items_that_have_to_differ_count_with_their_square_unless_they_are_found_at_once() {
        let unique = json!({"uniqueItems": true});
        let objects = |count: usize| Value::from(vec![json!({"a": {"b": 1}}); count]);
        assert!(visits(&unique, &objects(500)).unwrap() < EXPLAINED);
        assert!(visits(&unique, &objects(5_000)).unwrap() < CHECKED);
        assert_eq!(visits(&unique, &objects(100_000)), Err(TOO_MUCH));
        let texts: Vec<Value> = (0..100_000).map(|n| n.to_string().into()).collect();
        let read = u32::try_from(texts.len() / COMPARED).unwrap();
        assert_eq!(visits(&unique, &texts.into()), Ok(1 + read));
        assert_eq!(
            visits(&json!({"uniqueItems": false}), &objects(100_000)),
            Ok(1)
        );
    }

    #[test]
    fn items_that_have_to_differ_count_as_often_as_they_are_read() {
        let unique = |times: usize| json!({"allOf": vec![json!({"uniqueItems": true}); times]});
        let texts = |count: usize, bytes: usize| -> Value {
            (0..count).map(|n| format!("{n:0bytes$}")).collect()
        };
        let numbers: Value = (0..80_000).collect();
        for list in [numbers, texts(20, 50_000), texts(15, 50_000)] {
            assert!(visits(&unique(10), &list).unwrap() < EXPLAINED);
            assert_eq!(visits(&unique(9_000), &list), Err(TOO_MUCH));
        }
        assert!(visits(&unique(9_000), &texts(15, 10)).unwrap() < EXPLAINED);
    }

    #[test]
    fn what_is_only_deep_is_not_called_much() {
        let chain = (0..DEPTH).fold(json!({}), |inner, _| json!({ "not": inner }));
        assert_eq!(visits(&chain, &json!(1)), Err(TOO_DEEP));
    }
}
