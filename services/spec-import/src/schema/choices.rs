//! Values of an `enum`, a `const` or a `default` that are written as another type than the one beside
//! them.
//!
//! YAML makes a number of `1.0` and a truth value of `true`, and `type: string` then fits none of
//! them: nothing could be sent at all. They are read as the type says.

use serde_json::{Map, Value};

use crate::{
    notes::{At, Notes},
    reference::member,
};

/// Rewrites choices, a constant and a default as the type has them, and says so.
pub(super) fn settle_all(out: &mut Map<String, Value>, at: &At<'_>, notes: &mut Notes) {
    for keyword in ["enum", "const"] {
        if let Some(text) = settle(keyword, out) {
            notes.warning("enum_of_another_type", &at.key(keyword), text);
        }
    }
    let at = at.key("default");
    if settle("default", out).is_none() {
        return;
    }
    let is_read = out.contains_key("default") && settle("default", out).is_none();
    let text = if is_read {
        "the default is of another type and is read as the type says"
    } else {
        out.shift_remove("default");
        "the default is of another type and is left out"
    };
    notes.info("default_of_another_type", &at, text);
}

/// Rewrites the choices of a schema as its type has them; says what became of them, if anything.
fn settle(keyword: &str, out: &mut Map<String, Value>) -> Option<&'static str> {
    let given = member(out, keyword)?;
    let choices = given.as_array().filter(|_| keyword == "enum");
    let choices = choices.map_or(std::slice::from_ref(given), Vec::as_slice);
    let names = member(out, "type")?;
    let names = names
        .as_array()
        .map_or(std::slice::from_ref(names), Vec::as_slice);
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    let fits = |choice: &Value| names.iter().any(|name| is_of(name, choice));
    if names.is_empty() || choices.iter().all(fits) {
        return None;
    }
    // How a fraction was spelled is not known any more: `1.10` is `1.1` now.
    let is_lost = |choice: &Value| names.contains(&"string") && choice.is_f64() && !fits(choice);
    if choices.iter().any(is_lost) {
        out.shift_remove(keyword);
        return Some(
            "its values are of another type, and how they were written is lost; any value of the type is allowed",
        );
    }
    let settled = |choice: &Value| {
        let meant = names.iter().find_map(|name| read(name, choice));
        meant
            .filter(|_| !fits(choice))
            .unwrap_or_else(|| choice.clone())
    };
    let read: Vec<Value> = choices.iter().map(settled).collect();
    let read = if keyword == "enum" {
        Value::Array(read)
    } else {
        read.into_iter().next()?
    };
    out.insert(keyword.to_owned(), read);
    Some("its values are of another type and are read as the type says")
}

fn is_of(name: &str, choice: &Value) -> bool {
    match (name, choice) {
        (_, Value::Null)
        | ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("number" | "integer", Value::Number(_)) => true,
        (name, _) => !["string", "boolean", "number", "integer", "null"].contains(&name),
    }
}

fn read(name: &str, choice: &Value) -> Option<Value> {
    match (name, choice) {
        ("string", Value::Number(number)) => Some(number.to_string().into()),
        ("string", Value::Bool(flag)) => Some(flag.to_string().into()),
        ("boolean", Value::String(text)) => text.to_lowercase().parse().ok().map(Value::Bool),
        ("number" | "integer", Value::String(text)) => text.trim().parse().ok().map(Value::Number),
        _ => None,
    }
}
