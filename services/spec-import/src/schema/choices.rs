//! Values of an `enum` that are written as another type than the one beside them.
//!
//! YAML makes a number of `1.0` and a truth value of `true`, and `type: string` then fits none of
//! them: nothing could be sent at all. They are read as the type says.

use serde_json::{Map, Value};

use crate::reference::member;

/// Rewrites the choices of a schema as its type has them; says whether it did.
pub(super) fn settle(out: &mut Map<String, Value>) -> bool {
    let Some(Value::Array(choices)) = member(out, "enum") else {
        return false;
    };
    let Some(Value::String(name)) = member(out, "type") else {
        return false;
    };
    if choices.iter().all(|choice| is_of(name, choice)) {
        return false;
    }
    // How a fraction was spelled is not known any more: `1.10` is `1.1` now.
    let is_lost = |choice: &Value| name == "string" && choice.is_f64();
    if choices.iter().any(is_lost) {
        out.shift_remove("enum");
        return true;
    }
    let read: Vec<Value> = choices.iter().map(|choice| read(name, choice)).collect();
    out.insert("enum".to_owned(), Value::Array(read));
    true
}

fn is_of(name: &str, choice: &Value) -> bool {
    match (name, choice) {
        (_, Value::Null)
        | ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("number" | "integer", Value::Number(_)) => true,
        (name, _) => !["string", "boolean", "number", "integer"].contains(&name),
    }
}

fn read(name: &str, choice: &Value) -> Value {
    let meant = match (name, choice) {
        _ if is_of(name, choice) => None,
        ("string", Value::Number(number)) => Some(number.to_string().into()),
        ("string", Value::Bool(flag)) => Some(flag.to_string().into()),
        ("boolean", Value::String(text)) => text.to_lowercase().parse().ok().map(Value::Bool),
        ("number" | "integer", Value::String(text)) => text.trim().parse().ok().map(Value::Number),
        _ => None,
    };
    meant.unwrap_or_else(|| choice.clone())
}
