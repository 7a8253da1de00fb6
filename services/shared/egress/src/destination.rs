//! Whether a URL may be a destination at all, before any name is looked up.

use std::net::IpAddr;

use url::{Host, Url};

use crate::policy::{EgressPolicy, Loopback, PlainHttp};

/// Ports from 1024 up that belong to services which do not speak HTTP, or whose HTTP is the
/// control of a machine. Below 1024 only 80 and 443 are allowed.
const DENIED_PORTS: [u16; 40] = [
    1080, 1099, 1433, 1434, 1521, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3268, 3269, 3306,
    3389, 4369, 5060, 5061, 5432, 5433, 5671, 5672, 5900, 5985, 5986, 6000, 6379, 6380, 6667, 9042,
    9092, 10250, 10255, 11211, 26379, 27017, 27018, 27019,
];

/// Names that lead inside whatever network resolves them, whatever they resolve to.
const INSIDE_NAMES: [&str; 13] = [
    "internal",
    "local",
    "localdomain",
    "localhost",
    "lan",
    "home",
    "corp",
    "private",
    "intranet",
    "home.arpa",
    "svc",
    "onion",
    "alt",
];

/// A URL that passed every check that can be made without looking a name up.
pub(crate) struct Destination(Url);

impl Destination {
    /// Checks a URL against a policy; also puts it in its one form: no fragment, no trailing dot.
    pub(crate) fn admit(mut url: Url, policy: &EgressPolicy, plain: PlainHttp) -> Option<Self> {
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        drop_trailing_dot(&mut url)?;
        url.set_fragment(None);
        let here = match url.host()? {
            Host::Ipv4(v4) => admit_address(IpAddr::V4(v4), policy)?,
            Host::Ipv6(v6) => admit_address(IpAddr::V6(v6), policy)?,
            Host::Domain(name) => admit_name(name, policy)?,
        };
        let scheme_is_allowed = match (url.scheme(), plain) {
            ("https", _) | ("http", PlainHttp::Allowed) => true,
            ("http", PlainHttp::ToLoopback) => here == Here::Yes,
            _ => false,
        };
        let port = url.port_or_known_default()?;
        (scheme_is_allowed && port_is_allowed(port, policy)).then_some(Self(url))
    }

    pub(crate) fn into_url(self) -> Url {
        self.0
    }
}

/// Whether a host is this machine.
#[derive(PartialEq, Eq)]
enum Here {
    Yes,
    No,
}

fn admit_address(address: IpAddr, policy: &EgressPolicy) -> Option<Here> {
    let here = if address.is_loopback() {
        Here::Yes
    } else {
        Here::No
    };
    policy.allows_address(address).then_some(here)
}

fn admit_name(name: &str, policy: &EgressPolicy) -> Option<Here> {
    if policy
        .denied_hosts
        .iter()
        .any(|denied| is_or_below(name, denied))
    {
        return None;
    }
    if is_localhost(name) {
        return (policy.loopback == Loopback::Allowed).then_some(Here::Yes);
    }
    let single_label = !name.contains('.');
    let empty_label = name.split('.').any(str::is_empty);
    let inside = INSIDE_NAMES.iter().any(|suffix| is_or_below(name, suffix));
    (!single_label && !empty_label && !inside).then_some(Here::No)
}

/// Says whether a name means this machine by definition (RFC 6761 section 6.3).
pub(crate) fn is_localhost(name: &str) -> bool {
    is_or_below(name, "localhost")
}

fn is_or_below(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// `example.com.` and `example.com` are one host; only the latter matches certificates.
fn drop_trailing_dot(url: &mut Url) -> Option<()> {
    let Some(shorter) = url.domain().and_then(|name| name.strip_suffix('.')) else {
        return Some(());
    };
    let shorter = shorter.to_owned();
    url.set_host(Some(&shorter)).ok()
}

fn port_is_allowed(port: u16, policy: &EgressPolicy) -> bool {
    let ordinary = matches!(port, 80 | 443) || port >= 1024;
    ordinary && !DENIED_PORTS.contains(&port) && !policy.denied_ports.contains(&port)
}

#[cfg(test)]
mod tests {
    use super::{Destination, PlainHttp};
    use crate::policy::{EgressPolicy, Loopback};

    fn admitted(text: &str, policy: &EgressPolicy) -> Option<String> {
        let url = text.parse().ok()?;
        Destination::admit(url, policy, policy.plain_http)
            .map(|destination| destination.into_url().into())
    }

    #[test]
    fn an_ordinary_destination_is_put_in_its_one_form() {
        let policy = EgressPolicy::default();
        for (written, one_form) in [
            (
                "https://API.Example.com./v1?q=1#part",
                "https://api.example.com/v1?q=1",
            ),
            ("https://api.example.com:443/", "https://api.example.com/"),
            (
                "https://api.example.com:8443/",
                "https://api.example.com:8443/",
            ),
            ("https://8.8.8.8/", "https://8.8.8.8/"),
            ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ] {
            assert_eq!(admitted(written, &policy).as_deref(), Some(one_form));
        }
    }

    #[test]
    fn plain_http_goes_only_where_the_policy_says() {
        let mut policy = EgressPolicy {
            loopback: Loopback::Allowed,
            ..EgressPolicy::default()
        };
        for (plain_http, to_loopback, to_others) in [
            (PlainHttp::Refused, false, false),
            (PlainHttp::ToLoopback, true, false),
            (PlainHttp::Allowed, true, true),
        ] {
            policy.plain_http = plain_http;
            for url in [
                "http://127.0.0.1:8080/",
                "http://[::1]:8080/",
                "http://localhost:8080/",
            ] {
                assert_eq!(admitted(url, &policy).is_some(), to_loopback, "{url}");
            }
            assert_eq!(
                admitted("http://api.example.com/", &policy).is_some(),
                to_others
            );
            assert_eq!(admitted("http://8.8.8.8/", &policy).is_some(), to_others);
            assert!(admitted("http://10.0.0.1/", &policy).is_none());
        }
    }

    #[test]
    fn our_own_hosts_addresses_and_ports_are_refused_even_on_loopback() {
        let policy = EgressPolicy {
            loopback: Loopback::Allowed,
            plain_http: PlainHttp::Allowed,
            denied: vec![
                "203.0.114.0/24".parse().unwrap(),
                "127.0.0.9".parse().unwrap(),
            ],
            denied_hosts: vec!["countersign.example.com".to_owned()],
            denied_ports: vec![8080],
            ..EgressPolicy::default()
        };
        for url in [
            "https://countersign.example.com/",
            "https://COUNTERSIGN.example.com./",
            "https://a.countersign.example.com/",
            "https://203.0.114.5/",
            "https://[::ffff:203.0.114.5]/",
            "https://[64:ff9b::cb00:7205]/",
            "https://[2606:4700::5efe:cb00:7205]/",
            "http://127.0.0.9/",
            "http://127.0.0.1:8080/",
        ] {
            assert!(admitted(url, &policy).is_none(), "{url}");
        }
        assert!(admitted("https://notcountersign.example.com/", &policy).is_some());
    }
}
