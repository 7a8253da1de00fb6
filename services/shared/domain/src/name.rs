//! Short texts with rules, parsed once at the edge.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A text broke the rule of its kind; the message says the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidName(pub &'static str);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $rule:literal = $check:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                $check(text).map(Self).ok_or(InvalidName($rule))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> { text.parse() }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self { name.0 }
        }
    )*};
}

names! {
    /// The part of a URL that names a tenant, an endpoint or an environment.
    Slug: "use 1 to 40 lowercase letters, digits and hyphens, starting with a letter" = slug;
    /// What an agent calls a tool.
    ToolName: "use 1 to 64 lowercase letters, digits and underscores" = tool_name;
    /// An e-mail address, lowercased; compare addresses only through this type.
    Email: "enter an e-mail address such as name@example.com" = email;
    /// What people call a thing: 1 to 80 characters, trimmed, nothing hidden in it.
    Title: "use 1 to 80 visible characters" = title;
    /// One line about a tool: 1 to 120 characters, trimmed, nothing hidden in it.
    Headline: "use one line of 1 to 120 visible characters" = headline;
    /// What agents are told about a tool: at most 1,024 characters, trimmed, nothing hidden in it.
    Description: "use at most 1,024 characters, all of them visible" = description;
    /// Why somebody decided something: 3 to 500 characters, trimmed.
    Statement: "give a reason of 3 to 500 characters" = statement;
}

impl Slug {
    /// Makes a slug from a title: `Acme Ltd.` becomes `acme-ltd`.
    #[must_use]
    pub fn from_title(title: &str) -> Option<Self> {
        let mut text = String::new();
        for character in title.chars().map(|c| c.to_ascii_lowercase()) {
            if character.is_ascii_alphanumeric() {
                text.push(character);
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
        }
        let start = text.find(|c: char| c.is_ascii_lowercase())?;
        let kept: String = text[start..].chars().take(40).collect();
        kept.trim_end_matches('-').parse().ok()
    }
}

fn slug(text: &str) -> Option<String> {
    let fits = (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    fits.then(|| text.to_owned())
}

fn tool_name(text: &str) -> Option<String> {
    let fits = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    fits.then(|| text.to_owned())
}

fn email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let fits = text.len() <= 254
        && (1..=64).contains(&local.len())
        && local
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"(),:;<>@[\\]".contains(&b))
        && domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    fits.then_some(text)
}

fn title(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=80).contains(&text.chars().count())
        && !text.contains(['\n', '\t'])
        && !crate::text::has_hidden(text);
    fits.then(|| text.to_owned())
}

fn headline(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=120).contains(&text.chars().count())
        && !text.contains(['\n', '\t'])
        && !crate::text::has_hidden(text);
    fits.then(|| text.to_owned())
}

fn description(text: &str) -> Option<String> {
    // Browsers send line ends as two characters.
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let fits = text.chars().count() <= 1_024 && !crate::text::has_hidden(text);
    fits.then(|| text.to_owned())
}

fn statement(text: &str) -> Option<String> {
    // Browsers send line ends as two characters.
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let fits = (3..=500).contains(&text.chars().count()) && !crate::text::has_hidden(text);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_spelling() {
        let email: Email = " Ada@Example.COM ".parse().unwrap();
        assert_eq!(email.as_str(), "ada@example.com");
        for bad in [
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "a b@example.com",
            "a@ex..com",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn letters_that_only_look_like_ascii_are_not_an_address() {
        for bad in [
            "\u{212a}ate@example.com",
            "ada@exampl\u{0435}.com",
            "\u{131}@example.com",
        ] {
            let parsed = bad.parse::<Email>();
            let honest = parsed.as_ref().is_ok_and(|email| email.as_str().is_ascii());
            assert!(parsed.is_err() || honest, "{bad}");
        }
    }

    #[test]
    fn a_reason_of_two_lines_is_kept_as_browsers_and_others_send_it() {
        for sent in ["one\r\ntwo", "one\ntwo\r\n"] {
            assert_eq!(sent.parse::<Statement>().unwrap().as_str(), "one\ntwo");
        }
        assert!("one\rtwo".parse::<Statement>().is_err());
    }

    #[test]
    fn a_slug_is_made_of_what_can_stand_in_a_path() {
        assert_eq!(Slug::from_title("Acme Ltd.").unwrap().as_str(), "acme-ltd");
        assert_eq!(Slug::from_title("42 Größe").unwrap().as_str(), "gr-e");
        assert_eq!(Slug::from_title("東京"), None);
        for bad in [
            "",
            "-a",
            "a-",
            "Acme",
            "a/b",
            "a%2fb",
            "..",
            &"a".repeat(41),
        ] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
