//! Which version of which format a document says that it is.

use serde_json::{Map, Value};

use crate::{
    ImportError,
    bundle::tree::FILES,
    document::Dialect,
    notes::{At, Notes},
    words::one_line,
};

/// The versions of `OpenAPI` that are read; of each, every release.
const READ: [(&str, Dialect); 3] = [
    ("3.0", Dialect::V30),
    ("3.1", Dialect::V31),
    ("3.2", Dialect::V31),
];
/// Names of fields that a document which is something else is known by.
const SHOWN: usize = 5;

/// A member that came with `OpenAPI` 3.2: its name, and the one that the registry of extensions
/// gives it in older documents.
type Newer = [&'static str; 2];

pub(crate) const ENCODING: Newer = ["encoding", "x-oai-encoding"];
pub(crate) const PREFIX_ENCODING: Newer = ["prefixEncoding", "x-oai-prefixEncoding"];
pub(crate) const ITEM_ENCODING: Newer = ["itemEncoding", "x-oai-itemEncoding"];
pub(crate) const ITEM_SCHEMA: Newer = ["itemSchema", "x-oai-itemSchema"];

/// Such a member, and what it is called here.
pub(crate) fn newer(value: &Value, names: Newer) -> Option<(&'static str, &Value)> {
    let mut names = names.into_iter();
    names.find_map(|name| Some((name, value.get(name)?)))
}

/// The name of the format, if it is Swagger 2.0; nothing older is read.
pub(crate) fn swagger(version: &Value, notes: &mut Notes) -> Result<String, ImportError> {
    let text = version
        .as_str()
        .map_or_else(|| version.to_string(), |text| text.trim().to_owned());
    let known = if text == "2" { "2.0" } else { &text };
    let Some(rest) = behind(known, "2.0") else {
        return Err(ImportError::UnknownVersion {
            version: one_line(&format!("Swagger {text}")),
        });
    };
    if version.is_string() && (known != text || !rest.is_empty()) {
        note_odd("swagger", &text, notes);
    }
    Ok(format!("Swagger {}", one_line(&text)))
}

/// The name of the format and its rules, if it is an `OpenAPI` that is read.
pub(crate) fn openapi(root: &Value, notes: &mut Notes) -> Result<(String, Dialect), ImportError> {
    let Some(members) = root.as_object() else {
        return Err(ImportError::NotOpenapi {
            found: "it is not an object at its root".to_owned(),
        });
    };
    let version = match members.get("openapi") {
        Some(Value::String(version)) if version.trim() == "3" => "3.0".to_owned(),
        Some(Value::String(version)) => version.trim().to_owned(),
        Some(Value::Number(number)) => {
            let text = format!("the version {number} is a number and should be a text");
            notes.warning("version_is_a_number", &At::ROOT.key("openapi"), &text);
            number.to_string()
        }
        Some(_) => {
            return Err(ImportError::UnknownVersion {
                version: "something else".to_owned(),
            });
        }
        None => {
            return Err(ImportError::NotOpenapi {
                found: fields(members),
            });
        }
    };
    let mut read = READ.into_iter();
    let Some((dialect, rest)) =
        read.find_map(|(known, dialect)| Some((dialect, behind(&version, known)?)))
    else {
        return Err(ImportError::UnknownVersion {
            version: one_line(&version),
        });
    };
    let release = rest.strip_prefix('.').unwrap_or_default();
    if release.parse::<u32>().is_err() && members["openapi"].is_string() {
        note_odd("openapi", &version, notes);
    }
    Ok((format!("OpenAPI {}", one_line(&version)), dialect))
}

/// What follows a version, if it ends there: `3.15` is no `3.1`.
fn behind<'v>(version: &'v str, known: &str) -> Option<&'v str> {
    let goes_on = |rest: &&str| rest.starts_with(|first: char| first.is_ascii_digit());
    version.strip_prefix(known).filter(|rest| !goes_on(rest))
}

fn note_odd(field: &str, version: &str, notes: &mut Notes) {
    let text = format!("the version {version:?} is not a proper version");
    notes.warning("version_odd", &At::ROOT.key(field), &text);
}

/// What an object has that is no `OpenAPI`; not the member that other files hang under.
fn fields(members: &Map<String, Value>) -> String {
    let given = || members.keys().filter(|name| *name != FILES);
    let shown = given().take(SHOWN);
    let names: Vec<String> = shown.map(|name| format!("{:?}", one_line(name))).collect();
    let names = names.join(", ");
    match given().count() {
        0 => "it is an object without any field".to_owned(),
        count if count > SHOWN => {
            let more = count - SHOWN;
            format!("there is no field openapi, only {names} and {more} more")
        }
        _ => format!("there is no field openapi, only {names}"),
    }
}
