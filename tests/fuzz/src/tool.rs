//! Bytes become a tool and arguments for it: mostly likely ones, now and then anything at all.

use std::fmt::Write as _;

use arbitrary::{Result, Unstructured};
use countersign_domain::operation::{Bind, Body, BodyKind, Method, PartEncoding, Place, Style};
use serde_json::{Map, Value, json};
use url::Url;

use crate::neighbours::neighbours;

/// A tool as the importer would make it, or as nobody would.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) method: Method,
    pub(crate) base: Url,
    pub(crate) path: String,
    pub(crate) binds: Vec<Bind>,
    pub(crate) body: Option<Body>,
    pub(crate) arguments: Map<String, Value>,
    /// Fields that the schema of the body declares.
    pub(crate) fields: Vec<&'static str>,
    pub(crate) input_schema: Value,
    /// Paths of the other operations with the same method.
    pub(crate) neighbours: Vec<String>,
}

const BASES: [&str; 5] = [
    "https://api.example.com",
    "https://api.example.com/v1",
    "http://localhost:8080/a/b/",
    "https://[::1]:8443/x%20y",
    "https://example.com/..%2fup",
];
const LITERALS: [&str; 12] = [
    "pets", "v1", "a.b", "%20", "..", ".", "~x", "x:send", "", "ä", "%2e", "(id='",
];
const NAMES: [&str; 14] = [
    "id", "q", "filter", "tags", "X-Note", "If-Match", "a b", "_method", "Host", "x[y]", "sid",
    "page", "$top", "Cookie",
];
const MEDIA: [&str; 10] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
    "application/octet-stream",
    "application/vnd.api+json; charset=utf-8",
    "*/*",
    "image/png",
    "text/plain\r\nX: y",
    "",
];
const MULTIPARTS: [&str; 5] = [
    "multipart/mixed",
    "multipart/related",
    "multipart/mixed; boundary=countersign",
    "multipart/mixed; a=\"b",
    "multipart/form-data",
];
const HEADERS: [&str; 4] = [
    "X-Note",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "X y",
];
const WHOLE: [&str; 4] = [
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
    "application/jsonpath",
];
const TEXTS: [&str; 24] = [
    "",
    "x",
    "..",
    "../..",
    "%2e%2e",
    "a/b",
    "a&b=c",
    "a#b",
    "a?b",
    "a=b",
    "a;b",
    "a,b",
    "a\r\nX: y",
    "\0",
    "\u{ff0e}\u{ff0e}/",
    "//evil.example",
    "@evil.example",
    "\\..\\",
    "%",
    "+",
    "a b",
    "--countersign",
    "\u{202e}",
    "ä🌍",
];
const STYLES: [Style; 7] = [
    Style::Simple,
    Style::Label,
    Style::Matrix,
    Style::Form,
    Style::SpaceDelimited,
    Style::PipeDelimited,
    Style::DeepObject,
];
const PLACES: [Place; 4] = [Place::Path, Place::Query, Place::Header, Place::Cookie];
const FIELDS: [&str; 6] = ["id", "tags", "file", "q", "filter", "mode"];
const KINDS: [BodyKind; 5] = [
    BodyKind::Json,
    BodyKind::Form,
    BodyKind::Multipart,
    BodyKind::Binary,
    BodyKind::Text,
];

impl Tool {
    pub(crate) fn of(given: &mut Unstructured<'_>) -> Result<Self> {
        let base = Url::parse(given.choose(&BASES)?).expect("they are URLs");
        let method = *given.choose(&Method::FIELDS)?;
        let (path, variables) = path(given)?;
        let mut binds = binds(given, &variables)?;
        let mut body = given.ratio(1, 2)?.then(|| body(given)).transpose()?;
        let mut arguments = arguments(given, &binds, body.as_ref())?;
        // Last, so that what was kept before still means what it meant.
        if !given.ratio(7, 8)? {
            whole_query(given, &mut binds, &mut arguments)?;
        }
        if !given.ratio(7, 8)? {
            let mut whole = parts(given)?;
            let items: Result<Vec<Value>> = (0..3).map(|_| value(given, 2)).collect();
            arguments.insert("body".to_owned(), items?.into());
            if !given.ratio(1, 2)? {
                parts_in_parts(given, &mut whole)?;
            }
            body = Some(whole);
        }
        let mut fields = FIELDS.to_vec();
        fields.truncate(given.int_in_range(0..=FIELDS.len())?);
        let declared: Map<String, Value> =
            fields.iter().map(|f| (f.to_string(), json!({}))).collect();
        let neighbours = neighbours(given, &path, (&binds, &arguments))?;
        Ok(Self {
            method,
            base,
            path,
            binds,
            body,
            arguments,
            input_schema: json!({"properties": {"body": {"properties": declared}}}),
            fields,
            neighbours,
        })
    }
}

/// A template and its variables.
fn path(given: &mut Unstructured<'_>) -> Result<(String, Vec<String>)> {
    if given.ratio(1, 12)? {
        return Ok((text(given)?, vec!["id".to_owned()]));
    }
    let (mut path, mut variables) = (String::new(), Vec::new());
    for _ in 0..given.int_in_range(1..=4)? {
        path.push('/');
        for _ in 0..given.int_in_range(1..=2)? {
            if given.ratio(1, 2)? {
                let name = given.choose(&NAMES)?.to_string();
                let _ = write!(path, "{{{name}}}");
                variables.push(name);
            } else {
                path.push_str(given.choose(&LITERALS)?);
            }
        }
    }
    if given.ratio(1, 6)? {
        path.push_str(given.choose(&["?mode=safe", "?a=1&id=2", "?x%26=1", "#frag", "?"])?);
    }
    Ok((path, variables))
}

/// One parameter for each variable, and some more; keys and places are never taken twice.
fn binds(given: &mut Unstructured<'_>, variables: &[String]) -> Result<Vec<Bind>> {
    let mut wanted: Vec<(Place, String)> = variables
        .iter()
        .map(|name| (Place::Path, name.clone()))
        .collect();
    for _ in 0..given.int_in_range(0..=4)? {
        let place = *given.choose(&PLACES)?;
        let wire = if given.ratio(1, 8)? {
            text(given)?
        } else {
            given.choose(&NAMES)?.to_string()
        };
        wanted.push((place, wire));
    }
    let mut binds: Vec<Bind> = Vec::new();
    for (place, wire) in wanted {
        if binds
            .iter()
            .any(|bind| bind.place == place && bind.wire == wire)
        {
            continue;
        }
        binds.push(Bind {
            key: format!("{}_{wire}", binds.len()),
            place,
            wire,
            style: *given.choose(&STYLES)?,
            explode: given.arbitrary()?,
            allow_reserved: given.ratio(1, 4)?,
            content_type: media(given, 8)?,
            encoding: Vec::new(),
            required: given.arbitrary()?,
        });
    }
    Ok(binds)
}

/// One argument takes the place of all others in the query.
fn whole_query(
    given: &mut Unstructured<'_>,
    binds: &mut Vec<Bind>,
    arguments: &mut Map<String, Value>,
) -> Result<()> {
    for other in binds.extract_if(.., |bind| bind.place == Place::Query) {
        arguments.remove(&other.key);
    }
    let content_type = given.choose(&WHOLE)?.to_string();
    let value = if content_type == WHOLE[0] {
        object(given, 2)?
    } else {
        value(given, 2)?
    };
    arguments.insert("whole".to_owned(), value);
    binds.push(Bind {
        key: "whole".to_owned(),
        place: Place::Querystring,
        wire: "whole".to_owned(),
        style: Style::Form,
        explode: true,
        allow_reserved: false,
        content_type: Some(content_type),
        encoding: Vec::new(),
        required: false,
    });
    Ok(())
}

/// A media type, once in so many.
fn media(given: &mut Unstructured<'_>, once_in: u8) -> Result<Option<String>> {
    if !given.ratio(1, once_in)? {
        return Ok(None);
    }
    Ok(Some(given.choose(&MEDIA)?.to_string()))
}

fn body(given: &mut Unstructured<'_>) -> Result<Body> {
    let kind = *given.choose(&KINDS)?;
    let index = KINDS.iter().position(|one| *one == kind).unwrap_or(0);
    let ours = [MEDIA[0], MEDIA[1], MEDIA[2], MEDIA[4], MEDIA[3]][index];
    let mut encoding = Vec::new();
    for property in ["id", "tags", "file"] {
        if given.ratio(1, 4)? {
            let (style, explode) = (*given.choose(&STYLES)?, given.arbitrary()?);
            encoding.push(PartEncoding {
                style,
                explode,
                by_member: explode,
                content_type: media(given, 2)?,
                ..PartEncoding::plain(property)
            });
        }
    }
    Ok(Body {
        required: given.arbitrary()?,
        media_type: media(given, 6)?.unwrap_or_else(|| ours.to_owned()),
        kind,
        encoding,
    })
}

/// Parts without names: of some places something is said.
fn parts(given: &mut Unstructured<'_>) -> Result<Body> {
    let mut encoding = Vec::new();
    for place in ["[0]", "[1]", "[]"] {
        if given.ratio(7, 8)? {
            let mut headers = Vec::new();
            if given.ratio(1, 4)? {
                headers.push((given.choose(&HEADERS)?.to_string(), text(given)?));
            }
            encoding.push(PartEncoding {
                content_type: media(given, 2)?,
                headers,
                ..PartEncoding::plain(place)
            });
        }
    }
    Ok(Body {
        required: true,
        media_type: given.choose(&MULTIPARTS)?.to_string(),
        kind: BodyKind::Parts,
        encoding,
    })
}

/// The parts of a part: in an order, or with names.
fn parts_in_parts(given: &mut Unstructured<'_>, whole: &mut Body) -> Result<()> {
    let mut inner = parts(given)?;
    if given.ratio(1, 2)? {
        inner.kind = BodyKind::Multipart;
    }
    if let Some(part) = whole.encoding.last_mut() {
        part.parts = Some(Box::new(inner));
    }
    Ok(())
}

fn arguments(
    given: &mut Unstructured<'_>,
    binds: &[Bind],
    body: Option<&Body>,
) -> Result<Map<String, Value>> {
    let mut arguments = Map::new();
    for bind in binds {
        if bind.required || bind.place == Place::Path || given.ratio(3, 4)? {
            arguments.insert(bind.key.clone(), value(given, 2)?);
        }
    }
    if body.is_some_and(|body| body.required) || (body.is_some() && given.ratio(3, 4)?) {
        arguments.insert("body".to_owned(), body_value(given, body)?);
    }
    if given.ratio(1, 20)? {
        arguments.insert(text(given)?, value(given, 1)?);
    }
    Ok(arguments)
}

fn body_value(given: &mut Unstructured<'_>, body: Option<&Body>) -> Result<Value> {
    let kind = body.map_or(BodyKind::Json, |body| body.kind);
    match kind {
        BodyKind::Form | BodyKind::Multipart if given.ratio(9, 10)? => object(given, 2),
        BodyKind::Binary if given.ratio(1, 2)? => Ok("AP9CQ0Q=".into()),
        BodyKind::Json
        | BodyKind::Form
        | BodyKind::Multipart
        | BodyKind::Parts
        | BodyKind::Binary
        | BodyKind::Text => value(given, 3),
    }
}

/// A value so many levels deep.
fn value(given: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    let kinds = if depth == 0 { 5 } else { 8 };
    Ok(match given.int_in_range(0..=kinds)? {
        0 => Value::Null,
        1 => given.arbitrary::<bool>()?.into(),
        2 => given.arbitrary::<i64>()?.into(),
        3 => given.arbitrary::<f64>()?.into(),
        4 | 5 => text(given)?.into(),
        6 => {
            let mut items = Vec::new();
            for _ in 0..given.int_in_range(0..=3)? {
                items.push(value(given, depth - 1)?);
            }
            items.into()
        }
        _ => object(given, depth)?,
    })
}

fn object(given: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    let mut members = Map::new();
    for _ in 0..given.int_in_range(0..=3)? {
        let key = if given.ratio(1, 2)? {
            given.choose(&FIELDS)?.to_string()
        } else {
            text(given)?
        };
        members.insert(key, value(given, depth.saturating_sub(1))?);
    }
    Ok(members.into())
}

fn text(given: &mut Unstructured<'_>) -> Result<String> {
    if given.ratio(1, 3)? {
        return Ok(given.arbitrary::<&str>()?.chars().take(40).collect());
    }
    let mut text = given.choose(&TEXTS)?.to_string();
    if given.ratio(1, 4)? {
        text.push_str(given.choose(&TEXTS)?);
    }
    Ok(text)
}
