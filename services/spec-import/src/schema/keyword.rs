//! The keywords that are kept, and what may stand behind each.

use serde_json::{Number, Value};

/// What stands behind a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// A schema of a part of the value.
    Part,
    /// A list of schemas of parts.
    Parts,
    /// Schemas of parts by name.
    NamedParts,
    /// A schema of the same value.
    Same,
    /// A list of schemas of the same value.
    Sames,
    /// Schemas of the same value by name.
    NamedSames,
    /// A whole number from zero.
    Count,
    /// A number.
    Number,
    /// A number above zero.
    Step,
    /// A number, or `true` beside `maximum` or `minimum` in older documents.
    Bound,
    /// Text for people.
    Text,
    /// A name such as a format.
    Word,
    /// True or false.
    Flag,
    /// Any value, unchanged.
    Any,
    /// Read by a function of its own.
    Special,
    /// Says nothing about which values are valid, or is replaced.
    Dropped,
    /// Not a keyword of JSON Schema or `OpenAPI`.
    Unknown,
}

/// Looks a keyword up.
pub(super) fn kind(keyword: &str) -> Keyword {
    match keyword {
        "additionalProperties"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Keyword::Part,
        "prefixItems" => Keyword::Parts,
        "patternProperties" => Keyword::NamedParts,
        "not" | "if" | "then" | "else" => Keyword::Same,
        "allOf" | "anyOf" | "oneOf" => Keyword::Sames,
        "dependentSchemas" => Keyword::NamedSames,
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties"
        | "maxContains" | "minContains" => Keyword::Count,
        "maximum" | "minimum" => Keyword::Number,
        "exclusiveMaximum" | "exclusiveMinimum" => Keyword::Bound,
        "multipleOf" => Keyword::Step,
        "title" | "description" => Keyword::Text,
        "format" | "contentEncoding" | "contentMediaType" => Keyword::Word,
        "uniqueItems" | "deprecated" => Keyword::Flag,
        "default" | "const" => Keyword::Any,
        "type" | "enum" | "required" | "pattern" | "properties" | "items" | "dependentRequired"
        | "nullable" | "$ref" | "$recursiveRef" | "$dynamicRef" | "discriminator" => {
            Keyword::Special
        }
        "xml" | "example" | "examples" | "externalDocs" | "readOnly" | "writeOnly" | "id"
        | "$id" | "$schema" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$vocabulary"
        | "$comment" | "$defs" | "definitions" | "contentSchema" | "additionalItems" => {
            Keyword::Dropped
        }
        other if other.starts_with("x-") => Keyword::Dropped,
        _ => Keyword::Unknown,
    }
}

/// The number that a text is, behind a keyword that wants one.
pub(super) fn number_in(kind: Keyword, value: &Value) -> Option<Value> {
    let wants = matches!(
        kind,
        Keyword::Count | Keyword::Number | Keyword::Step | Keyword::Bound
    );
    let text = value.as_str().filter(|_| wants)?;
    let number: Number = text.trim().parse().ok()?;
    Some(Value::Number(number))
}

/// The type that is meant by a name that is none.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let name = name.trim().to_ascii_lowercase();
    if let Some(known) = type_name(&name) {
        return Some(known);
    }
    Some(match name.as_str() {
        "int" | "int32" | "int64" | "long" | "short" => "integer",
        "float" | "double" | "decimal" | "numeric" => "number",
        "bool" => "boolean",
        "str" | "text" | "date" | "datetime" | "date-time" | "time" | "uuid" | "guid" | "uri"
        | "url" | "email" | "char" => "string",
        "list" => "array",
        "dict" | "map" | "hash" => "object",
        _ => return None,
    })
}

/// A whole number from zero, also when it is written `5.0`.
pub(super) fn count(value: &Value) -> Option<Value> {
    if value.is_u64() {
        return Some(value.clone());
    }
    let number = value.as_f64()?;
    let whole = number.fract() == 0.0 && (0.0..9e15).contains(&number);
    whole.then(|| Value::from(format!("{number:.0}").parse::<u64>().unwrap_or_default()))
}

/// A number above zero.
pub(super) fn step(value: &Value) -> Option<&Number> {
    value
        .as_number()
        .filter(|number| number.as_f64().is_some_and(|n| n > 0.0))
}

/// The type names of 2020-12 that a `type` holds, and whether it held anything else.
pub(super) fn types(value: &Value) -> (Vec<&'static str>, bool) {
    let names = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    let mut known: Vec<&'static str> = Vec::new();
    let mut odd = false;
    for name in names {
        match name
            .as_str()
            .and_then(type_name)
            .or(name.is_null().then_some("null"))
        {
            Some(name) if known.contains(&name) => {}
            Some(name) => known.push(name),
            None => odd = true,
        }
    }
    (known, odd)
}

fn type_name(name: &str) -> Option<&'static str> {
    const NAMES: [&str; 7] = [
        "string", "number", "integer", "boolean", "array", "object", "null",
    ];
    if name == "file" {
        return Some("string");
    }
    NAMES.into_iter().find(|known| *known == name)
}
