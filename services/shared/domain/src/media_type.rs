//! Media types: which are JSON, and which are text that somebody could write by hand.
//!
//! The importer, the request builder and whoever shapes answers go by the same lists, so that an
//! agent which is asked for text is never understood to have given base64.

/// Text although it is neither `text/*` nor built on XML, YAML or JSON.
const TEXTS: [&str; 27] = [
    "application/ecmascript",
    "application/edi-x12",
    "application/edifact",
    "application/graphql",
    "application/javascript",
    "application/json-lines",
    "application/json-seq",
    "application/jsonl",
    "application/jsonlines",
    "application/jwt",
    "application/n-quads",
    "application/n-triples",
    "application/ndjson",
    "application/pem-certificate-chain",
    "application/sdp",
    "application/sparql-query",
    "application/sparql-update",
    "application/sql",
    "application/toml",
    "application/trig",
    "application/x-javascript",
    "application/x-jsonlines",
    "application/x-ndjson",
    "application/x-pem-file",
    "application/x-yaml",
    "application/xml",
    "application/yaml",
];
const BUILT_ON_TEXT: [&str; 3] = ["+xml", "+yaml", "+json-seq"];

/// Says whether this is written as RFC 9110, section 8.3.1 has it: two tokens and whatever follows
/// them in printable ASCII. A range such as `*/*` is, too.
#[must_use]
pub fn is_well_formed(media_type: &str) -> bool {
    let is_token = |part: &str| {
        let mut bytes = part.bytes();
        !part.is_empty()
            && bytes.all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    let parts = media_type.split(';').next().unwrap_or_default().trim();
    let parts = parts.split_once('/');
    parts.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && media_type.bytes().all(|b| matches!(b, 0x20..=0x7e))
}

/// Takes the parameters off: `application/json; charset=utf-8` is `application/json`.
#[must_use]
pub fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Says whether a media type is JSON or built on it.
#[must_use]
pub fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Says whether a media type is text, other than JSON and forms, and no range such as `text/*`.
#[must_use]
pub fn is_text(media_type: &str) -> bool {
    let essence = essence(media_type);
    let named = TEXTS.contains(&essence.as_str()) || essence.starts_with("text/");
    let built = BUILT_ON_TEXT.iter().any(|end| essence.ends_with(end));
    // Drawings are files, whatever they are written in.
    (named || built) && !is_json(&essence) && !essence.contains('*') && essence != "image/svg+xml"
}

/// Says whether content of this type is bytes, which agents give in base64 and never as text.
#[must_use]
pub fn is_bytes(media_type: &str) -> bool {
    let is_form = essence(media_type) == "application/x-www-form-urlencoded";
    !is_text(media_type) && !is_json(media_type) && !is_form
}

/// Says whether the text is one of UTF-8, which is all that is ever sent.
#[must_use]
pub fn is_utf8(media_type: &str) -> bool {
    let mut parameters = media_type.split(';').skip(1);
    parameters.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        // `charset*` and `charset*0` are other spellings of the name (RFC 2231).
        let name = name.split('*').next().unwrap_or_default();
        !name.trim().eq_ignore_ascii_case("charset")
            || matches!(value.as_str(), "utf-8" | "utf8" | "us-ascii")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_json_and_bytes_are_told_apart() {
        for media in [
            "text/plain",
            "Text/XML; charset=utf-8",
            "application/xml",
            "application/soap+xml",
            "application/x-ndjson",
            "application/vnd.oai.openapi+yaml",
            "application/geo+json-seq",
        ] {
            assert!(is_text(media) && !is_json(media), "{media}");
            assert!(!is_bytes(media), "{media}");
        }
        for media in ["application/json;q=1", "text/json", "application/a.b+json"] {
            assert!(is_json(media) && !is_text(media), "{media}");
            assert!(!is_bytes(media), "{media}");
        }
        for media in [
            "image/svg+xml",
            "text/*",
            "*/*",
            "application/pdf",
            "multipart/mixed",
            "",
        ] {
            assert!(!is_text(media) && !is_json(media), "{media}");
            assert!(is_bytes(media), "{media}");
        }
        let form = "Application/X-WWW-Form-Urlencoded; charset=utf-8";
        assert!(!is_text(form) && !is_json(form) && !is_bytes(form));
    }

    #[test]
    fn what_no_header_could_say_is_no_media_type() {
        for media in [
            "a/b",
            "*/*",
            "text/plain; charset=utf-8",
            "application/a.b+json",
        ] {
            assert!(is_well_formed(media), "{media}");
        }
        let malformed = [
            "",
            "json",
            "/json",
            "a/",
            "a/b/c",
            "a b/c",
            "application/json}",
            "a/b\r\nX: y",
            "a/b;c=\u{e9}",
            "(a)/b",
        ];
        for media in malformed {
            assert!(!is_well_formed(media), "{media:?}");
        }
        println!("N = {} malformed media types", malformed.len());
    }

    #[test]
    fn only_utf_8_is_sent_as_text() {
        assert!(is_utf8("text/csv; header=present; Charset=\"UTF-8\""));
        assert!(is_utf8("text/csv"));
        assert!(!is_utf8("text/csv;charset=iso-8859-1"));
        assert!(!is_utf8("text/csv; charset*=utf-7''a"));
    }
}
