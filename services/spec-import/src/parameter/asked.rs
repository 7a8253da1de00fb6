//! Variables in the query of a path, as in `/search?q={words}`.
//!
//! They are parameters of the query like any other. Documents that write them there describe them
//! as of the path, as of the query, by either name, or not at all.

use std::sync::LazyLock;

use countersign_domain::operation::Place;
use serde_json::{Value, json};

use super::Parameter;
use crate::{operation::Reading, path::Template};

static ANY_TEXT: LazyLock<Value> = LazyLock::new(|| json!({ "schema": { "type": "string" } }));

/// Makes one parameter of the query of each.
pub(super) fn settle<'d>(
    cx: &mut Reading<'_, 'd>,
    parameters: &mut Vec<Parameter<'d>>,
    template: &Template<'d>,
) {
    for (name, variable) in &template.asked {
        let means = |one: &Parameter<'_>| match one.place {
            Place::Path => one.wire.eq_ignore_ascii_case(variable),
            Place::Query => [*name, *variable].contains(&one.wire),
            Place::Querystring | Place::Header | Place::Cookie => false,
        };
        let mut found = parameters.extract_if(.., |one| means(one));
        let first = found.next();
        for twin in found {
            let text = format!("the parameter {name:?} is given twice; the first one counts");
            cx.notes.warning("parameter_twice", &twin.pointer, &text);
        }
        let mut one = first.unwrap_or_else(|| undeclared(cx));
        one.place = Place::Query;
        one.wire = name;
        parameters.push(one);
    }
}

fn undeclared<'d>(cx: &mut Reading<'_, 'd>) -> Parameter<'d> {
    let text = "a variable in the query of the path has no parameter; a text is asked for";
    cx.notes
        .warning("path_variable_undeclared", &cx.pointer, text);
    Parameter {
        place: Place::Query,
        wire: "",
        value: &ANY_TEXT,
        words: "",
        pointer: cx.pointer.clone(),
        required: true,
    }
}
