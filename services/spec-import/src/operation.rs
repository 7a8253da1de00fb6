//! One method and path becomes one operation, whatever is wrong with it.

use std::{collections::BTreeMap, fmt};

use countersign_domain::{
    operation::{Body, ImportedOperation, Method, Security, Server},
    risk::Risk,
    text,
};
use serde_json::{Value, value::RawValue};

use crate::{
    Limits,
    arguments::{self, Arguments},
    body,
    document::{Dialect, Found},
    evidence::{Outlines, Sent},
    input,
    marks::Marks,
    notes::{At, Notes},
    output::Answer,
    parameter::{self, Parameter},
    path::Template,
    reference,
    schema::Definitions,
    security::{self, Schemes},
    server,
    twofold::Question,
    words::Words,
    written::Schemas,
};

/// What the operations of a document share.
pub(crate) struct Shared<'d> {
    pub(crate) root: &'d Value,
    pub(crate) definitions: Definitions<'d>,
    pub(crate) schemes: Schemes,
    pub(crate) limits: Limits,
    /// Bytes of input schemas so far.
    pub(crate) schema_bytes: usize,
    /// Parameters so far.
    pub(crate) parsed: arguments::Made,
    /// Arguments so far.
    pub(crate) inputs: input::Looked,
    /// Schemas whose fields were asked for so far.
    pub(crate) outlines: Outlines<'d>,
}

/// One operation while it is being read.
pub(crate) struct Reading<'s, 'd> {
    pub(crate) root: &'d Value,
    pub(crate) definitions: &'s mut Definitions<'d>,
    pub(crate) outlines: &'s mut Outlines<'d>,
    pub(crate) parsed: &'s mut arguments::Made,
    pub(crate) schemes: &'s Schemes,
    pub(crate) path: &'d str,
    /// What lets it in.
    pub(crate) security: Security,
    /// What chooses among the alternatives of its arguments.
    pub(crate) discriminators: BTreeMap<String, String>,
    pub(crate) pointer: String,
    pub(crate) notes: Notes,
    unsupported: Option<String>,
}

impl<'d> Reading<'_, 'd> {
    /// Notes why the operation cannot be called faithfully; the first reason is the one shown.
    pub(crate) fn refuse(&mut self, code: &str, at: &dyn fmt::Display, reason: &str) {
        self.notes.error(code, at, reason);
        self.unsupported
            .get_or_insert_with(|| text::strip(reason, 300));
    }

    /// Follows a reference; where it leads nowhere, the operation cannot be called.
    pub(crate) fn follow<'v>(
        &mut self,
        what: &str,
        value: &'v Value,
        place: &str,
    ) -> Option<(&'v Value, String)>
    where
        'd: 'v,
    {
        match reference::follow(self.root, value, place.to_owned()) {
            Ok(found) => Some(found),
            Err(bad) => {
                let reason = format!("of {what}, {}", bad.reason());
                self.refuse(bad.code(), &place, &reason);
                None
            }
        }
    }

    /// The description that stands beside a reference, which since `OpenAPI` 3.1 goes before that of
    /// what is referred to.
    pub(crate) fn beside_reference<'v>(&self, value: &'v Value) -> Option<&'v str> {
        let counts = self.definitions.dialect == Dialect::V31 && value.get("$ref").is_some();
        value.get("description")?.as_str().filter(|_| counts)
    }

    /// Whether nobody is let in without a credential, as far as the document says.
    pub(crate) const fn is_secured(&self) -> bool {
        matches!(self.security, Security::AnyOf(_))
    }

    /// Notes texts that a person should read before a model does.
    pub(crate) fn remark(&mut self, found: Marks, what: &str) {
        found.tell(what, &self.pointer, &mut self.notes);
    }

    /// Whether a segment of the path is `:name`, `<name>` or `<kind:name>`.
    pub(crate) fn writes_unmarked(&self, name: &str) -> bool {
        let inside = |segment: &'d str| {
            let inner = segment.strip_prefix('<')?.strip_suffix('>')?;
            Some(inner.rsplit(':').next().unwrap_or(inner))
        };
        let mut segments = self.path.split('/');
        segments.any(|one| one.strip_prefix(':').or_else(|| inside(one)) == Some(name))
    }

    /// Whether a member is true, or a text that means it: `yes` is one since YAML 1.2.
    pub(crate) fn flag(&mut self, value: &Value, name: &str, at: &dyn fmt::Display) -> bool {
        match value.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                let is_true = other.as_str().is_some_and(|text| {
                    let yes = ["true", "yes", "on", "y"];
                    yes.iter().any(|one| text.eq_ignore_ascii_case(one))
                });
                let text = format!("{name} is neither true nor false and counts as {is_true}");
                self.notes.warning("flag_expected", at, &text);
                is_true
            }
        }
    }

    /// Notes that something cannot be sent, which matters only where it has to be.
    pub(crate) fn lose(&mut self, code: &str, at: &dyn fmt::Display, what: &str, required: bool) {
        if required {
            self.refuse(code, at, &format!("{what} is required and cannot be sent"));
        } else {
            self.notes.warning(code, at, &format!("{what} is left out"));
        }
    }
}

/// Reads one operation, but for what is asked about it.
pub(crate) fn read<'f, 'd>(
    shared: &mut Shared<'d>,
    found: &'f Found<'d>,
) -> (Half<'f, 'd>, Question<'d>) {
    let mut cx = Reading {
        root: shared.root,
        definitions: &mut shared.definitions,
        outlines: &mut shared.outlines,
        parsed: &mut shared.parsed,
        schemes: &shared.schemes,
        path: found.path,
        security: Security::Undeclared,
        discriminators: BTreeMap::new(),
        pointer: found.pointer.clone(),
        notes: Notes::of_operation(),
        unsupported: None,
    };
    let value = resolve(&mut cx, found);
    let template = template(&mut cx, found);
    cx.security = security(&mut cx, value);
    let parameters = parameters(&mut cx, found, value, template);
    // Of an operation that stands elsewhere nothing is known, so nothing is guessed.
    let mut arguments = if value.is_null() {
        Arguments::default()
    } else {
        arguments::bind(&mut cx, &parameters, template)
    };
    if security::stands_in_query(&cx.security) {
        parameter::leave_room(&mut cx, &parameters, &arguments.binds);
    }
    let body = body::read(&mut cx, value, found.method, &mut arguments);
    let servers = servers(&mut cx, found, value);
    callbacks(&mut cx, value);
    links(&mut cx, value);
    let place = cx.pointer.clone();
    let deprecated = cx.flag(value, "deprecated", &place);
    let words = Words::read(&mut cx, found, value);
    cx.remark(words.marks, "what it is said to do");
    let binds = std::mem::take(&mut arguments.binds);
    let budget = (&shared.limits, shared.schema_bytes);
    let input = input::schema(&mut cx, arguments, budget, &mut shared.inputs);
    shared.schema_bytes += input.get().len();
    let question = Question {
        method: found.method,
        path: found.path,
        own_servers: server::paths(&servers),
        id: words.id.clone(),
        texts: [words.summary, words.full],
        sent: parameters.iter().map(Sent::of).collect(),
        parts: body.iter().flat_map(body::names_of_parts).collect(),
        scopes: security::scopes(&cx.security),
        value,
        pointer: cx.pointer.clone(),
    };
    let half = Half {
        pointer: cx.pointer,
        notes: cx.notes,
        unsupported: cx.unsupported,
        found,
        words,
        binds,
        body,
        security: cx.security,
        servers,
        input,
        discriminators: cx.discriminators,
        deprecated,
    };
    (half, question)
}

/// An operation but for its risk and its answer.
pub(crate) struct Half<'f, 'd> {
    pointer: String,
    notes: Notes,
    unsupported: Option<String>,
    found: &'f Found<'d>,
    words: Words<'d>,
    binds: Vec<countersign_domain::operation::Bind>,
    body: Option<Body>,
    security: Security,
    servers: Vec<Server>,
    input: Box<RawValue>,
    discriminators: BTreeMap<String, String>,
    deprecated: bool,
}

impl Half<'_, '_> {
    /// The operation, with what was asked about it, and its schemas, which stay texts.
    pub(crate) fn whole(
        mut self,
        risk: Risk,
        answer: Answer,
        items: &[String],
    ) -> (ImportedOperation, Schemas) {
        let (output, schema, successes) = answer.tell(&self.pointer, &mut self.notes);
        if output.is_some() && schema.is_none() {
            self.words.tell_items(items, &self.pointer, &mut self.notes);
        }
        let Self { found, words, .. } = self;
        let operation = ImportedOperation {
            method: found.method,
            path: found.path.to_owned(),
            name: words.name,
            operation_id: words.id,
            title: words.title,
            description: words.description,
            input_schema: Value::Null,
            binds: self.binds,
            body: self.body,
            discriminators: self.discriminators,
            output,
            successes,
            security: self.security,
            servers: self.servers,
            deprecated: self.deprecated,
            risk,
            unsupported: self.unsupported,
            diagnostics: self.notes.finish(&found.pointer),
        };
        let schemas = Schemas {
            input: self.input,
            output: schema,
        };
        (operation, schemas)
    }
}

fn resolve<'d>(cx: &mut Reading<'_, 'd>, found: &Found<'d>) -> &'d Value {
    match reference::follow(cx.root, found.value, found.pointer.clone()) {
        Ok((value, pointer)) if value.is_object() => {
            cx.pointer = pointer;
            value
        }
        Ok(_) => {
            cx.refuse(
                "operation_not_an_object",
                &found.pointer,
                "it is not described by an object",
            );
            &Value::Null
        }
        Err(bad) => {
            cx.refuse(bad.code(), &found.pointer, &bad.reason());
            &Value::Null
        }
    }
}

fn template<'f, 'd>(cx: &mut Reading<'_, 'd>, found: &'f Found<'d>) -> Option<&'f Template<'d>> {
    if found.method.is_never_sent() {
        let reason = format!("{} requests are never sent", found.method);
        cx.refuse("method_never_sent", &found.pointer, &reason);
    } else if matches!(found.method, Method::Head | Method::Options) {
        let reason = format!("{} requests are not imported by default", found.method);
        cx.refuse("method_not_imported", &found.pointer, &reason);
    }
    match found.template.as_ref() {
        Ok(template) => Some(template),
        Err(reason) => {
            cx.refuse("path_unusable", &found.pointer, reason);
            None
        }
    }
}

fn parameters<'d>(
    cx: &mut Reading<'_, 'd>,
    found: &Found<'d>,
    value: &'d Value,
    template: Option<&Template<'d>>,
) -> Vec<Parameter<'d>> {
    let list = |value: &'d Value, pointer: &str| {
        (value.get("parameters"), format!("{pointer}/parameters"))
    };
    // What stands nearer to the operation counts.
    let of_path = found.items.iter().rev();
    let mut lists: Vec<_> = of_path.map(|(item, place)| list(item, place)).collect();
    lists.push(list(value, &cx.pointer));
    parameter::collect(cx, lists, template)
}

fn security(cx: &mut Reading<'_, '_>, value: &Value) -> Security {
    let own = value.get("security").filter(|own| !own.is_null());
    let (list, pointer) = match own {
        Some(own) => (Some(own), format!("{}/security", cx.pointer)),
        None => (cx.root.get("security"), "/security".to_owned()),
    };
    let at = At::Pointer(&pointer);
    let security = cx.schemes.requirement(list, &at, &mut cx.notes);
    if security.is_out_of_reach() {
        let reason = "one stored credential does not let it in: it asks for several at once, or for \
                      one that cannot be sent";
        cx.refuse("credential_out_of_reach", &at, reason);
    }
    security
}

fn servers(cx: &mut Reading<'_, '_>, found: &Found<'_>, value: &Value) -> Vec<Server> {
    let own =
        |list: Option<&Value>| list.is_some_and(|l| l.as_array().is_some_and(|l| !l.is_empty()));
    let mut places = std::iter::once((value, cx.pointer.as_str())).chain(
        found
            .items
            .iter()
            .map(|(item, place)| (*item, place.as_str())),
    );
    let nearest = places.find(|(place, _)| own(place.get("servers")));
    let Some((nearest, pointer)) = nearest else {
        return Vec::new();
    };
    let (list, pointer) = (nearest.get("servers"), format!("{pointer}/servers"));
    let servers = server::servers(list, &At::Pointer(&pointer), &mut cx.notes);
    if servers.is_empty() {
        cx.refuse("own_servers_unusable", &pointer, server::UNUSABLE);
    }
    servers
}

fn callbacks(cx: &mut Reading<'_, '_>, value: &Value) {
    if let Some(callbacks) = value.get("callbacks").and_then(Value::as_object) {
        let text = format!(
            "{} callbacks are not tools and are left out",
            callbacks.len()
        );
        cx.notes.info(
            "callbacks_left_out",
            &format!("{}/callbacks", cx.pointer),
            &text,
        );
    }
}

fn links(cx: &mut Reading<'_, '_>, value: &Value) {
    let responses = value.get("responses").and_then(Value::as_object);
    let links = |response: &Value| {
        let found = reference::follow(cx.root, response, String::new()).ok();
        let links = found.and_then(|(response, _)| response.get("links")?.as_object());
        links.map_or(0, serde_json::Map::len)
    };
    let count: usize = responses
        .into_iter()
        .flatten()
        .map(|(_, one)| links(one))
        .sum();
    if count > 0 {
        let text = format!("{count} links from its answers to other operations are left out");
        let at = format!("{}/responses", cx.pointer);
        cx.notes.info("links_left_out", &at, &text);
    }
}
