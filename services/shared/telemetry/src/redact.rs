//! What is taken out of every line of the log.

use std::borrow::Cow;

/// What stands where something was taken out.
pub const REDACTED: &str = "[redacted]";

/// Words that, anywhere in a field's name, say that its value is not for a log.
const SECRET_WORDS: [&str; 7] = [
    "token",
    "secret",
    "password",
    "authorization",
    "cookie",
    "credential",
    "verifier",
];

/// Says whether a field's name says that its value is not for a log.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // `code` alone is an OAuth code; `error.code` is one of ours and is meant to be read.
    name == "code" || SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Takes the user and the password out of every URL in a text.
#[must_use]
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c == '?' || c == '#' || c == '"' || c.is_whitespace())
            .unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(sign) => {
                clean.push_str(REDACTED);
                &after[sign..]
            }
            None => after,
        };
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for secret in [
            "token",
            "refresh_token",
            "client.secret",
            "Password",
            "http.authorization",
            "set-cookie",
            "code",
            "code_verifier",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in [
            "error.code",
            "http.status",
            "request.id",
            "tool.id",
            "encoded",
        ] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[test]
    fn a_url_keeps_everything_but_who_signs_in() {
        assert_eq!(
            without_passwords("cannot reach postgres://app:hunter2@db:5432/x, nor redis://:p@r/0"),
            "cannot reach postgres://[redacted]@db:5432/x, nor redis://[redacted]@r/0"
        );
        let plain = "see https://example.com/a@b";
        assert_eq!(without_passwords(plain), plain);
    }
}
