//! Parts of a request that are never an agent's to set.

/// Headers that frame the message, say who asks, or say where it came from and goes to.
const HEADERS: [&str; 35] = [
    "accept",
    "accept-encoding",
    "authorization",
    "cf-connecting-ip",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "origin",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-method",
    "x-original-url",
    "x-override-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// Families of them.
const HEADER_PREFIXES: [&str; 4] = ["proxy-", "sec-", "x-forwarded-", "x-original-uri"];

/// Says whether no tool may set the header. Underscores count as hyphens, as many servers read
/// them.
pub(super) fn header(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    HEADERS.binary_search(&name.as_str()).is_ok()
        || HEADER_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Says whether frameworks take a parameter of this name for the method. Some of them read any
/// character that cannot stand in a variable's name as an underscore.
pub(super) fn overrides_method(name: &str) -> bool {
    let name = name.trim();
    name.get(1..)
        .is_some_and(|rest| rest.eq_ignore_ascii_case("method"))
        && !name.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Says whether the text is a header or cookie name (RFC 9110 section 5.6.2).
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_headers_can_be_searched() {
        assert!(HEADERS.is_sorted());
        for name in [
            "Host",
            "HOST",
            "x_http_method_override",
            "X-Forwarded-Proto",
            "Sec-Fetch-Site",
        ] {
            assert!(header(name), "{name}");
        }
        for name in ["If-Match", "X-Request-Id", "Idempotency-Key", "Prefer"] {
            assert!(!header(name), "{name}");
        }
    }

    #[test]
    fn names_that_frameworks_take_for_the_method_are_known() {
        for name in ["_method", "_METHOD", ".method", " _method", "+method"] {
            assert!(overrides_method(name), "{name}");
        }
        for name in ["method", "payment_method", "amethod", "_methods", ""] {
            assert!(!overrides_method(name), "{name}");
        }
    }
}
