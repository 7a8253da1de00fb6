//! The schema of all arguments together, if it can be made.

use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;
use serde_json::{Value, json};

use crate::{
    arguments::Arguments,
    marks::Marks,
    operation::Reading,
    schema::{
        compile::{compile, compiles},
        measure::depth,
    },
};

const DEPTH: usize = 100;
/// Bytes of an argument's schema that is remembered; longer ones are said once.
const REMEMBERED: usize = 2_048;
/// Arguments that are remembered.
const ARGUMENTS: usize = 4_096;

/// The arguments that were looked at so far, by their schemas as JSON. Many operations take the
/// same ones.
#[derive(Debug, Default)]
pub(crate) struct Looked(HashMap<String, Look, RandomState>);

/// What there is to know about the schema of an argument.
#[derive(Clone, Copy, Debug)]
struct Look {
    marks: Marks,
    compiles: bool,
}

impl Looked {
    fn at(&mut self, text: String, schema: &mut Value) -> Look {
        if let Some(known) = self.0.get(&text) {
            return *known;
        }
        let look = Look {
            marks: Marks::of_schema(schema),
            compiles: compiles(schema),
        };
        if text.len() <= REMEMBERED && self.0.len() < ARGUMENTS {
            self.0.insert(text, look);
        }
        look
    }
}

/// The input schema and its bytes. Where it cannot be made, no argument is accepted at all.
pub(crate) fn schema(
    cx: &mut Reading<'_, '_>,
    mut arguments: Arguments,
    limit: usize,
    looked: &mut Looked,
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
    let own = arguments.properties.values();
    let texts: Vec<String> = own.clone().map(Value::to_string).collect();
    let bytes = texts
        .iter()
        .fold(closure.bytes, |sum, text| sum + text.len());
    let pointer = cx.pointer.clone();
    if bytes > limit {
        cx.refuse(
            "schema_unusable",
            &pointer,
            &format!("its schema is larger than {limit} bytes"),
        );
        return (nothing(), 0);
    }
    if own.map(depth).max().unwrap_or(0) > DEPTH {
        cx.refuse(
            "schema_unusable",
            &pointer,
            "its schema is nested too deeply",
        );
        return (nothing(), 0);
    }
    let mut marks = closure.marks.and(arguments.links.marks);
    let mut parts_compile = are_different(&arguments.required);
    for ((key, property), text) in arguments.properties.iter_mut().zip(texts) {
        let look = looked.at(text, property);
        marks = marks.and(Marks::of(key)).and(look.marks);
        parts_compile &= look.compiles;
    }
    cx.remark(marks, "what its arguments are said to be");
    let parts_compile = parts_compile && cx.definitions.compile_each(&closure);
    let schema = arguments.schema(cx.definitions.copy(&closure));
    if parts_compile {
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

/// Whether no name is there twice, which a schema may not have.
fn are_different(names: &[String]) -> bool {
    names.iter().collect::<HashSet<_>>().len() == names.len()
}
