//! The schema of all arguments together, if it can be made.

use std::{
    cell::{OnceCell, RefCell},
    collections::{HashMap, HashSet},
};

use foldhash::quality::RandomState;
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use crate::{
    Limits,
    arguments::Arguments,
    marks::Marks,
    operation::Reading,
    schema::{
        compile::{compile, compiles},
        discriminator,
        measure::depth,
    },
};

const DEPTH: usize = 100;
const PLAIN: &str = "a schema is plain JSON";
/// Bytes of an argument's schema that is remembered; longer ones are said once.
const REMEMBERED: usize = 2_048;
/// Arguments that are remembered.
const ARGUMENTS: usize = 4_096;

/// The schema of an argument, and what there is to know about it.
#[derive(Debug)]
pub(crate) struct Known {
    /// The schema as JSON: many operations carry it.
    pub(crate) text: Box<RawValue>,
    depth: usize,
    /// The schema itself, for who looks closer.
    schema: RefCell<Value>,
    /// What that showed, once somebody has asked.
    look: OnceCell<Look>,
}

impl Known {
    pub(crate) fn of(schema: Value) -> Self {
        Self {
            text: to_raw_value(&schema).expect(PLAIN),
            depth: depth(&schema),
            schema: RefCell::new(schema),
            look: OnceCell::new(),
        }
    }

    /// Bytes as JSON.
    pub(crate) fn bytes(&self) -> usize {
        self.text.get().len()
    }
}

/// The arguments that were looked at so far, by their schemas as JSON. Many operations take the
/// same ones.
#[derive(Debug, Default)]
pub(crate) struct Looked(HashMap<String, Look, RandomState>);

/// What only a closer look says about the schema of an argument.
#[derive(Clone, Copy, Debug)]
struct Look {
    marks: Marks,
    compiles: bool,
}

impl Looked {
    fn at(&mut self, known: &Known) -> Look {
        let look = || {
            let text = Some(known.text.get()).filter(|text| text.len() <= REMEMBERED);
            if let Some(look) = text.and_then(|text| self.0.get(text)) {
                return *look;
            }
            let mut schema = known.schema.borrow_mut();
            let look = Look {
                marks: Marks::of_schema(&schema),
                compiles: compiles(&mut schema),
            };
            if let Some(text) = text.filter(|_| self.0.len() < ARGUMENTS) {
                self.0.insert(text.to_owned(), look);
            }
            look
        };
        *known.look.get_or_init(look)
    }
}

/// The input schema, as text: the definitions that many operations share are written out for each,
/// and as values they would take twenty times the memory. Where it cannot be made, no argument is
/// accepted at all.
pub(crate) fn schema(
    cx: &mut Reading<'_, '_>,
    mut arguments: Arguments,
    (limits, used): (&Limits, usize),
    looked: &mut Looked,
) -> Box<RawValue> {
    let nothing = || {
        let schema = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
        to_raw_value(&schema).expect(PLAIN)
    };
    let room = limits.all_schema_bytes.saturating_sub(used);
    let limit = limits.schema_bytes.min(room);
    let too_large = if room < limits.schema_bytes {
        let all = limits.all_schema_bytes;
        format!("the input schemas of the document would be larger than {all} bytes together")
    } else {
        format!("its schema is larger than {limit} bytes")
    };
    let closure = match cx
        .definitions
        .closure(&arguments.links, (limit, &too_large))
    {
        Ok(closure) => closure,
        Err(reason) => {
            let pointer = cx.pointer.clone();
            cx.refuse("schema_unusable", &pointer, &reason);
            return nothing();
        }
    };
    let own = arguments.properties.iter().map(|(_, known)| known);
    let bytes = own
        .clone()
        .fold(closure.bytes, |sum, one| sum + one.bytes());
    let pointer = cx.pointer.clone();
    if bytes > limit {
        cx.refuse("schema_unusable", &pointer, &too_large);
        return nothing();
    }
    if own.map(|one| one.depth).max().unwrap_or(0) > DEPTH {
        cx.refuse(
            "schema_unusable",
            &pointer,
            "its schema is nested too deeply",
        );
        return nothing();
    }
    let mut marks = closure.marks.and(arguments.links.marks);
    let mut parts_compile = are_different(&arguments.required);
    for (key, known) in &arguments.properties {
        let look = looked.at(known);
        marks = marks.and(Marks::of(key)).and(look.marks);
        parts_compile &= look.compiles;
    }
    cx.remark(marks, "what its arguments are said to be");
    let mut discriminators = cx.definitions.discriminators(&closure);
    discriminators.append(&mut arguments.links.discriminators);
    cx.discriminators = discriminator::kept(discriminators);
    let parts_compile = parts_compile && cx.definitions.compile_each(&closure);
    let text = to_raw_value(&arguments.schema(cx.definitions.of(&closure))).expect(PLAIN);
    if parts_compile {
        return text;
    }
    match compile(&serde_json::from_str(text.get()).expect(PLAIN)) {
        Ok(_) => text,
        Err(reason) => {
            cx.refuse(
                "schema_does_not_compile",
                &pointer,
                &format!("its schema does not compile: {reason}"),
            );
            nothing()
        }
    }
}

/// Whether no name is there twice, which a schema may not have.
fn are_different(names: &[String]) -> bool {
    names.iter().collect::<HashSet<_>>().len() == names.len()
}
