//! Which of the media types of a body is sent, and how it is written.

use countersign_domain::{
    media_type::{essence, is_json, is_text, is_utf8, is_well_formed},
    operation::BodyKind,
};
use serde_json::{Map, Value};

use super::{
    form::{declared, may_be_object},
    parts,
};
use crate::{
    reference,
    version::{ENCODING, ITEM_ENCODING, ITEM_SCHEMA, PREFIX_ENCODING, newer},
};

pub(super) const BINARY: &str = "application/octet-stream";
const PLAIN: &str = "text/plain";
/// What is written where a media type should stand, and can only mean one.
const MISSPELLED: [(&str, &str); 4] = [
    ("json", "application/json"),
    ("applicationjson", "application/json"),
    ("form-data", MULTIPART),
    ("application/form-data", MULTIPART),
];
pub(super) const MULTIPART: &str = "multipart/form-data";
/// Where a schema has none of these, nothing is known about the value.
const TELLING: [&str; 8] = [
    "$ref",
    "type",
    "format",
    "properties",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
];
/// What is taken only where there is nothing better.
const LAST: u8 = 20;

/// A media type that was chosen.
#[derive(Clone, Debug)]
pub(super) struct Chosen<'d> {
    pub(super) kind: BodyKind,
    /// As the document writes it.
    pub(super) media: &'d str,
    /// What is meant by it, where it is none.
    pub(super) meant: Option<String>,
    pub(super) value: &'d Value,
    /// Where the value stands, if it is only referred to.
    pub(super) place: Option<String>,
}

/// What is said of the content of a body, or of a part that has parts itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'d> {
    /// Of the whole.
    pub(super) schema: Option<&'d Value>,
    /// Of each item, where nothing is said of the whole.
    pub(super) item: Option<&'d Value>,
    /// What says how it is written: `encoding`, `prefixEncoding` and `itemEncoding` are in it.
    pub(super) written: &'d Value,
    /// Whether it is a part, and not the body.
    pub(super) is_part: bool,
}

impl<'d> Content<'d> {
    pub(super) fn of(media: &'d Value) -> Self {
        Self {
            schema: media.get("schema"),
            item: newer(media, ITEM_SCHEMA).map(|(_, item)| item),
            written: media,
            is_part: false,
        }
    }

    /// Whether it is said how its parts are written.
    pub(super) fn has_encoding(&self) -> bool {
        let all = [ENCODING, PREFIX_ENCODING, ITEM_ENCODING];
        all.into_iter()
            .any(|names| newer(self.written, names).is_some())
    }
}

impl Chosen<'_> {
    /// The media type as it is sent: a range of them cannot be.
    pub(super) fn sent_as(&self) -> String {
        let media = self.meant.as_deref().unwrap_or(self.media);
        let plain = media.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && media.len() <= 200;
        match self.kind {
            _ if plain && !media.contains('*') => media.to_owned(),
            BodyKind::Binary => BINARY.to_owned(),
            BodyKind::Json => "application/json".to_owned(),
            BodyKind::Text if media.contains('*') => PLAIN.to_owned(),
            BodyKind::Form | BodyKind::Multipart | BodyKind::Parts | BodyKind::Text => {
                essence(media)
            }
        }
    }
}

/// JSON before +json, form, multipart, bytes, text, and what only its schema tells about.
pub(super) fn choose<'d>(root: &'d Value, content: &'d Map<String, Value>) -> Option<Chosen<'d>> {
    content
        .iter()
        .filter_map(|(media, value)| {
            let (value, place) = reference::follow(root, value, String::new()).ok()?;
            let meant = meant(media);
            let (rank, kind) = kind_of(root, meant.as_deref().unwrap_or(media), value)?;
            let rank = if meant.is_some() { rank + LAST } else { rank };
            let chosen = Chosen {
                kind,
                media,
                meant,
                value,
                place: Some(place).filter(|place| !place.is_empty()),
            };
            Some((rank, chosen))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, chosen)| chosen)
}

/// The media type that was misspelled, with whatever follows it.
fn meant(media: &str) -> Option<String> {
    let written = essence(media);
    let (_, meant) = MISSPELLED.iter().find(|(odd, _)| *odd == written)?;
    let rest = media.find(';').map_or("", |at| &media[at..]);
    Some(format!("{meant}{rest}"))
}

/// Whether a schema says nothing about the value.
fn is_silent(schema: &Value) -> bool {
    TELLING.iter().all(|word| schema.get(word).is_none())
}

fn kind_of(root: &Value, media: &str, value: &Value) -> Option<(u8, BodyKind)> {
    let (essence, content) = (essence(media), Content::of(value));
    if !is_well_formed(&essence) {
        return None;
    }
    let schema = value.get("schema").map(|schema| {
        reference::follow(root, schema, String::new()).map_or(schema, |(schema, _)| schema)
    });
    let told = |keyword: &str| schema.and_then(|schema| schema.get(keyword)?.as_str());
    // Base64 is what goes over the wire here, so it is text.
    let has_fields = || {
        value
            .get("schema")
            .is_none_or(|schema| may_be_object(root, schema))
    };
    let in_base64 = told("format") == Some("byte") || told("contentEncoding").is_some();
    let found = match essence.as_str() {
        "application/json" => (0, BodyKind::Json),
        // A list of changes, which an object is not: Kubernetes offers both under one schema.
        "application/json-patch+json" => (2, BodyKind::Json),
        _ if is_json(&essence) => (1, BodyKind::Json),
        "application/x-www-form-urlencoded" if has_fields() => (3, BodyKind::Form),
        "application/x-www-form-urlencoded" => (LAST, BodyKind::Form),
        MULTIPART if parts::go_by_order(content) && parts::are_described(root, content) => {
            (4, BodyKind::Parts)
        }
        MULTIPART if parts::go_by_order(content) && schema.is_none() => return None,
        MULTIPART if has_fields() => (4, BodyKind::Multipart),
        MULTIPART => (LAST, BodyKind::Multipart),
        BINARY if in_base64 => (6, BodyKind::Text),
        BINARY => (5, BodyKind::Binary),
        _ if is_bytes(&essence) && in_base64 => (6, BodyKind::Text),
        _ if is_bytes(&essence) => (6, BodyKind::Binary),
        "*/*" | "application/*" if told("format") == Some("binary") => (7, BodyKind::Binary),
        "*/*" if told("type") == Some("string") => (7, BodyKind::Text),
        "*/*" | "application/*" => (7, BodyKind::Json),
        // Whoever wants another charset than ours is given bytes.
        _ if is_text(&essence) && !is_utf8(media) => (9, BodyKind::Binary),
        _ if is_text(&essence) || essence == "text/*" => (8, BodyKind::Text),
        other if other.contains('*') => return None,
        other if other.starts_with("multipart/") => {
            if parts::are_described(root, content) {
                (11, BodyKind::Parts)
            } else if has_fields() && !declared(root, schema).is_empty() {
                (11, BodyKind::Multipart)
            } else {
                return None;
            }
        }
        // Nothing is known about it but its schema: a text or bytes, or nothing that we can write.
        _ if schema.is_none_or(is_silent) || told("format") == Some("binary") => {
            (10, BodyKind::Binary)
        }
        _ if is_packed(&essence) && !in_base64 && told("type") == Some("string") => {
            (10, BodyKind::Binary)
        }
        _ if told("type") == Some("string") => (10, BodyKind::Text),
        _ => return None,
    };
    // What is written here is UTF-8: under the name of another charset it would be other text.
    (found.1 == BodyKind::Binary || is_utf8(media)).then_some(found)
}

fn is_bytes(essence: &str) -> bool {
    let kinds = ["image/", "audio/", "video/", "font/"];
    let files = [
        "application/zip",
        "application/gzip",
        "application/pdf",
        "application/x-tar",
    ];
    (kinds.iter().any(|kind| essence.starts_with(kind)) && !essence.ends_with('*'))
        || files.contains(&essence)
}

/// What a program packs: no text is one of these, whatever a schema says of its type.
fn is_packed(essence: &str) -> bool {
    let subtype = essence.strip_prefix("application/").unwrap_or_default();
    let name = subtype.rsplit(['.', '+', '-']).next().unwrap_or_default();
    [
        "avro", "bson", "cbor", "msgpack", "parquet", "protobuf", "thrift",
    ]
    .contains(&name)
}
