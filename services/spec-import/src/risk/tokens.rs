//! Cuts names and sentences into comparable words.
//!
//! `listAPIKeys`, `list-api-keys` and `Lists API keys.` must give the same words, so every
//! other file can compare words and nothing else has to know how people spell names.

use super::lexicon::Words;

/// Cuts a name or a sentence into lower-case, singular words.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(text.len() / 8 + 1);
    for piece in text.split(|c: char| !c.is_alphanumeric()) {
        if piece.chars().skip(1).any(char::is_uppercase) {
            for raw in humps(piece) {
                push(&mut found, raw);
            }
        } else if !piece.is_empty() {
            push(&mut found, piece);
        }
    }
    found
}

/// The opening sentence of a text, which says what the call does; the rest often explains
/// other calls.
pub(super) fn first_sentence(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = text
        .match_indices(['.', '\n', '!'])
        .find(|(at, _)| {
            text[at + 1..]
                .chars()
                .next()
                .is_none_or(char::is_whitespace)
        })
        .map_or(text.len(), |(at, _)| at);
    truncated(&text[..end], 240)
}

/// The longest beginning of at most `limit` bytes that ends between characters.
pub(super) fn truncated(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `v2`, as in `/projectsV2`.
pub(super) fn is_edition(word: &str) -> bool {
    let digits = word.strip_prefix('v');
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn push(found: &mut Vec<String>, raw: &str) {
    let lower = if raw.is_ascii() {
        raw.to_ascii_lowercase()
    } else {
        raw.to_lowercase()
    };
    let word = singular(lower);
    match (found.last().map(String::as_str), word.as_str()) {
        // "user's" leaves an "s"; "OAuth" and "WebHook" are one word each.
        (_, "" | "s") => {}
        (Some("o"), "auth" | "auth2") => replace_last(found, "oauth"),
        (Some("web"), "hook") => replace_last(found, "webhook"),
        (_, "oauth2") => found.push("oauth".to_owned()),
        _ => found.push(word),
    }
}

fn replace_last(found: &mut [String], word: &str) {
    if let Some(last) = found.last_mut() {
        word.clone_into(last);
    }
}

/// Cuts `fetchSSOToken` into `fetch`, `SSO`, `Token`; digits stay with the letters before.
fn humps(piece: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = piece.char_indices().collect();
    let mut cuts = vec![0];
    for window in 1..chars.len() {
        let (before, here) = (chars[window - 1].1, chars[window].1);
        let after_is_lower = chars.get(window + 1).is_some_and(|(_, c)| c.is_lowercase());
        // "URLs" is one word although a lower-case letter follows the capitals.
        let plural_end =
            chars.get(window + 1).is_some_and(|(_, c)| *c == 's') && window + 2 == chars.len();
        let starts_word = here.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric()
                || (before.is_uppercase() && after_is_lower && !plural_end));
        if starts_word {
            cuts.push(chars[window].0);
        }
    }
    cuts.push(piece.len());
    cuts.windows(2)
        .map(|pair| &piece[pair[0]..pair[1]])
        .collect()
}

/// The singular of a noun, which is also the base form of most verbs in the third person.
pub(super) fn singular(mut word: String) -> String {
    static SAME: Words = Words::new(&[
        "access, sms, dns, aws, ios, https, news, sos, tls, kubernetes, redis, cors, jwks",
    ]);
    if word.len() < 4 || !word.ends_with('s') || SAME.has(&word) {
        return word;
    }
    if word.ends_with("ies") {
        word.truncate(word.len() - 3);
        word.push('y');
        return word;
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let dropped = match () {
        () if word == "caches" => 1,
        () if ends(&["sses", "shes", "ches", "xes"]) => 2,
        () if ends(&["ss", "us", "is"]) => 0,
        () => 1,
    };
    word.truncate(word.len() - dropped);
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_spellings_of_a_name_give_the_same_words() {
        for spelling in [
            "listAPIKeys",
            "list-api-keys",
            "Lists API keys",
            "list_api_key",
        ] {
            assert_eq!(words(spelling), ["list", "api", "key"], "{spelling}");
        }
        assert_eq!(words("revokeOAuthToken"), ["revoke", "oauth", "token"]);
        assert_eq!(
            words("userSSOTokenDelete"),
            ["user", "sso", "token", "delete"]
        );
        assert_eq!(words("a user's policies"), ["a", "user", "policy"]);
        assert_eq!(words("presignedURLs"), ["presigned", "url"]);
    }

    #[test]
    fn the_first_sentence_ends_at_a_full_stop_not_at_a_version() {
        assert_eq!(
            first_sentence("Deletes v1.2 files. See also get."),
            "Deletes v1.2 files"
        );
        assert_eq!(first_sentence("**Note:** hi"), "Note:** hi");
        assert_eq!(first_sentence(""), "");
    }
}
