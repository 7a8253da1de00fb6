//! Names and values: the query, and the forms that look like one.
//!
//! An exploded object writes its members beside the other parameters (`owner=me`), a nested one
//! in brackets (`filter[owner]=me`), so these names are an agent's choice. They may not be the name
//! of another parameter, nor one that makes an upstream take the request for another method.

use std::{collections::HashSet, iter::successors};

use countersign_domain::{
    header,
    operation::{Bind, PartEncoding, Place, Style},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    BuildError, RequestTemplate, body, encode,
    fields::Fields,
    style,
    style::{BracketInKey, Pair},
    typed_value,
};

/// Collects pairs, each name the business of one argument only.
pub(super) struct Pairs {
    /// Names that belong to the template.
    own: HashSet<String>,
    /// What these are members of: `filter` where `filter[owner]` is one.
    above: HashSet<String>,
    /// Names that members of objects have taken.
    taken: HashSet<String>,
}

impl Pairs {
    pub(super) fn new(own: impl IntoIterator<Item = String>) -> Self {
        let own: HashSet<String> = own.into_iter().collect();
        let above = own.iter().flat_map(|name| levels(name).skip(1));
        Self {
            above: above.map(str::to_owned).collect(),
            own,
            taken: HashSet::new(),
        }
    }

    /// The fields of a form or of parts, given or declared. One that is not declared may not be a
    /// member of one that is: it would go out as that member, past what the schema says of it.
    pub(super) fn of_fields<'e>(
        argument: &str,
        (object, fields): (&Map<String, Value>, &Fields<'_>),
        styled: impl Iterator<Item = &'e PartEncoding>,
    ) -> Result<Self, BuildError> {
        let declared: HashSet<String> = fields.names().collect();
        let apart = styled
            .filter(|part| part.style == Style::Form && part.explode && part.content_type.is_none())
            .map(|part| fields.field(&part.property));
        let members: HashSet<String> = apart
            .flat_map(|field| field.names().collect::<Vec<_>>())
            .collect();
        let is_inside = |name: &str| {
            levels(name).any(|level| declared.contains(level) || members.contains(level))
        };
        let mut given = object.keys().filter(|name| !declared.contains(*name));
        if let Some(name) = given.find(|name| is_inside(name)) {
            return Err(BuildError::clash(argument, name));
        }
        Ok(Self::new(object.keys().cloned().chain(declared)))
    }

    /// Writes one argument as pairs whose names are known to be its own.
    pub(super) fn write(
        &mut self,
        argument: &str,
        value: &Value,
        (style, explode, wire): (Style, bool, &str),
    ) -> Result<Vec<Pair>, BuildError> {
        let pairs = style::pairs(style, explode, wire, value).map_err(|BracketInKey| {
            BuildError::wrong_type(argument, "an object without brackets in its keys")
        })?;
        for pair in &pairs {
            if header::overrides_method(&pair.name) {
                return Err(BuildError::clash(argument, &pair.name));
            }
            let is_new = || !self.is_of_another(&pair.name, wire);
            if pair.name_is_given && !(is_new() && self.taken.insert(pair.name.clone())) {
                return Err(BuildError::clash(argument, &pair.name));
            }
        }
        Ok(pairs)
    }

    /// Whether a name is that of another argument or of what the path fixes, a member of it, or
    /// what it is a member of: `filter[owner]` is a part of `filter`, whoever writes either.
    fn is_of_another(&self, name: &str, wire: &str) -> bool {
        let rest = name.strip_prefix(wire);
        let inside = rest.is_some_and(|rest| rest.starts_with('['));
        let mut given = levels(name).take_while(|level| !inside || level.len() > wire.len());
        given.any(|level| self.own.contains(level)) || self.above.contains(name)
    }
}

/// `a[b][c]`, `a[b]`, `a`.
fn levels(name: &str) -> impl Iterator<Item = &str> {
    successors(Some(name), |name| name.rfind('[').map(|at| &name[..at]))
}

/// Writes the query, without its question mark.
pub(super) fn query(
    fixed: Option<&str>,
    template: &RequestTemplate<'_>,
    arguments: &Map<String, Value>,
) -> Result<Option<String>, BuildError> {
    let binds = template.binds;
    if let Some(whole) = binds.iter().find(|bind| bind.place == Place::Querystring) {
        return self::whole(whole, (fixed, template), arguments);
    }
    let in_query = || binds.iter().filter(|bind| bind.place == Place::Query);
    let fixed_pairs = fixed.into_iter().flat_map(|fixed| fixed.split('&'));
    let fixed_names = fixed_pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode_str(name).decode_utf8_lossy().into_owned()
    });
    let mut names = Pairs::new(in_query().map(|bind| bind.wire.clone()).chain(fixed_names));
    let mut written: Vec<String> = fixed.map(str::to_owned).into_iter().collect();
    for bind in in_query() {
        let Some(value) = super::given(bind, arguments)? else {
            continue;
        };
        let value = typed_value(bind, value, encode::json)?;
        let escape = if bind.allow_reserved {
            encode::reserved_allowed
        } else {
            encode::strict
        };
        for pair in names.write(&bind.key, &value, (bind.style, bind.explode, &bind.wire))? {
            written.push(format!(
                "{}={}",
                encode::strict(&pair.name),
                pair.value(escape)
            ));
        }
    }
    Ok((!written.is_empty()).then(|| written.join("&")))
}

/// Writes the one argument that is the whole query: as a form, or as one piece of text.
fn whole(
    bind: &Bind,
    (fixed, template): (Option<&str>, &RequestTemplate<'_>),
    arguments: &Map<String, Value>,
) -> Result<Option<String>, BuildError> {
    let owners = template
        .binds
        .iter()
        .filter(|bind| matches!(bind.place, Place::Query | Place::Querystring));
    if fixed.is_some_and(|fixed| !fixed.is_empty()) || owners.count() > 1 {
        return Err(BuildError::TemplateUnusable {
            reason: "its query is given by more than one",
        });
    }
    let Some(value) = super::given(bind, arguments)? else {
        return Ok(None);
    };
    let written = if bind.is_form() {
        let members = value
            .as_object()
            .ok_or_else(|| BuildError::wrong_type(&bind.key, "an object"))?;
        let fields = Fields::of(template.input_schema, &bind.key);
        body::form(&bind.key, (members, &fields), &bind.encoding)?
    } else {
        let value = typed_value(bind, value, encode::json)?;
        let text = encode::text(&value).unwrap_or_default();
        if header::overrides_method(&text) {
            return Err(BuildError::clash(&bind.key, &text));
        }
        encode::strict(&text)
    };
    Ok((!written.is_empty()).then_some(written))
}
