//! Parameters that carry a credential without being declared as a scheme.
//!
//! Documents of an older kind, Slack's among them, ask for the token in every operation again,
//! beside the scheme that fills it in. Agents never have it, and are not asked for it.

use countersign_domain::operation::{Place, Scheme, SchemeUse, Security};

use crate::operation::Reading;

/// Names that mean nothing else in a header, also behind an `X-` but for the first: `X-Token` is
/// what some call a secret that no scheme fills in.
const IN_HEADERS: [&str; 11] = [
    "token",
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "authenticationtoken",
    "bearertoken",
    "oauthtoken",
    "privatetoken",
    "sessiontoken",
    "secretkey",
];
/// Those that mean it everywhere; any other token may be what the request is about.
const ANYWHERE: [&str; 5] = [
    "accesstoken",
    "apikey",
    "authtoken",
    "oauthtoken",
    "privatetoken",
];

/// Those that are no token: a bearer token does not stand for them.
const KEYS: [&str; 3] = ["apikey", "privatetoken", "secretkey"];

/// Whether the connection fills in a parameter, so that no agent may.
pub(crate) fn is_filled_in(
    cx: &Reading<'_, '_>,
    place: Place,
    wire: &str,
    description: &str,
) -> bool {
    cx.is_secured() && is_asked_for(place, wire, description) || is_own(cx, place, wire)
}

/// Whether the connection gives what such a parameter asks for: there, or, where that is a token, as
/// a bearer token. What the document does not define may be that too.
pub(crate) fn is_given(cx: &Reading<'_, '_>, place: Place, wire: &str) -> bool {
    gives(cx, &cx.security, (place, wire))
}

/// Whether one stored credential gives all of these, each of which some alternative gives.
pub(crate) fn is_one(cx: &Reading<'_, '_>, needed: &[(Place, &str)]) -> bool {
    let all = |one: &Security| needed.iter().all(|part| gives(cx, one, *part));
    needed.len() < 2 || cx.schemes.each(&cx.security).any(|one| all(&one))
}

fn gives(cx: &Reading<'_, '_>, security: &Security, (place, wire): (Place, &str)) -> bool {
    let name = spelled(wire);
    let is_key = KEYS.contains(&name.strip_prefix('x').unwrap_or(&name));
    let is_token = |one: &SchemeUse| match &one.scheme {
        Some(Scheme::Bearer | Scheme::Oauth2 { .. }) => true,
        // What is stored for that header need not be a token: elsewhere it is not known to do.
        Some(Scheme::ApiKeyHeader { name }) => {
            place == Place::Header && name.eq_ignore_ascii_case("authorization")
        }
        None
        | Some(
            Scheme::ApiKeyQuery { .. }
            | Scheme::ApiKeyCookie { .. }
            | Scheme::Basic
            | Scheme::Other { .. },
        ) => false,
    };
    let gives = |one: &SchemeUse| one.is_open() || !is_key && is_token(one);
    let is_given = match security {
        Security::Undeclared | Security::Public => false,
        Security::AnyOf(alternatives) => alternatives.iter().flatten().any(gives),
    };
    is_given || cx.schemes.own(security, place, wire)
}

/// Whether it stands where a scheme puts the credential.
pub(crate) fn is_own(cx: &Reading<'_, '_>, place: Place, wire: &str) -> bool {
    cx.schemes.own(&cx.security, place, wire)
}

/// Whether a parameter of an operation that lets nobody in without a credential asks for it.
fn is_asked_for(place: Place, wire: &str, description: &str) -> bool {
    let name = spelled(wire);
    let bare = name.strip_prefix('x').unwrap_or(&name);
    let says_so = || {
        let words = description.trim_start().to_ascii_lowercase();
        words.starts_with("authentication token") || words.starts_with("access token")
    };
    match place {
        Place::Header => IN_HEADERS.contains(&name.as_str()) || IN_HEADERS[1..].contains(&bare),
        Place::Query | Place::Cookie => {
            ANYWHERE.contains(&name.as_str()) || name == "token" && says_so()
        }
        Place::Path | Place::Querystring => false,
    }
}

/// A name by its letters.
fn spelled(wire: &str) -> String {
    let letters = wire.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_nothing_else_counts_as_a_credential() {
        let slack = "Authentication token. Requires scope: `chat:write`";
        for (place, wire, words, expected) in [
            (Place::Header, "token", "", true),
            (Place::Header, "X-Auth-Token", "", true),
            (Place::Header, "X-Session-Token", "", true),
            (Place::Query, "access_token", "", true),
            (Place::Query, "token", slack, true),
            (Place::Query, "token", "The token of the invitation.", false),
            (Place::Query, "page_token", "", false),
            (Place::Header, "Idempotency-Key", "", false),
            (Place::Header, "X-Trace", "", false),
            (Place::Header, "X-Token", "", false),
            (Place::Path, "token", slack, false),
        ] {
            assert_eq!(is_asked_for(place, wire, words), expected, "{wire}");
        }
    }
}
