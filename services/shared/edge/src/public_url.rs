//! The address people and agents know us by. Links are built from it, never from a request.

use std::{net::IpAddr, str::FromStr};

use url::{Host, Url};

/// The origin that this deployment is reached at: `https`, or `http` on this machine only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// The text is not an origin we can be reached at safely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public URL must be an https origin, or http on a loopback address, with no path")]
pub struct InvalidPublicUrl;

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPublicUrl> {
        let url = Url::parse(text).map_err(|_| InvalidPublicUrl)?;
        let safe = match url.scheme() {
            "https" => url.has_host(),
            "http" => url.host().is_some_and(|host| is_loopback(&host)),
            _ => false,
        };
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if safe && bare {
            Ok(Self(url))
        } else {
            Err(InvalidPublicUrl)
        }
    }
}

impl PublicUrl {
    /// The origin as browsers write it: no path, no default port, no slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// An absolute link to a path of ours; the path starts with a slash.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        debug_assert!(path.starts_with('/'));
        format!("{}{path}", self.origin())
    }

    /// Says whether browsers reach us by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Says whether a `Host` header names us. A browser that was told another name for our
    /// address (DNS rebinding) sends that other name.
    #[must_use]
    pub fn is_our_host(&self, header: &str) -> bool {
        let written = format!("{}://{header}/", self.0.scheme());
        !header.contains(['/', '\\', '@', '?', '#'])
            && Url::parse(&written).is_ok_and(|url| url.origin() == self.0.origin())
    }

    /// Says whether an `Origin` header is our own.
    #[must_use]
    pub fn is_our_origin(&self, header: &str) -> bool {
        header == self.origin()
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_can_be_our_address() {
        for good in [
            "https://countersign.example",
            "https://example.com:8443/",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(good.parse::<PublicUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://countersign.example",
            "http://10.0.0.1",
            "https://example.com/app",
            "https://user@example.com",
            "https://example.com/?a",
            "ftp://localhost",
            "localhost",
            "",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_our_own_name_is_our_host() {
        let url: PublicUrl = "https://countersign.example".parse().unwrap();
        for ours in [
            "countersign.example",
            "countersign.example:443",
            "Countersign.Example",
        ] {
            assert!(url.is_our_host(ours), "{ours}");
        }
        for other in [
            "evil.example",
            "countersign.example:80",
            "countersign.example.evil.example",
            "evil@countersign.example",
            "countersign.example/x",
            "127.0.0.1",
            "",
        ] {
            assert!(!url.is_our_host(other), "{other}");
        }
        assert!(url.is_our_origin("https://countersign.example"));
        assert!(!url.is_our_origin("null"));
        assert!(!url.is_our_origin("http://countersign.example"));
    }
}
