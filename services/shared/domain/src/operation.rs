//! An imported API: what the importer makes of a document, and what requests are built from.
//!
//! This is the one intermediate form. Whatever format a document has, it becomes
//! [`ImportedDocument`], and nothing after the importer reads a document. How a value is written
//! into a request keeps the words of `OpenAPI`, such as [`Style`], whatever the format was.

mod bind;
mod method;
mod security;

use std::{collections::BTreeMap, sync::Arc};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

pub use self::{
    bind::{Bind, Place, Style},
    method::{Method, OtherMethod},
    security::{Scheme, SchemeUse, Security},
};
use crate::{digest::Digest, risk::Risk};

/// A whole document, imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportedDocument {
    /// `info.title`, or a substitute.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The format as the document names it, such as `OpenAPI 3.1.0`.
    pub format: String,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Where the API may live; a connection pins one of them.
    pub servers: Vec<Server>,
    /// Every operation, in document order.
    pub operations: Vec<ImportedOperation>,
    /// What was lost, guessed or repaired outside any one operation.
    pub diagnostics: Vec<Diagnostic>,
}

/// One method and path of a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportedOperation {
    /// The method.
    pub method: Method,
    /// The path template as it stands in the document.
    pub path: String,
    /// The document's own name for it; never an identity.
    pub operation_id: Option<String>,
    /// Suggested tool name: `[a-z0-9_]{1,64}`, unique in the document.
    pub name: String,
    /// One line for people, at most 120 characters.
    pub title: String,
    /// Text shown to agents, hidden characters removed, at most 1,024 characters.
    pub description: String,
    /// JSON Schema 2020-12 of the arguments: parameters flat, the body under `body`.
    pub input_schema: Value,
    /// Where each argument goes in the request.
    pub binds: Vec<Bind>,
    /// What becomes of the argument `body`.
    pub body: Option<Body>,
    /// What chooses among the alternatives of its arguments, in words, by where that stands. It is
    /// compared and nothing else: no value is checked against it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub discriminators: BTreeMap<String, String>,
    /// What a successful answer is, where the document says so and it can be said to agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
    /// Successes beside the one that `output` describes, in words, by status. They are compared and
    /// nothing else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub successes: BTreeMap<String, String>,
    /// Alternatives of schemes that must hold together; see [`Security`].
    pub security: Security,
    /// Servers of this operation alone, where it has its own.
    pub servers: Vec<Server>,
    /// Marked as deprecated.
    pub deprecated: bool,
    /// Classification.
    pub risk: Risk,
    /// Why it cannot be called faithfully; `None` when it can.
    pub unsupported: Option<String>,
    /// What was lost, guessed or repaired in this operation.
    pub diagnostics: Vec<Diagnostic>,
}

/// What people look at where there are many operations: all of one but its schemas and what requests
/// are built from, which are most of it.
#[derive(Clone, Debug, Deserialize)]
pub struct OperationBrief {
    /// The method.
    pub method: Method,
    /// The path template as it stands in the document.
    pub path: String,
    /// One line for people.
    pub title: String,
    /// Text shown to agents.
    pub description: String,
    /// Marked as deprecated.
    pub deprecated: bool,
    /// Classification.
    pub risk: Risk,
    /// Why it cannot be called faithfully; `None` when it can.
    pub unsupported: Option<String>,
    /// What was lost, guessed or repaired in this operation.
    pub diagnostics: Vec<Diagnostic>,
}

impl From<ImportedOperation> for OperationBrief {
    fn from(whole: ImportedOperation) -> Self {
        Self {
            method: whole.method,
            path: whole.path,
            title: whole.title,
            description: whole.description,
            deprecated: whole.deprecated,
            risk: whole.risk,
            unsupported: whole.unsupported,
            diagnostics: whole.diagnostics,
        }
    }
}

/// What decisions about an operation rest on, whether all of it is at hand or its brief.
pub trait Judged {
    /// Its classification.
    fn risk(&self) -> &Risk;

    /// Why it cannot be called faithfully.
    fn unsupported(&self) -> Option<&str>;

    /// What was lost, guessed or repaired in it.
    fn diagnostics(&self) -> &[Diagnostic];

    /// Whether its text hides characters or tells a model what to do: then a person reads it
    /// before it is turned on, and it is turned on by itself.
    fn must_be_read(&self) -> bool {
        let is_mark = |code: &str| TextMark::ALL.iter().any(|mark| mark.code() == code);
        self.diagnostics().iter().any(|note| is_mark(&note.code))
    }
}

impl Judged for ImportedOperation {
    fn risk(&self) -> &Risk {
        &self.risk
    }

    fn unsupported(&self) -> Option<&str> {
        self.unsupported.as_deref()
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

impl Judged for OperationBrief {
    fn risk(&self) -> &Risk {
        &self.risk
    }

    fn unsupported(&self) -> Option<&str> {
        self.unsupported.as_deref()
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

/// What decisions rest on among the diagnostics: a person reads such a text before a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextMark {
    /// It tells a model what to do.
    Instructs,
    /// It hides characters.
    Hides,
}

impl TextMark {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Instructs, Self::Hides];

    /// The code of its diagnostics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Instructs => "text_instructs",
            Self::Hides => "text_hidden_characters",
        }
    }
}

/// One loss, guess or repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code in `snake_case`.
    pub code: String,
    /// JSON pointer (RFC 6901) into the document.
    pub pointer: String,
    /// One sentence for people.
    pub text: String,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Something was guessed or repaired.
    Warning,
    /// Something cannot be used.
    Error,
}

/// What becomes of the argument `body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Must be given.
    pub required: bool,
    /// The media type that is sent.
    pub media_type: String,
    /// How the value is written.
    pub kind: BodyKind,
    /// Form bodies: properties whose `encoding` says other than the default. Bodies of parts
    /// without names: every part that is described.
    #[serde(default)]
    pub encoding: Vec<PartEncoding>,
}

/// How one property of a form body, or one part without a name, is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEncoding {
    /// The property. Of a part without a name, its place: `[0]`, or `[]` for all that have none of
    /// their own.
    pub property: String,
    /// Its style.
    pub style: Style,
    /// Whether each element stands by itself.
    pub explode: bool,
    /// Whether an object is a part for each of its members, in a multipart body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_member: bool,
    /// Its media type, in a multipart body.
    pub content_type: Option<String>,
    /// The headers of the part that have one value only, in a multipart body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// How its own parts are written, where its media type is a multipart one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Box<Body>>,
}

impl PartEncoding {
    /// Returns one of which nothing is said.
    #[must_use]
    pub fn plain(property: impl Into<String>) -> Self {
        Self {
            property: property.into(),
            style: Style::Form,
            explode: true,
            by_member: false,
            content_type: None,
            headers: Vec::new(),
            parts: None,
        }
    }

    /// Every name that some server may take a header to give the part in a form: one may be quoted,
    /// escaped, in pieces, or in an alphabet that is named.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let headers = self.headers.iter();
        let said = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-disposition"));
        let names = said.flat_map(|(_, value)| {
            let lower = value.to_ascii_lowercase();
            let all = lower.match_indices("name").map(|(at, _)| at);
            let own = all.filter(|at| !lower[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()));
            let given = own.filter_map(|at| given_name(value.get(at + "name".len()..)?));
            let given: Vec<_> = given.collect();
            let mut pieces: Vec<_> = given.iter().filter(|(place, _)| place.is_some()).collect();
            pieces.sort_by_key(|(place, _)| *place);
            let joined = pieces.iter().map(|(_, piece)| &**piece).collect::<String>();
            let joined = Some(joined).filter(|name| !name.is_empty());
            given.into_iter().map(|(_, name)| name).chain(joined)
        });
        names.collect()
    }

    /// Whether a header says that what is given is written in another alphabet already, such as
    /// base64, and is sent as it is given.
    #[must_use]
    pub fn is_sent_as_given(&self) -> bool {
        let mut headers = self.headers.iter();
        headers.any(|(name, value)| {
            name.eq_ignore_ascii_case("content-transfer-encoding")
                && !["7bit", "8bit", "binary"].contains(&value.as_str())
        })
    }
}

/// What `="…"` gives, or `='…'`, or `*=utf-8''…`; of a piece, such as `*0="…"`, with its place.
fn given_name(rest: &str) -> Option<(Option<u32>, String)> {
    let (alphabet, rest) = rest.split_once('=')?;
    let continues = |c: char| matches!(c, '*' | ' ') || c.is_ascii_digit();
    if !alphabet.chars().all(continues) {
        return None;
    }
    let rest = rest.trim_start();
    let is_quote = |c: &char| *c == '"' || *c == '\'' && !alphabet.contains('*');
    let quote = rest.chars().next().filter(is_quote);
    let quoted = quote.and_then(|quote| rest.strip_prefix(quote));
    let end = quote.unwrap_or(';');
    let mut value = String::new();
    let mut characters = quoted.unwrap_or(rest).chars();
    while let Some(character) = characters.next().filter(|one| *one != end) {
        if character == '\\' {
            value.extend(characters.next());
        } else {
            value.push(character);
        }
    }
    let Some((_, place)) = alphabet.split_once('*') else {
        return Some((None, value));
    };
    let place = place.trim_matches(['*', ' ']).parse().ok();
    let bare = value.rsplit('\'').next()?;
    let name = percent_decode_str(bare).decode_utf8_lossy().into_owned();
    Some((place, name))
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyKind {
    /// As JSON.
    Json,
    /// As `application/x-www-form-urlencoded`.
    Form,
    /// As `multipart/form-data`, or as another multipart type with the same named parts; binary
    /// parts are given in base64.
    Multipart,
    /// As a multipart body whose parts have an order and no names; binary parts are given in base64.
    Parts,
    /// As raw bytes, given in base64.
    Binary,
    /// As text.
    Text,
}

/// What a successful answer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The status it is described under, such as `200` or `2XX`.
    pub status: String,
    /// Its media type as the document names it.
    pub media_type: String,
    /// JSON Schema 2020-12 with its own `$defs`; `None` where the answer is not JSON.
    #[serde(default, with = "shared", skip_serializing_if = "Option::is_none")]
    pub schema: Option<Arc<Value>>,
    /// Its headers, in words, by name. They are compared and nothing else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What chooses among its alternatives, in words, by where that stands. It is compared and
    /// nothing else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub discriminators: BTreeMap<String, String>,
    /// The patterns in it, by where they stand. They are compared and nothing else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub patterns: BTreeMap<String, String>,
    /// Where the schema is not kept whole, being too large, of something else than JSON or of each
    /// item of a stream, a digest of all that the document says. What an earlier import kept has
    /// none, so that nobody knows whether anything is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Digest>,
}

/// A shared value is written and read as the value.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    #[expect(clippy::ref_option, reason = "this is how serde calls it")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Arc<Value>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Arc<Value>>, D::Error> {
        let value = Option::<Value>::deserialize(from)?;
        Ok(value.map(Arc::new))
    }
}

/// Where an API may live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The URL, variables filled in with their defaults.
    pub url: String,
    /// What the document says about it.
    pub description: String,
}

impl Server {
    /// Its address as calls take it: the host in lower case, without the port that the scheme
    /// stands for, without slashes at the end of a name. Where there is no name, a slash leads to
    /// the root.
    #[must_use]
    pub fn place(&self) -> String {
        let url = Url::parse(&self.url).map_or_else(|_| self.url.clone(), String::from);
        if url.contains(['?', '#']) {
            return url;
        }
        let short = url.trim_end_matches('/');
        let is_named = short.ends_with(char::is_alphanumeric);
        if is_named { short.to_owned() } else { url }
    }
}
