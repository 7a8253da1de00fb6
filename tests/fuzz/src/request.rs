//! The request builder: no argument reaches a part of the request that is not its own.

use arbitrary::Unstructured;
use countersign_domain::{
    operation::{Bind, Place},
    path::Addresses,
};
use countersign_secret_injection::{BuiltRequest, RequestTemplate, build};
use serde_json::{Map, Value};

use crate::{oracle, tool::Tool};

/// Makes a tool and arguments of the bytes and checks the request that is built of them.
///
/// # Panics
/// When a promise is broken.
pub fn check(bytes: &[u8]) {
    let Ok(tool) = Tool::of(&mut Unstructured::new(bytes)) else {
        return;
    };
    let operations = (tool.neighbours.iter()).chain([&tool.path]);
    let operations = operations.map(|path| (tool.method, path.as_str(), [].as_slice()));
    let addresses = Addresses::of(&tool.base, operations);
    let template = RequestTemplate {
        method: tool.method,
        base: &tool.base,
        path: &tool.path,
        binds: &tool.binds,
        body: tool.body.as_ref(),
        input_schema: &tool.input_schema,
        addresses: &addresses,
    };
    let built = build(&template, &tool.arguments).ok();
    let again = build(&template, &backwards(&tool.arguments)).ok();
    assert_eq!(built, again, "equal arguments gave two requests: {tool:#?}");
    if let Some(request) = built
        && let Err(problem) =
            oracle::check(&tool, &request).and_then(|()| path_alone(template, &tool, &request))
    {
        panic!("{problem}\n{tool:#?}\n{}", request.display());
    }
}

/// The path is the business of its own arguments: without all others it is the same.
fn path_alone(
    template: RequestTemplate<'_>,
    tool: &Tool,
    request: &BuiltRequest,
) -> Result<(), String> {
    let of_path = |bind: &&Bind| bind.place == Place::Path;
    let binds: Vec<Bind> = tool.binds.iter().filter(of_path).cloned().collect();
    let own = |key: &String| binds.iter().any(|bind| bind.key == *key);
    let arguments = tool.arguments.iter().filter(|(key, _)| own(key));
    let template = RequestTemplate {
        binds: &binds,
        body: None,
        ..template
    };
    let arguments = arguments.map(|(key, value)| (key.clone(), value.clone()));
    match build(&template, &arguments.collect()) {
        Ok(alone) if alone.url().path() == request.url().path() => Ok(()),
        other => Err(format!("without the other arguments it is {other:?}")),
    }
}

/// The same values with their members in the other order, which means the same.
fn backwards(object: &Map<String, Value>) -> Map<String, Value> {
    let turned = object.iter().rev();
    turned
        .map(|(key, value)| (key.clone(), turned_around(value)))
        .collect()
}

fn turned_around(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(backwards(members)),
        Value::Array(items) => items.iter().map(turned_around).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
