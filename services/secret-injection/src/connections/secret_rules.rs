//! What a secret must be like to be sent the way its scheme sends it.

use countersign_domain::{Fault, Kind, connection::AuthScheme, secret::Secret};

/// The longest secret. Upstreams refuse headers that are longer.
const LONGEST_BYTES: usize = 8192;
/// The longest name of a header or parameter.
const LONGEST_NAME: usize = 128;

/// Headers that the request itself or its way has a use for.
const TAKEN_HEADERS: [&str; 21] = [
    "accept",
    "accept-encoding",
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
    "origin",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];

/// The secret, or the place it is for, cannot be used. The message says the rule and never the
/// secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// Too short or too long.
    #[error("a secret has 1 to 8192 bytes")]
    Length,
    /// It would break the request apart.
    #[error("a secret has no line breaks and no other control characters")]
    Control,
    /// It cannot stand in a header.
    #[error("a secret that is sent in a header has visible ASCII characters only")]
    NotForHeader,
    /// RFC 7617 section 2.
    #[error("give user and password as user:password")]
    NotUserAndPassword,
    /// The header cannot carry a key.
    #[error("this header cannot carry a key")]
    HeaderName,
    /// The cookie cannot carry a key.
    #[error("give the name of the cookie, a token of at most 128 characters")]
    CookieName,
    /// It cannot stand in a cookie; RFC 6265 section 4.1.1.
    #[error(
        "a secret that is sent in a cookie has no spaces, quotes, commas, semicolons or backslashes"
    )]
    NotForCookie,
    /// The parameter cannot carry a key.
    #[error("give the name of the query parameter, 1 to 128 visible characters")]
    ParameterName,
}

impl Fault for InvalidSecret {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Length => "secret_length",
            Self::Control => "secret_control_characters",
            Self::NotForHeader => "secret_not_for_header",
            Self::NotUserAndPassword => "secret_not_user_and_password",
            Self::HeaderName => "scheme_header_name",
            Self::CookieName => "scheme_cookie_name",
            Self::NotForCookie => "secret_not_for_cookie",
            Self::ParameterName => "scheme_parameter_name",
        }
    }
}

/// Checks a secret against the scheme it is to be used with.
pub(super) fn check(scheme: &AuthScheme, secret: &Secret) -> Result<(), InvalidSecret> {
    let text = secret.expose();
    if text.is_empty() || text.len() > LONGEST_BYTES {
        return Err(InvalidSecret::Length);
    }
    if text.contains(char::is_control) {
        return Err(InvalidSecret::Control);
    }
    match scheme {
        AuthScheme::ApiKeyHeader { name } => {
            check_header_name(name)?;
            // A space within is common: `Token abc`. At an end it would not arrive.
            let is_sendable = text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
            if !is_sendable || text.trim() != text {
                return Err(InvalidSecret::NotForHeader);
            }
        }
        AuthScheme::Bearer => {
            if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(InvalidSecret::NotForHeader);
            }
        }
        AuthScheme::ApiKeyQuery { name } => check_parameter_name(name)?,
        AuthScheme::ApiKeyCookie { name } => {
            if !is_token(name) {
                return Err(InvalidSecret::CookieName);
            }
            let is_octet = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
            if !text.bytes().all(is_octet) {
                return Err(InvalidSecret::NotForCookie);
            }
        }
        AuthScheme::Basic => {
            let user_and_password = text.split_once(':');
            if user_and_password.is_none_or(|(user, _)| user.is_empty()) {
                return Err(InvalidSecret::NotUserAndPassword);
            }
        }
    }
    Ok(())
}

fn check_header_name(name: &str) -> Result<(), InvalidSecret> {
    let lower = name.to_ascii_lowercase();
    let carries_something_else =
        TAKEN_HEADERS.contains(&lower.as_str()) || lower.starts_with("x-forwarded-");
    if is_token(name) && !carries_something_else {
        Ok(())
    } else {
        Err(InvalidSecret::HeaderName)
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn check_parameter_name(name: &str) -> Result<(), InvalidSecret> {
    let fits = (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(())
    } else {
        Err(InvalidSecret::ParameterName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str) -> AuthScheme {
        AuthScheme::ApiKeyHeader {
            name: name.to_owned(),
        }
    }

    fn checked(scheme: &AuthScheme, secret: &str) -> Result<(), InvalidSecret> {
        check(scheme, &Secret::new(secret.to_owned()))
    }

    #[test]
    fn what_can_be_sent_carries_something_else() {
        let query = AuthScheme::ApiKeyQuery {
            name: "api_key".to_owned(),
        };
        for (scheme, secret) in [
            (header("X-Api-Key"), "Token abc=="),
            (header("Authorization"), "key"),
            (query, "schlüssel & mehr"),
            (AuthScheme::Bearer, "eyJh.eyJz.c2ln"),
            (AuthScheme::Basic, "ada:pass:word"),
            (AuthScheme::Basic, "key:"),
        ] {
            assert_eq!(checked(&scheme, secret), Ok(()), "{scheme:?}");
        }
    }

    #[test]
    fn what_would_break_a_request_apart_is_refused() {
        use InvalidSecret as I;
        for (scheme, secret, why) in [
            (AuthScheme::Bearer, "", I::Length),
            (AuthScheme::Bearer, &*"a".repeat(8193), I::Length),
            (AuthScheme::Bearer, "a\r\nx-admin: 1", I::Control),
            (AuthScheme::Bearer, "a\n", I::Control),
            (AuthScheme::Basic, "a:b\0", I::Control),
            (AuthScheme::Bearer, "a b", I::NotForHeader),
            (AuthScheme::Bearer, "schlüssel", I::NotForHeader),
            (header("x-key"), " a", I::NotForHeader),
            (AuthScheme::Basic, "password", I::NotUserAndPassword),
            (AuthScheme::Basic, ":password", I::NotUserAndPassword),
            (header("Host"), "a", I::HeaderName),
            (header("X-Forwarded-For"), "a", I::HeaderName),
            (header("x key"), "a", I::HeaderName),
            (header(""), "a", I::HeaderName),
        ] {
            assert_eq!(checked(&scheme, secret), Err(why), "{scheme:?}");
        }
    }
}
