//! Where to go after signing in: one of our own pages, and nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

/// What a path may begin with.
const KNOWN: [&str; 4] = ["/t/", "/oauth/authorize", "/oauth/consent", "/invitations/"];

/// A path of ours, with its query; never another site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReturnTo(String);

impl ReturnTo {
    /// Takes a path that a page of ours has; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.starts_with('/')
            && text.len() <= 8192
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        if !plain {
            return None;
        }
        // Read as a browser would, dots and all, and look where it leads.
        let here = Url::parse("https://here.invalid/").ok()?;
        let there = here.join(text).ok()?;
        let stays = there.origin() == here.origin() && there.fragment().is_none();
        let path = there.path();
        let known = path == "/" || KNOWN.iter().any(|start| begins(path, start));
        (stays && known && !path.contains("//")).then(|| {
            let query = there.query().map(|query| format!("?{query}"));
            Self(format!("{path}{}", query.unwrap_or_default()))
        })
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page, which leads back here.
    #[must_use]
    pub fn sign_in(back: Option<&Self>) -> String {
        sign_in([back.map(|back| ("next", back.as_str()))])
    }

    /// The sign-in page for somebody whose session ended before their form came, which says so.
    #[must_use]
    pub(crate) fn sign_in_again(back: Option<&Self>) -> String {
        sign_in([
            back.map(|back| ("next", back.as_str())),
            Some(("ended", "1")),
        ])
    }
}

fn sign_in<const N: usize>(fields: [Option<(&str, &str)>; N]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.into_iter().flatten())
        .finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/sign-in{mark}{query}")
}

/// A folder is meant with all below it, a page only as itself.
fn begins(path: &str, start: &str) -> bool {
    if start.ends_with('/') {
        path.starts_with(start)
    } else {
        path == start
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ReturnTo {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a page of ours")
    }
}

impl From<ReturnTo> for String {
    fn from(path: ReturnTo) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_away_from_us() {
        let bad = [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/t/acme",
            "javascript:alert(1)",
            "/t/../..//evil.example",
            "/t/..//evil.example/",
            "/t/%2e%2e/%2e%2e//evil.example",
            "/t/acme\r\nLocation: https://evil.example",
            "/\t/evil.example",
            "/sign-out",
            "/t/../sign-out",
            "/oauth/token",
            "/oauth/authorize/../token",
            "/oauth/authorizer",
            "t/acme",
            "",
        ];
        for path in bad {
            assert_eq!(ReturnTo::parse(path), None, "{path:?}");
        }
        println!("{} ways off our site, none taken", bad.len());
    }

    #[test]
    fn our_pages_are_kept_with_their_query() {
        for path in [
            "/",
            "/t/acme/holds?state=open",
            "/oauth/authorize?client_id=x&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F",
            "/invitations/abc",
        ] {
            assert_eq!(ReturnTo::parse(path).unwrap().as_str(), path);
        }
        let back = ReturnTo::parse("/t/acme?a=b&c=d").unwrap();
        assert_eq!(
            ReturnTo::sign_in(Some(&back)),
            "/sign-in?next=%2Ft%2Facme%3Fa%3Db%26c%3Dd"
        );
    }
}
