//! Headers of a request that are never an agent's to set, and names that make it another request.

/// Headers that frame the message, sign it, say who asks, or say where it came from and goes to.
const RESERVED: [&str; 32] = [
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
    "x-original-host",
    "x-original-method",
    "x-original-url",
    "x-override-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// Those of a signature of Amazon's, which is made anew for each request.
const OF_SIGNATURE: [&str; 7] = [
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// Names by which frameworks take a request for one of another method, a hyphen for each character
/// that is no letter and no digit: some read a dot or a space as an underscore.
const OVERRIDES: [&str; 7] = [
    "-method",
    "-httpmethod",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-tunneled-method",
    // Whole headers in a parameter: `$httpHeaders` of Closure.
    "-httpheaders",
];

/// Families of them.
const PREFIXES: [&str; 12] = [
    "impersonate-",
    "proxy-",
    "remote-",
    "sec-",
    "x-amzn-oidc-",
    "x-auth-request-",
    "x-forwarded-",
    "x-goog-authenticated-user-",
    "x-ms-client-principal",
    "x-original-uri",
    "x-remote-",
    "x-webauth-",
];

/// Says whether no tool may set the header. Underscores count as hyphens, as many servers read
/// them.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let name = spelled(name);
    RESERVED.binary_search(&name.as_str()).is_ok()
        || OF_SIGNATURE.contains(&name.as_str())
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || overrides_method(&name)
}

/// Says whether frameworks take a header or a parameter of this name for the method. Brackets around
/// a name are no part of it, as Rack reads forms.
#[must_use]
pub fn overrides_method(name: &str) -> bool {
    let name = name.trim();
    let bare = name.trim_matches(['[', ']']);
    let is = |name: &str| {
        let folded = || name.chars().map(folded);
        OVERRIDES.iter().any(|one| folded().eq(one.chars()))
    };
    is(name) || bare.len() < name.len() && is(bare)
}

const fn folded(character: char) -> char {
    if character.is_ascii_alphanumeric() {
        character.to_ascii_lowercase()
    } else {
        '-'
    }
}

/// Says whether a request does without an agent's word for the header: it has one of its own, the
/// header is between the two ends of a connection, or it belongs to a signature, which is a
/// credential.
#[must_use]
pub fn is_provided(name: &str) -> bool {
    let name = spelled(name);
    let sent = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
    ];
    sent.contains(&name.as_str()) || OF_SIGNATURE.contains(&name.as_str())
}

/// Says whether what stands behind a scheme of `Authorization`, in lower case, is made anew for
/// each request.
pub(crate) fn is_computed(scheme: &str) -> bool {
    let computed = [
        "asap",
        "aws4-hmac-sha256",
        "awsv4",
        "digest",
        "dpop",
        "edgegrid",
        "hawk",
        "hoba",
        "hmac",
        "mutual",
        "negotiate",
        "ntlm",
        "oauth",
        "oauth1",
        "signature",
        "vapid",
        "x-matrix",
    ];
    computed.contains(&scheme) || scheme.starts_with("scram-")
}

/// Says whether a server that reads underscores as hyphens takes these for one header.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one.chars().map(folded).eq(other.chars().map(folded))
}

fn spelled(name: &str) -> String {
    name.chars().map(folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_headers_can_be_searched() {
        assert!(RESERVED.is_sorted());
        for name in [
            "Host",
            "HOST",
            "x_http_method_override",
            "X-Forwarded-Proto",
            "Sec-Fetch-Site",
            "X-Amz-Date",
            "Remote_User",
            "Remote-Groups",
            "X-Remote-Group",
            "X-Amzn-Oidc-Identity",
            "X-Goog-Authenticated-User-Email",
            "Impersonate-User",
            "X-MS-CLIENT-PRINCIPAL-ID",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in [
            "If-Match",
            "X-Request-Id",
            "Idempotency-Key",
            "Prefer",
            "X-Amzn-Trace-Id",
            "X-Goog-User-Project",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn an_underscore_makes_no_other_header() {
        for other in ["X-Shop", "x_shop", "X_SHOP"] {
            assert!(is_same("X-Shop", other), "{other}");
        }
        assert!(!is_same("X-Shop", "X-Shops") && !is_same("X-Shop", "XShop"));
    }

    #[test]
    fn names_that_frameworks_take_for_the_method_are_known() {
        for name in [
            "_method",
            "_METHOD",
            ".method",
            " _method",
            "+method",
            "[method",
            "[_method]",
            "_method]",
            "[[_method",
            "_HttpMethod",
            "X-HTTP-Method-Override",
            "x_http_method_override",
            "x.http.method",
            "X_Method_Override",
            "x-tunneled-method",
            "$httpHeaders",
        ] {
            assert!(overrides_method(name), "{name}");
        }
        for name in [
            "method",
            "[method]",
            "payment_method",
            "amethod",
            "_methods",
            "x-method",
            "[]",
            "",
        ] {
            assert!(!overrides_method(name), "{name}");
        }
    }
}
