//! Parameters: which there are, and how each is written into the request.

mod asked;
mod left_out;
mod style;
mod whole;

use std::collections::HashMap;

use countersign_domain::{header, operation::Place};
use serde_json::Value;

pub(crate) use self::{
    left_out::LeftOut,
    style::{allows_reserved, explode, note_guesses, of_items, read_style, style},
    whole::leave_room,
};
use crate::{credential, notes::At, operation::Reading, path, path::Template};

/// Azure's word for a value that goes out as it is, slashes and all.
const NOT_ENCODED: &str = "x-ms-skip-url-encoding";

/// One parameter as the document has it, references followed.
#[derive(Clone, Debug)]
pub(crate) struct Parameter<'d> {
    pub(crate) place: Place,
    pub(crate) wire: &'d str,
    pub(crate) value: &'d Value,
    /// Its description.
    pub(crate) words: &'d str,
    pub(crate) pointer: String,
    pub(crate) required: bool,
}

/// Merges the parameters of the path with those of the operation, which win, and keeps what can
/// be bound.
pub(crate) fn collect<'d>(
    cx: &mut Reading<'_, 'd>,
    lists: Vec<(Option<&'d Value>, String)>,
    template: Option<&Template<'d>>,
) -> Vec<Parameter<'d>> {
    let mut merged: Vec<Parameter<'d>> = Vec::new();
    let mut index: HashMap<(u8, String), (usize, usize)> = HashMap::new();
    for (level, (list, pointer)) in lists.into_iter().enumerate() {
        for parameter in read(cx, list, &pointer) {
            let wire = match parameter.place {
                Place::Header => parameter.wire.to_ascii_lowercase(),
                Place::Path | Place::Query | Place::Querystring | Place::Cookie => {
                    parameter.wire.to_owned()
                }
            };
            match index.get(&(parameter.place as u8, wire.clone())) {
                Some((at, known)) if *known < level => merged[*at] = parameter,
                Some(_) => {
                    let text =
                        format!("the parameter {wire:?} is given twice; the first one counts");
                    cx.notes
                        .warning("parameter_twice", &parameter.pointer, &text);
                }
                None => {
                    index.insert((parameter.place as u8, wire), (merged.len(), level));
                    merged.push(parameter);
                }
            }
        }
    }
    if let Some(template) = template {
        asked::settle(cx, &mut merged, template);
    }
    let named: Vec<&str> = merged
        .iter()
        .filter(|parameter| parameter.place == Place::Path)
        .map(|parameter| parameter.wire)
        .collect();
    for parameter in &mut merged {
        settle(cx, parameter, (template, &named));
    }
    let mut left_out = LeftOut::default();
    merged.retain(|parameter| is_bound(cx, parameter, template, &mut left_out));
    left_out.note(cx);
    whole::settle(cx, &merged);
    merged
}

/// A path parameter fills the variable that it means, spelled as the path spells it.
fn settle<'d>(
    cx: &mut Reading<'_, 'd>,
    parameter: &mut Parameter<'d>,
    (template, named): (Option<&Template<'d>>, &[&str]),
) {
    let Some(template) = template.filter(|_| parameter.place == Place::Path) else {
        return;
    };
    match template.variable(parameter.wire) {
        Some(variable) if variable == parameter.wire || named.contains(&variable) => {}
        Some(variable) => {
            let text = format!(
                "the parameter {:?} is taken for the variable {variable:?} of the path",
                parameter.wire
            );
            cx.notes
                .info("path_variable_respelled", &parameter.pointer, &text);
            parameter.wire = variable;
        }
        None if cx.writes_unmarked(parameter.wire) => {
            let text = format!(
                "the path writes its variable {:?} as text, where no value can be put",
                parameter.wire
            );
            cx.refuse("path_variable_unmarked", &parameter.pointer, &text);
        }
        None => {}
    }
}

fn read<'d>(
    cx: &mut Reading<'_, 'd>,
    list: Option<&'d Value>,
    pointer: &str,
) -> Vec<Parameter<'d>> {
    let Some(list) = list.filter(|list| !list.is_null()) else {
        return Vec::new();
    };
    let Some(items) = list.as_array() else {
        cx.refuse(
            "parameters_not_a_list",
            &pointer,
            "its parameters are not a list",
        );
        return Vec::new();
    };
    let mut parameters = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = format!("{pointer}/{index}");
        if let Some((value, pointer)) = cx.follow("a parameter", item, &place) {
            let beside = cx.beside_reference(item);
            let own = || value.get("description").and_then(Value::as_str);
            let words = beside.or_else(own).unwrap_or_default();
            parameters.extend(one(cx, (value, words), pointer));
        }
    }
    parameters
}

fn one<'d>(
    cx: &mut Reading<'_, 'd>,
    (value, words): (&'d Value, &'d str),
    pointer: String,
) -> Option<Parameter<'d>> {
    let declared = cx.flag(value, "required", &pointer);
    let Some(wire) = value
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
    else {
        cx.lose(
            "parameter_without_name",
            &pointer,
            "a parameter without a name",
            declared,
        );
        return None;
    };
    let place = match value.get("in").and_then(Value::as_str).unwrap_or_default() {
        "path" => Place::Path,
        "query" => Place::Query,
        "querystring" => Place::Querystring,
        "header" => Place::Header,
        "cookie" => Place::Cookie,
        other => {
            let what = format!("the parameter {wire:?} in the unknown place {other:?}");
            cx.lose("parameter_place_unknown", &pointer, &what, declared);
            return None;
        }
    };
    if place == Place::Path && !declared {
        let text = format!("the path variable {wire:?} is not marked required, but has to be");
        cx.notes.info("path_variable_not_required", &pointer, &text);
    }
    Some(Parameter {
        place,
        wire,
        value,
        words,
        pointer,
        required: declared || place == Place::Path,
    })
}

fn is_bound<'d>(
    cx: &mut Reading<'_, '_>,
    parameter: &Parameter<'d>,
    template: Option<&Template<'_>>,
    left_out: &mut LeftOut<'d>,
) -> bool {
    let Parameter {
        place,
        wire,
        pointer,
        required,
        ..
    } = parameter;
    match place {
        Place::Path => {
            let used = template.is_none_or(|t| t.variables.contains(wire));
            if !used {
                let text = format!("the path has no variable {wire:?}; the parameter is left out");
                cx.notes.warning("parameter_not_in_path", pointer, &text);
            } else if parameter.value.get(NOT_ENCODED) == Some(&Value::Bool(true)) {
                let many = path::SEVERAL_SEGMENTS;
                let reason = format!("{many}: {wire:?} is not to be encoded");
                let at = At::Pointer(pointer);
                cx.refuse("path_unusable", &at.key(NOT_ENCODED), &reason);
            }
            return used;
        }
        Place::Header | Place::Cookie if !is_token(wire) => {
            let what =
                format!("the {place:?} parameter {wire:?}, which is no valid name,").to_lowercase();
            cx.lose("parameter_name_invalid", pointer, &what, *required);
            return false;
        }
        Place::Header if *required && header::overrides_method(wire) => {
            overrides(cx, parameter);
            return false;
        }
        Place::Header if header::is_reserved(wire) => {
            let is_given = header::is_provided(wire) || credential::is_own(cx, *place, wire);
            if *required && !is_given {
                let what = format!("the header {wire:?}, which is not for agents to set,");
                cx.lose("header_reserved", pointer, &what, true);
            } else {
                left_out.reserved.push((wire, pointer.clone()));
                let is_own = *required && credential::is_own(cx, *place, wire);
                left_out.needed.extend(is_own.then_some((*place, *wire)));
            }
            return false;
        }
        Place::Query | Place::Querystring | Place::Header | Place::Cookie => {}
    }
    if *place == Place::Query && header::overrides_method(wire) {
        overrides(cx, parameter);
        return false;
    }
    if *place == Place::Query && template.is_some_and(|t| t.fixed.iter().any(|fixed| fixed == wire))
    {
        let text = format!("the path itself gives {wire:?}; the parameter is left out");
        cx.notes.info("parameter_fixed_by_path", pointer, &text);
        return false;
    }
    if credential::is_filled_in(cx, *place, wire, parameter.words) {
        if *required && !credential::is_given(cx, *place, wire) {
            let what = format!("{wire:?}, a credential that the connection does not fill in,");
            cx.lose("parameter_is_credential", pointer, &what, true);
        } else {
            left_out.credentials.push((wire, pointer.clone()));
            left_out.needed.extend(required.then_some((*place, *wire)));
        }
        return false;
    }
    true
}

/// Without it, where it is required, the request would be another one than the document describes.
fn overrides(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>) {
    let Parameter { wire, pointer, .. } = parameter;
    let what = format!("{wire:?}, which would make the request another one,");
    cx.lose(
        "method_override_left_out",
        pointer,
        &what,
        parameter.required,
    );
}

/// A token of RFC 9110 section 5.6.2: what may be the name of a header or a cookie.
pub(crate) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
