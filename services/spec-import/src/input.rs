//! The schema of all arguments together, if it can be made.

use serde_json::{Value, json};

use crate::{
    arguments::Arguments,
    marks::Marks,
    operation::Reading,
    schema::{
        compile::{compile, compiles},
        measure::measure,
    },
};

const DEPTH: usize = 100;

/// The input schema and its bytes. Where it cannot be made, no argument is accepted at all.
pub(crate) fn schema(
    cx: &mut Reading<'_, '_>,
    arguments: Arguments,
    limit: usize,
) -> (Value, usize) {
    let nothing = || json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    let closure = match cx.definitions.closure(&arguments.links, limit) {
        Ok(closure) => closure,
        Err(reason) => {
            let pointer = cx.pointer.clone();
            cx.refuse("schema_unusable", &pointer, &reason);
            return (nothing(), 0);
        }
    };
    let own = arguments.properties.values().map(measure);
    let (bytes, depth) = own.fold((closure.bytes, 0), |(b, d), (bytes, depth)| {
        (b + bytes, d.max(depth))
    });
    let pointer = cx.pointer.clone();
    if bytes > limit {
        cx.refuse(
            "schema_unusable",
            &pointer,
            &format!("its schema is larger than {limit} bytes"),
        );
        return (nothing(), 0);
    }
    if depth > DEPTH {
        cx.refuse(
            "schema_unusable",
            &pointer,
            "its schema is nested too deeply",
        );
        return (nothing(), 0);
    }
    let properties = arguments.properties.iter();
    let properties =
        properties.map(|(key, property)| Marks::of(key).and(Marks::of_schema(property)));
    let marks = Marks::all(properties)
        .and(closure.marks)
        .and(arguments.links.marks);
    cx.remark(marks, "what its arguments are said to be");
    let granted = cx.definitions.granted(&arguments.links);
    let mut schema = arguments.schema(granted);
    let compiled = cx.definitions.compile_each(&closure) && compiles(&schema);
    if let Some(granted) = schema.get_mut("$defs") {
        *granted = cx.definitions.copy(&closure).into();
    }
    if compiled {
        return (schema, bytes);
    }
    match compile(&schema) {
        Ok(_) => (schema, bytes),
        Err(reason) => {
            cx.refuse(
                "schema_does_not_compile",
                &pointer,
                &format!("its schema does not compile: {reason}"),
            );
            (nothing(), 0)
        }
    }
}
