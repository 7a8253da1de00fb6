//! The query: every name in it is the business of one argument.

use std::collections::HashMap;

use countersign_domain::operation::{Bind, Place, Style};
use countersign_secret_injection::BuiltRequest;
use serde_json::Value;
use url::form_urlencoded;

use super::{decoded, hold, means, scalar};
use crate::tool::Tool;

type Pairs = Vec<(String, String)>;

pub(super) fn check(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    let read = |query: &str| {
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    };
    let mut found: Pairs = request.url().query().map(read).unwrap_or_default();
    let fixed = tool.path.split('#').next().unwrap_or_default();
    let fixed: Pairs = fixed
        .split_once('?')
        .map(|(_, query)| read(query))
        .unwrap_or_default();
    hold(found.starts_with(&fixed), || {
        format!("{found:?} without {fixed:?}")
    })?;
    found.drain(..fixed.len());
    if let Some(bind) = whole_bind(tool) {
        return whole(tool, bind, (request, &found));
    }

    let mut by_name: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, value) in &found {
        by_name.entry(name).or_default().push(value);
    }
    let binds = || tool.binds.iter().filter(|bind| bind.place == Place::Query);
    let mut accounted = 0;
    for bind in binds() {
        accounted += owned(tool, bind, &by_name)?;
    }
    let fixed_names = |name: &str| fixed.iter().any(|(fixed, _)| fixed == name);
    let names_of_binds = |name: &str| binds().any(|bind| bind.wire == outer(name));
    for bind in binds() {
        let Some(Value::Object(members)) = given(tool, bind).filter(|_| is_spread(bind)) else {
            continue;
        };
        for name in members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name)
        {
            let own = by_name
                .remove(name.as_str())
                .map_or(0, |values| values.len());
            hold(own == 1, || {
                format!("{name:?} stands {own} times in {found:?}")
            })?;
            hold(!fixed_names(name) && !names_of_binds(name), || {
                format!("the member {name:?} is another parameter")
            })?;
            accounted += 1;
        }
    }
    hold(accounted == found.len(), || {
        format!("{accounted} of the pairs {found:?} are an argument's own")
    })
}

fn whole_bind(tool: &Tool) -> Option<&Bind> {
    tool.binds
        .iter()
        .find(|bind| bind.place == Place::Querystring)
}

/// Nothing is in the query but the one value: each name is a member of it, or all of it is one
/// piece.
fn whole(
    tool: &Tool,
    bind: &Bind,
    (request, found): (&BuiltRequest, &Pairs),
) -> Result<(), String> {
    let query = request.url().query().unwrap_or_default();
    let given = given(tool, bind);
    let form = bind.content_type.as_deref() == Some("application/x-www-form-urlencoded");
    if let Some(Value::Object(members)) = given.filter(|_| form) {
        let own = |name: &String| members.get(name).is_some_and(|value| !value.is_null());
        return hold(found.iter().all(|(name, _)| own(name)), || {
            format!("{found:?} of {members:?}")
        });
    }
    let one_piece = !query.contains(['&', '=', '+', ';', '#']);
    hold(one_piece, || format!("{query:?} is more than one piece"))?;
    let is_json = bind.content_type.as_deref() == Some("application/json");
    let read = decoded(query);
    let meant = |value: &Value| {
        if value.is_string() && is_json {
            serde_json::from_str::<Value>(&read).is_ok_and(|read| read == *value)
        } else {
            means(&read, value)
        }
    };
    hold(given.map_or(query.is_empty(), meant), || {
        format!("{read:?} is not {given:?}")
    })
}

/// The parameter that a name with brackets would be read as a part of.
fn outer(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

fn given<'t>(tool: &'t Tool, bind: &Bind) -> Option<&'t Value> {
    tool.arguments
        .get(&bind.key)
        .filter(|value| !value.is_null())
}

/// Whether the members of an object stand beside the other parameters.
fn is_spread(bind: &Bind) -> bool {
    bind.explode && bind.style != Style::DeepObject && bind.content_type.is_none()
}

/// Counts the pairs under the argument's own name, and reads them where they can be read back.
fn owned(tool: &Tool, bind: &Bind, pairs: &HashMap<&str, Vec<&str>>) -> Result<usize, String> {
    let Some(value) = given(tool, bind) else {
        return Ok(0);
    };
    let wire = bind.wire.as_str();
    let own = pairs.get(wire).map(Vec::as_slice).unwrap_or_default();
    if bind.content_type.is_some() {
        return Ok(own.len().min(1));
    }
    if let Some(value) = scalar(value) {
        hold(matches!(own, [one] if means(one, value)), || {
            format!("{wire:?} is {own:?} and not {value}")
        })?;
        return Ok(1);
    }
    if bind.style == Style::DeepObject {
        // No key has a bracket: what `page[0` has as a member is none of `page`.
        let nested = |name: &&&str| {
            let key = name
                .strip_prefix(wire)
                .and_then(|rest| rest.strip_prefix('['));
            let end = key.and_then(|key| key.find(['[', ']']).map(|end| &key[end..]));
            end.is_some_and(|end| end.starts_with(']'))
        };
        return Ok(pairs
            .keys()
            .filter(nested)
            .map(|name| pairs[*name].len())
            .sum());
    }
    if let Value::Array(items) = value
        && bind.explode
    {
        let items: Vec<&Value> = items.iter().filter(|item| !item.is_null()).collect();
        let same = items.len() == own.len() && items.iter().zip(own).all(|(i, o)| means(o, i));
        hold(same, || format!("{wire:?} is {own:?} and not {value}"))?;
        return Ok(items.len());
    }
    // Written as one value, with separators; an exploded object has no pair of its own name.
    let spread = value.is_object() && is_spread(bind);
    Ok(if spread { 0 } else { own.len().min(1) })
}
