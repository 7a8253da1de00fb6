//! The `OpenAPI` styles, after RFC 6570.
//!
//! A value becomes [`Parts`] first; how parts are joined is the style, how each of them is escaped
//! is the business of the place it goes to. Where the specification leaves a nesting undefined
//! (an object in an array, say), the inner value is written as JSON.

use countersign_domain::operation::Style;
use serde_json::Value;

use super::{BuildError, encode};

/// A value, taken apart. Nulls are left out; what is then empty is no value at all.
pub(super) enum Parts {
    One(String),
    List(Vec<String>),
    Members(Vec<(String, String)>),
}

impl Parts {
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().filter_map(encode::text).collect();
                (!items.is_empty()).then_some(Self::List(items))
            }
            Value::Object(object) => {
                let members: Vec<_> = encode::members(object)
                    .into_iter()
                    .filter_map(|(key, value)| Some((key.clone(), encode::text(value)?)))
                    .collect();
                (!members.is_empty()).then_some(Self::Members(members))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                encode::text(value).map(Self::One)
            }
        }
    }

    /// Every text in it, keys included.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::List(items) => items.iter().map(String::as_str).collect(),
            Self::Members(members) => members
                .iter()
                .flat_map(|(key, value)| [key.as_str(), value.as_str()])
                .collect(),
        }
    }

    /// Escapes every text in it.
    pub(super) fn escaped(self, escape: fn(&str) -> String) -> Self {
        match self {
            Self::One(text) => Self::One(escape(&text)),
            Self::List(items) => Self::List(items.iter().map(|item| escape(item)).collect()),
            Self::Members(members) => {
                let escaped = members
                    .iter()
                    .map(|(key, value)| (escape(key), escape(value)));
                Self::Members(escaped.collect())
            }
        }
    }

    /// `a,b` or `k,v,k,v` or, exploded, `k=v,k=v`.
    fn joined(&self, separator: &str, explode: bool) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::List(items) => items.join(separator),
            Self::Members(members) => {
                let inner = if explode { "=" } else { separator };
                let pairs: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("{key}{inner}{value}"))
                    .collect();
                pairs.join(separator)
            }
        }
    }

    /// Writes escaped parts into a path or a header.
    pub(super) fn spelled(&self, style: Style, explode: bool, wire: &str) -> String {
        match style {
            Style::Label => {
                let separator = if explode { "." } else { "," };
                format!(".{}", self.joined(separator, explode))
            }
            Style::Matrix => self.matrix(explode, wire),
            Style::Simple
            | Style::Form
            | Style::SpaceDelimited
            | Style::PipeDelimited
            | Style::DeepObject
            | Style::Cookie => self.joined(",", explode),
        }
    }

    fn matrix(&self, explode: bool, wire: &str) -> String {
        let pairs: Vec<_> = match self {
            Self::One(text) if text.is_empty() => return format!(";{wire}"),
            Self::List(items) if explode => {
                items.iter().map(|item| format!("{wire}={item}")).collect()
            }
            Self::Members(members) if explode => members
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect(),
            Self::One(_) | Self::List(_) | Self::Members(_) => {
                vec![format!("{wire}={}", self.joined(",", false))]
            }
        };
        format!(";{}", pairs.join(";"))
    }
}

/// What stands between the values of a list, as it is and escaped.
const fn between(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::SpaceDelimited => (" ", "%20"),
        Style::PipeDelimited => ("|", "%7C"),
        Style::Form
        | Style::Simple
        | Style::Label
        | Style::Matrix
        | Style::DeepObject
        | Style::Cookie => (",", ","),
    }
}

/// Joins each list in a list to one text. A value that would be read as two is refused.
pub(super) fn joined(argument: &str, style: Style, items: &[Value]) -> Result<Value, BuildError> {
    let (separator, _) = between(style);
    let one = |item: &Value| {
        let Value::Array(inner) = item else {
            return Ok(item.clone());
        };
        let texts: Vec<String> = inner.iter().filter_map(encode::text).collect();
        if texts.iter().any(|text| text.contains(separator)) {
            let expected = "lists of values without what is between them";
            return Err(BuildError::wrong_type(argument, expected));
        }
        Ok(Value::String(texts.join(separator)))
    };
    items.iter().map(one).collect()
}

/// One `name=value` of a query, a cookie or a form, not yet escaped.
pub(super) struct Pair {
    pub(super) name: String,
    /// Whether the name is or holds a member of the argument, and so an agent's choice.
    pub(super) name_is_given: bool,
    pub(super) values: Vec<String>,
    /// What stands between the values; already escaped.
    pub(super) joint: &'static str,
}

impl Pair {
    fn new(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            name_is_given: false,
            values: vec![value],
            joint: ",",
        }
    }

    /// Writes the value, each piece of it escaped.
    pub(super) fn value(&self, escape: fn(&str) -> String) -> String {
        let pieces: Vec<_> = self.values.iter().map(|value| escape(value)).collect();
        pieces.join(self.joint)
    }
}

/// A key with a bracket in it would be read as another nesting than the one approved.
pub(super) struct BracketInKey;

/// Writes a value as pairs: the styles form, spaceDelimited, pipeDelimited and deepObject.
pub(super) fn pairs(
    style: Style,
    explode: bool,
    wire: &str,
    value: &Value,
) -> Result<Vec<Pair>, BracketInKey> {
    if style == Style::DeepObject {
        let mut nested = Vec::new();
        nest(wire, value, &mut nested)?;
        for pair in &mut nested {
            pair.name_is_given = pair.name != wire;
        }
        return Ok(nested);
    }
    let Some(parts) = Parts::of(value) else {
        return Ok(Vec::new());
    };
    Ok(match parts {
        Parts::One(text) => vec![Pair::new(wire, text)],
        Parts::List(items) if explode => items
            .into_iter()
            .map(|item| Pair::new(wire, item))
            .collect(),
        Parts::Members(members) if explode => members
            .into_iter()
            .map(|(key, value)| Pair {
                name_is_given: true,
                ..Pair::new(&key, value)
            })
            .collect(),
        Parts::List(values) => vec![delimited(style, wire, values)],
        Parts::Members(members) => {
            let values = members
                .into_iter()
                .flat_map(|(key, value)| [key, value])
                .collect();
            vec![delimited(style, wire, values)]
        }
    })
}

fn delimited(style: Style, wire: &str, values: Vec<String>) -> Pair {
    let (_, joint) = between(style);
    Pair {
        name: wire.to_owned(),
        name_is_given: false,
        values,
        joint,
    }
}

/// `a[b][0]=c`: members in brackets, elements by their index, nulls left out.
fn nest(name: &str, value: &Value, pairs: &mut Vec<Pair>) -> Result<(), BracketInKey> {
    match value {
        Value::Array(items) => {
            let given = items.iter().filter(|item| !item.is_null());
            for (index, item) in given.enumerate() {
                nest(&format!("{name}[{index}]"), item, pairs)?;
            }
        }
        Value::Object(object) => {
            for (key, member) in encode::members(object) {
                if key.contains(['[', ']']) {
                    return Err(BracketInKey);
                }
                nest(&format!("{name}[{key}]"), member, pairs)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            pairs.extend(encode::text(value).map(|text| Pair::new(name, text)));
        }
    }
    Ok(())
}
