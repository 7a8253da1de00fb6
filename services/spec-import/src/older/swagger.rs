//! Swagger 2.0 becomes `OpenAPI` 3.0.
//!
//! The differences: `host`, `basePath` and `schemes` are servers; a parameter in `body` or
//! `formData` is a request body; `consumes` and `produces` are media types of bodies and answers;
//! what a parameter is stands beside its name instead of in a schema; and `collectionFormat` is
//! what style and explode are now.

use std::collections::HashMap;

use countersign_domain::media_type;
use serde_json::{Map, Value, json};

use super::{
    Converted, Converting, swagger_elsewhere,
    swagger_parameter::{self as parameter, Taken},
};
use crate::{
    ImportError, Limits,
    notes::{At, Notes},
    origin::Origins,
    paths::MORE_PATHS,
    reference,
};

const JSON: &str = "application/json";
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// What the operations of a document share.
pub(super) struct Shared {
    /// `parameters` as they were given, by name.
    pub(super) parameters: Value,
    consumes: Vec<String>,
    produces: Vec<String>,
    /// `host` and `basePath`, where there is a host.
    place: Option<String>,
}

/// Converts a document whose `swagger` is 2.0.
pub(crate) fn convert(
    mut root: Value,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Converted, ImportError> {
    let mut cx = Converting {
        origins: Origins::default(),
        moved: HashMap::new(),
        notes,
    };
    allow_null(&mut root);
    swagger_elsewhere::bring_in(&mut root, limits, &mut cx)?;
    let Some(members) = root.as_object_mut() else {
        return Ok(Converted {
            root,
            origins: cx.origins,
        });
    };
    members.insert("openapi".to_owned(), "3.0.0".into());
    servers(members, &mut cx);
    schemes(members, &mut cx);
    let shared = Shared {
        parameters: members.get("parameters").cloned().unwrap_or_default(),
        consumes: texts(members.get("consumes")),
        produces: texts(members.get("produces")),
        place: place(members),
    };
    if let Some(Value::Object(parameters)) = members.get_mut("parameters") {
        for (name, value) in parameters {
            let at = At::Pointer("/parameters");
            parameter::convert(value, &at.key(name), &mut cx);
        }
    }
    if let Some(Value::Object(responses)) = members.get_mut("responses") {
        for (name, value) in responses {
            let at = At::Pointer("/responses");
            response(value, &shared.produces, &at.key(name), &mut cx);
        }
    }
    for home in ["/paths", MORE_PATHS] {
        if let Some(Value::Object(paths)) = members.get_mut(&home[1..]) {
            let at = At::Pointer(home);
            for (path, item) in paths {
                path_item(item, &shared, &at.key(path), &mut cx);
            }
        }
    }
    follow(&mut root, &cx.moved);
    Ok(Converted {
        root,
        origins: cx.origins,
    })
}

/// `x-nullable` is what many wrote before there was `nullable`.
fn allow_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(allow_null),
        Value::Object(members) => {
            let says_so = members.get("x-nullable") == Some(&Value::Bool(true));
            if says_so && !members.contains_key("nullable") {
                members.insert("nullable".to_owned(), true.into());
            }
            members.values_mut().for_each(allow_null);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn place(members: &Map<String, Value>) -> Option<String> {
    let host = members.get("host")?.as_str()?.trim_end_matches('/');
    let base = members.get("basePath").and_then(Value::as_str);
    Some(format!("{host}{}", slashed(base.unwrap_or_default())))
}

fn slashed(base: &str) -> String {
    let base = base.trim().trim_end_matches('/');
    if base.is_empty() || base.starts_with('/') {
        base.to_owned()
    } else {
        format!("/{base}")
    }
}

/// Secure schemes first; without any, the secure one.
fn addresses(place: &str, schemes: &[String]) -> Vec<Value> {
    let known = ["https", "http"];
    let mut named: Vec<&str> = known
        .into_iter()
        .filter(|scheme| {
            schemes
                .iter()
                .any(|given| given.eq_ignore_ascii_case(scheme))
        })
        .collect();
    if named.is_empty() {
        named.push("https");
    }
    named
        .into_iter()
        .map(|scheme| json!({ "url": format!("{scheme}://{place}") }))
        .collect()
}

fn servers(members: &mut Map<String, Value>, cx: &mut Converting<'_>) {
    let (servers, given) = match place(members) {
        Some(place) => (addresses(&place, &texts(members.get("schemes"))), "/host"),
        None => match members.get("basePath").and_then(Value::as_str) {
            Some(base) if !slashed(base).is_empty() => {
                (vec![json!({ "url": slashed(base) })], "/basePath")
            }
            Some(_) | None => return,
        },
    };
    members.insert("servers".to_owned(), Value::Array(servers));
    cx.origins.add_made("/servers", given);
}

/// `securityDefinitions` move to where they are looked for.
fn schemes(members: &mut Map<String, Value>, cx: &mut Converting<'_>) {
    let Some(Value::Object(mut schemes)) = members.shift_remove("securityDefinitions") else {
        return;
    };
    let given = At::Pointer("/securityDefinitions");
    let now = At::Pointer("/components/securitySchemes");
    for (name, scheme) in &mut schemes {
        let Some(scheme) = scheme.as_object_mut() else {
            continue;
        };
        match scheme.get("type").and_then(Value::as_str) {
            Some("basic") => {
                scheme.insert("type".to_owned(), "http".into());
                scheme.insert("scheme".to_owned(), "basic".into());
            }
            Some("oauth2") => {
                let flow = match scheme.get("flow").and_then(Value::as_str) {
                    Some("application") => "clientCredentials",
                    Some("accessCode") => "authorizationCode",
                    Some("password") => "password",
                    Some(_) | None => "implicit",
                };
                let inside: Map<String, Value> = ["authorizationUrl", "tokenUrl", "scopes"]
                    .into_iter()
                    .filter_map(|name| Some((name.to_owned(), scheme.get(name)?.clone())))
                    .collect();
                scheme.insert("flows".to_owned(), json!({ flow: inside }));
                let flows = now.key(name).key("flows").to_string();
                let given = cx.origins.place(&given.key(name).to_string());
                cx.origins.add_made(flows, given);
            }
            Some(_) | None => {}
        }
    }
    let components = json!({ "securitySchemes": schemes });
    members.insert("components".to_owned(), components);
    cx.origins
        .add("/components/securitySchemes", "/securityDefinitions");
}

fn path_item(item: &mut Value, shared: &Shared, at: &At<'_>, cx: &mut Converting<'_>) {
    let Some(members) = item.as_object_mut() else {
        return;
    };
    let inherited = parameter::take(members, shared, &at.key("parameters"), cx);
    for (name, operation) in members {
        if METHODS.contains(&name.to_ascii_lowercase().as_str())
            && let Some(operation) = operation.as_object_mut()
        {
            self::operation(operation, (shared, &inherited), &at.key(name), cx);
        }
    }
}

fn operation(
    operation: &mut Map<String, Value>,
    (shared, inherited): (&Shared, &[Taken]),
    at: &At<'_>,
    cx: &mut Converting<'_>,
) {
    let or = |own: Option<&Value>, root: &[String]| match own {
        Some(Value::Array(_)) => texts(own),
        Some(_) | None => root.to_vec(),
    };
    let consumes = or(operation.get("consumes"), &shared.consumes);
    let produces = or(operation.get("produces"), &shared.produces);
    let mut taken = parameter::take(operation, shared, &at.key("parameters"), cx);
    let others = inherited
        .iter()
        .filter(|one| !taken.iter().any(|own| own.replaces(one)));
    let others: Vec<Taken> = others.cloned().collect();
    taken.extend(others);
    if let Some(body) = parameter::body(taken, &consumes, at, cx) {
        operation.insert("requestBody".to_owned(), body);
    }
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        let at = at.key("responses");
        for (status, value) in responses {
            response(value, &produces, &at.key(status), cx);
        }
    }
    let schemes = texts(operation.get("schemes"));
    if let Some(place) = shared.place.as_ref().filter(|_| !schemes.is_empty()) {
        let servers = addresses(place, &schemes);
        operation.insert("servers".to_owned(), Value::Array(servers));
        let given = cx.origins.place(&at.key("schemes").to_string());
        cx.origins.add_made(at.key("servers").to_string(), given);
    }
}

/// `schema` moves into the media types that `produces` names.
fn response(value: &mut Value, produces: &[String], at: &At<'_>, cx: &mut Converting<'_>) {
    let Some(members) = value.as_object_mut() else {
        return;
    };
    let Some(mut schema) = members.shift_remove("schema") else {
        return;
    };
    let is_file = schema.get("type").is_some_and(|kind| kind == "file");
    if is_file {
        schema = json!({ "type": "string", "format": "binary" });
    }
    let default = if is_file {
        "application/octet-stream"
    } else {
        JSON
    };
    // One of them is enough to say what the answer is, and schemas can be large.
    let media = produces
        .iter()
        .find(|media| media_type::is_json(media) != is_file)
        .or(produces.first())
        .map_or(default, String::as_str);
    let place = at.to_string();
    let content = At::Pointer(&place);
    let content = content.key("content");
    let there = content.key(media).key("schema").to_string();
    let before = at.key("schema").to_string();
    let given = cx.origins.place(&before);
    cx.moved.insert(before, there.clone());
    cx.origins.add(there, given);
    let given = cx.origins.place(&place);
    cx.origins.add_made(content.to_string(), given);
    members.insert("content".to_owned(), json!({ media: { "schema": schema } }));
}

/// The texts of a list; whatever else is in it is nothing.
pub(super) fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// A parameter, or what it refers to among the document's own.
pub(super) fn resolve<'v>(value: &'v Value, shared: &'v Shared) -> &'v Value {
    let mut value = value;
    for _ in 0..8 {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else {
            return value;
        };
        let found = reference::pointer_of(target).ok().and_then(|pointer| {
            let inside = pointer.strip_prefix("/parameters")?.to_owned();
            shared.parameters.pointer(&inside)
        });
        match found {
            Some(next) => value = next,
            None => return value,
        }
    }
    value
}

/// Makes references into schemas that have moved lead to where they are now.
fn follow(value: &mut Value, moved: &HashMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some(now) = moved_to(target, moved)
            {
                *target = now;
            }
            members.values_mut().for_each(|one| follow(one, moved));
        }
        Value::Array(items) => items.iter_mut().for_each(|one| follow(one, moved)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn moved_to(target: &str, moved: &HashMap<String, String>) -> Option<String> {
    let pointer = reference::pointer_of(target).ok()?;
    let mut ends = pointer.match_indices("/schema");
    ends.find_map(|(start, name)| {
        let (home, rest) = pointer.split_at(start + name.len());
        let whole = rest.is_empty() || rest.starts_with('/');
        let now = moved.get(home).filter(|_| whole)?;
        Some(format!("#{now}{rest}").replace('%', "%25"))
    })
}
