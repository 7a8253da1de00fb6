//! The arguments of an operation: one flat object, the body under `body`.

use std::{
    collections::{BTreeMap, HashMap},
    ptr,
    rc::Rc,
};

use countersign_domain::{
    media_type,
    operation::{Bind, PartEncoding},
    text,
};
use foldhash::quality::RandomState;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json, value::RawValue};

use crate::{
    body, input, key,
    notes::At,
    operation::Reading,
    parameter::{self, Parameter},
    path::{self, Template},
    schema::{Links, discriminator},
    words::shown,
};

const DESCRIPTION: usize = 1_024;
/// Parameters of one operation; no agent fills in more.
const PARAMETERS: usize = 500;
/// Parameters that are remembered.
const REMEMBERED: usize = 4_096;
/// Bytes of the schema of one that is; longer ones are said once.
const SHORT: usize = 2_048;
/// What may stand in a parameter of older documents instead of a `schema`.
const LOOSE_KEYWORDS: [&str; 10] = [
    "type",
    "format",
    "enum",
    "items",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
];

/// The arguments that an operation takes.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) binds: Vec<Bind>,
    /// The schema of each, in order.
    pub(crate) properties: Vec<(String, Rc<input::Known>)>,
    pub(crate) required: Vec<String>,
    pub(crate) links: Links,
}

/// One argument, whatever it is called.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    known: Rc<input::Known>,
    links: Links,
}

impl Argument {
    /// An argument with a schema, and what this leads to.
    pub(crate) fn new(schema: Value, links: Links) -> Self {
        let known = Rc::new(input::Known::of(schema));
        Self { known, links }
    }
}

/// What parameters became, by where these lie in memory: the document stays where it is while it is
/// read, and many operations refer to the same ones.
#[derive(Debug, Default)]
pub(crate) struct Made(HashMap<*const Value, Parsed, RandomState>);

/// A parameter about which nothing had to be said.
#[derive(Clone, Debug)]
struct Parsed {
    /// Where it stands.
    pointer: String,
    argument: Argument,
    content_type: Option<String>,
    encoding: Vec<PartEncoding>,
}

impl Arguments {
    /// Adds one argument.
    pub(crate) fn add(&mut self, key: &str, argument: Argument, required: bool) {
        let Argument { known, mut links } = argument;
        // Each tells where in its own schema; definitions have names without slashes.
        links.discriminators = std::mem::take(&mut links.discriminators)
            .into_iter()
            .map(|(inside, words)| {
                let of = format!("/properties/{key}");
                (discriminator::place(&of, &inside), words)
            })
            .collect();
        match self.properties.iter_mut().find(|(one, _)| one == key) {
            Some((_, before)) => *before = known,
            None => self.properties.push((key.to_owned(), known)),
        }
        if required {
            self.required.push(key.to_owned());
        }
        self.links.join(links);
    }

    /// The object schema, with its definitions.
    pub(crate) fn schema<'a>(&'a self, definitions: BTreeMap<&'a str, &'a RawValue>) -> Schema<'a> {
        Schema {
            kind: "object",
            properties: Properties(&self.properties),
            required: &self.required,
            additional_properties: false,
            definitions,
        }
    }
}

/// The schema of all arguments, to be written.
#[derive(Debug, Serialize)]
pub(crate) struct Schema<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: Properties<'a>,
    required: &'a [String],
    #[serde(rename = "additionalProperties")]
    additional_properties: bool,
    #[serde(rename = "$defs", skip_serializing_if = "BTreeMap::is_empty")]
    definitions: BTreeMap<&'a str, &'a RawValue>,
}

#[derive(Debug)]
struct Properties<'a>(&'a [(String, Rc<input::Known>)]);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, known)| (key, &known.text)))
    }
}

/// Binds every parameter, and every variable of the path that has none.
pub(crate) fn bind<'d>(
    cx: &mut Reading<'_, 'd>,
    parameters: &[Parameter<'d>],
    template: Option<&Template<'_>>,
) -> Arguments {
    use countersign_domain::operation::{Place, Style};
    let mut arguments = Arguments::default();
    let variables = template.map_or(&[][..], |template| template.variables.as_slice());
    if parameters.len().max(variables.len()) > PARAMETERS {
        let pointer = cx.pointer.clone();
        let reason = format!("it takes more than {PARAMETERS} parameters");
        cx.refuse("too_many_parameters", &pointer, &reason);
        return arguments;
    }
    let missing: Vec<&str> = variables
        .iter()
        .copied()
        .filter(|name| {
            !parameters
                .iter()
                .any(|p| p.place == Place::Path && p.wire == *name)
        })
        .collect();
    let wires: Vec<(Place, &str)> = parameters
        .iter()
        .map(|parameter| match parameter.place {
            Place::Path => (Place::Path, path::bare(parameter.wire)),
            place @ (Place::Query | Place::Querystring | Place::Header | Place::Cookie) => {
                (place, parameter.wire)
            }
        })
        .chain(missing.iter().map(|name| (Place::Path, path::bare(name))))
        .collect();
    let keys = key::assign(&wires);
    for (parameter, key) in parameters.iter().zip(&keys) {
        argument(cx, parameter, key, &mut arguments);
    }
    for (name, key) in missing.iter().zip(&keys[parameters.len()..]) {
        let text = format!("the path variable {name:?} has no parameter; a text is asked for");
        cx.notes
            .warning("path_variable_undeclared", &cx.pointer, &text);
        let argument = Argument::new(json!({ "type": "string" }), Links::default());
        arguments.add(key, argument, true);
        arguments.binds.push(Bind {
            key: key.clone(),
            place: Place::Path,
            wire: (*name).to_owned(),
            style: Style::Simple,
            explode: false,
            allow_reserved: false,
            content_type: None,
            encoding: Vec::new(),
            required: true,
        });
    }
    arguments
}

fn argument(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>, key: &str, to: &mut Arguments) {
    let Some(parsed) = parsed(cx, parameter) else {
        return;
    };
    if key != parameter.wire {
        let text = format!(
            "the parameter {:?} is called {key:?} as an argument",
            parameter.wire
        );
        cx.notes.info("argument_renamed", &parameter.pointer, &text);
    }
    let allow_reserved = parameter::allows_reserved(cx, parameter);
    let (style, explode) = parameter::style(cx, parameter);
    let mut encoding = parsed.encoding;
    encoding.extend(parameter::of_items(cx, parameter));
    parameter::note_guesses(cx, parameter, style);
    to.add(key, parsed.argument, parameter.required);
    to.binds.push(Bind {
        key: key.to_owned(),
        place: parameter.place,
        wire: parameter.wire.to_owned(),
        style,
        explode,
        allow_reserved,
        content_type: parsed.content_type,
        encoding,
        required: parameter.required,
    });
}

/// What a parameter becomes. What is lost on the way is said to every operation that refers to it.
fn parsed(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>) -> Option<Parsed> {
    use countersign_domain::operation::Place;
    let address = ptr::from_ref(parameter.value);
    let own = parameter.value.get("description").and_then(Value::as_str);
    let is_own = own.unwrap_or_default() == parameter.words;
    let known = cx.parsed.0.get(&address).filter(|_| is_own);
    if let Some(known) = known.filter(|known| known.pointer == parameter.pointer) {
        return Some(known.clone());
    }
    let said = cx.notes.count();
    let written = match parameter.place {
        Place::Querystring => body::whole_query(cx, parameter),
        Place::Path | Place::Query | Place::Header | Place::Cookie => written(cx, parameter),
    };
    let Written {
        schema,
        mut links,
        content_type,
        encoding,
    } = written?;
    let marks = cx.definitions.texts.of(parameter.words);
    links.marks = links.marks.and(marks);
    let parsed = Parsed {
        pointer: parameter.pointer.clone(),
        argument: Argument::new(described(schema, parameter), links),
        content_type,
        encoding,
    };
    // Nobody else refers to what stands in the operation, and what a whole query may ask for depends
    // on whether a credential is filled in.
    let is_shared = !parameter.pointer.starts_with(&cx.pointer);
    let is_shared = is_shared && is_own && parameter.place != Place::Querystring;
    let is_short = parsed.argument.known.bytes() <= SHORT;
    if is_shared && is_short && cx.notes.count() == said && cx.parsed.0.len() < REMEMBERED {
        cx.parsed.0.insert(address, parsed.clone());
    }
    Some(parsed)
}

/// The schema of a parameter, and how its value is written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) schema: Value,
    pub(crate) links: Links,
    /// Its media type, where it has one.
    pub(crate) content_type: Option<String>,
    /// How the properties of a form are written, where that is not the default.
    pub(crate) encoding: Vec<PartEncoding>,
}

impl Written {
    fn by_style((schema, links): (Value, Links)) -> Self {
        Self {
            schema,
            links,
            ..Self::default()
        }
    }
}

fn written(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>) -> Option<Written> {
    let at = At::Pointer(&parameter.pointer);
    let content = parameter.value.get("content").and_then(Value::as_object);
    let ways = content.map_or(0, Map::len) + usize::from(parameter.value.get("schema").is_some());
    if ways > 1 {
        let text = "its value is described in several ways; the schema counts, or else JSON, or the \
                    first media type";
        cx.notes.warning("parameter_described_twice", &at, text);
    }
    if let Some(schema) = parameter.value.get("schema") {
        let inlined = cx
            .definitions
            .inline(schema, &at.key("schema"), &mut cx.notes);
        return Some(Written::by_style(inlined));
    }
    if let Some((media, value)) = content.and_then(body::prefer_json) {
        let at = at.key("content");
        let place = at.key(media).to_string();
        let (value, place) = cx.follow("a parameter", value, &place)?;
        let sent = any_as_text(cx, media, value);
        if !media_type::is_json(sent) && !media_type::is_text(sent) {
            let what = format!(
                "the parameter {:?}, which is written as {sent:?},",
                parameter.wire
            );
            cx.lose(
                "parameter_media_unsupported",
                &parameter.pointer,
                &what,
                parameter.required,
            );
            return None;
        }
        let at = At::Pointer(&place);
        let (schema, links) = match value.get("schema") {
            Some(schema) if !media_type::is_json(sent) && !body::is_scalar(cx.root, schema) => {
                (json!({ "type": "string" }), Links::default())
            }
            Some(schema) => cx
                .definitions
                .inline(schema, &at.key("schema"), &mut cx.notes),
            None => (json!({}), Links::default()),
        };
        return Some(Written {
            schema,
            links,
            content_type: Some(text::strip(sent, 120)),
            encoding: Vec::new(),
        });
    }
    let loose: Map<String, Value> = LOOSE_KEYWORDS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), parameter.value.get(*name)?.clone())))
        .collect();
    cx.notes.warning(
        "parameter_without_schema",
        &parameter.pointer,
        "the parameter has no schema; what else stands there is used, or a text is asked for",
    );
    if loose.contains_key("type") || loose.contains_key("enum") {
        let loose = Value::Object(loose);
        let inlined = cx.definitions.inline(&loose, &at, &mut cx.notes);
        return Some(Written::by_style(inlined));
    }
    let any = (json!({ "type": "string" }), Links::default());
    Some(Written::by_style(any))
}

/// A single value is a text where any media type will do.
fn any_as_text<'d>(cx: &Reading<'_, '_>, media: &'d str, value: &Value) -> &'d str {
    let schema = value.get("schema");
    let is_text = media == "*/*" && schema.is_some_and(|one| body::is_scalar(cx.root, one));
    if is_text { "text/plain" } else { media }
}

/// Puts the parameter's own description on its schema.
fn described(schema: Value, parameter: &Parameter<'_>) -> Value {
    let mut schema = match schema {
        Value::Object(members) => members,
        Value::Bool(true) => Map::new(),
        Value::Null
        | Value::Bool(false)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_) => {
            return schema;
        }
    };
    let words = parameter.words;
    if !words.is_empty() {
        schema.insert("description".to_owned(), shown(words, DESCRIPTION).into());
    }
    if parameter.value.get("deprecated") == Some(&Value::Bool(true)) {
        schema.insert("deprecated".to_owned(), true.into());
    }
    Value::Object(schema)
}
