//! Redirect URIs: what may be registered, what matches, and how an answer travels on one.
//!
//! Matching compares text and never parses: what one parser makes of a URL another may not.

use url::{Host, Position, Url, form_urlencoded};

/// The longest that can be registered.
const LONGEST: usize = 2_000;

/// Says whether a redirect URI may be registered: https anywhere or http on this machine, in its
/// plain spelling, with nothing in it that a reader might take for something else.
pub(crate) fn may_register(text: &str) -> bool {
    let visible = text.len() <= LONGEST
        && text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\\*\"<>^`{|}".contains(&b));
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let host_fits = match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(name))) => !name.ends_with('.'),
        ("https", Some(Host::Ipv4(_) | Host::Ipv6(_))) => true,
        ("http", _) => is_loopback(&url),
        (_, _) => false,
    };
    let plain = url.as_str() == text
        || (&url[Position::BeforePath..] == "/" && url.as_str() == format!("{text}/"));
    visible
        && host_fits
        && plain
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && url.port() != Some(0)
}

/// Says whether a presented redirect URI is the registered one: the same text, but that the port
/// of a loopback address may be any (RFC 8252 section 7.3; not for the name `localhost`).
pub(crate) fn matches(registered: &str, presented: &str) -> bool {
    registered == presented || differ_only_in_loopback_port(registered, presented)
}

fn differ_only_in_loopback_port(registered: &str, presented: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]"].iter().any(|origin| {
        let after_port = |text: &str| {
            let rest = text.strip_prefix(origin)?;
            strip_port(rest).map(str::to_owned)
        };
        matches!((after_port(registered), after_port(presented)), (Some(a), Some(b)) if a == b)
    })
}

/// Takes `:8080` away from the start, if it is there and spelled plainly. What remains must be a
/// path, a query or nothing: anything else would still belong to the host.
fn strip_port(rest: &str) -> Option<&str> {
    let rest = match rest.strip_prefix(':') {
        Some(after) => {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = after.split_at(digits);
            let plain = !port.starts_with('0') && port.parse::<u16>().is_ok();
            plain.then_some(rest)?
        }
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

/// Where the answer goes, for a human to recognise: host and port.
pub(crate) fn host(uri: &str) -> String {
    Url::parse(uri)
        .map(|url| url[Position::BeforeHost..Position::AfterPort].to_owned())
        .unwrap_or_default()
}

/// Says whether the answer stays on the machine of the browser, where any program can wait for it.
pub(crate) fn stays_on_this_machine(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| is_loopback(&url))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// Adds an answer to a redirect URI that was checked before.
pub(crate) fn with_answer(uri: &str, answer: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(answer)
        .finish();
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_real_clients_register_is_accepted() {
        for good in [
            "https://claude.ai/api/mcp/auth_callback",
            "http://127.0.0.1:6276/oauth/callback",
            "http://localhost:3334/oauth/callback",
            "http://[::1]:8080/callback",
            "http://127.0.0.1:8080",
            "https://app.example:8443/cb?x=1",
        ] {
            assert!(may_register(good), "{good}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_cannot_be_registered() {
        for bad in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "cursor://callback",
            "http://example.com/cb",
            "http://127.0.0.2/cb",
            "http://localhost.example.com/cb",
            "http://localhost./cb",
            "http://0.0.0.0/cb",
            "http://2130706433/cb",
            "http://127.1/cb",
            "https://*.example.com/cb",
            "https://example.com/*",
            "https://user@example.com/cb",
            "https://user:pass@example.com/cb",
            "https://example.com/cb#fragment",
            "https://example.com./cb",
            "https://example.com:443/cb",
            "https://EXAMPLE.com/cb",
            "HTTPS://example.com/cb",
            "https://exämple.com/cb",
            "https://example.com/a/../cb",
            "https://example.com\\cb",
            "https:example.com/cb",
            "https:///cb",
            " https://example.com/cb",
            "https://example.com/cb ",
            "https://example.com/c\nb",
            "https://example.com:0/cb",
            "//example.com/cb",
        ] {
            assert!(!may_register(bad), "{bad}");
        }
        assert!(!may_register(&format!(
            "https://example.com/{}",
            "a".repeat(LONGEST)
        )));
    }

    #[test]
    fn an_answer_is_added_and_cannot_add_anything_else() {
        let answer = [("code", "a b&c=d#e"), ("state", "é")];
        assert_eq!(
            with_answer("http://127.0.0.1:1/cb", &answer),
            "http://127.0.0.1:1/cb?code=a+b%26c%3Dd%23e&state=%C3%A9"
        );
        assert_eq!(
            with_answer("https://a.example/cb?x=1", &[("code", "1")]),
            "https://a.example/cb?x=1&code=1"
        );
    }
}
