//! T68 to T70: forbidden addresses, as literals, as answers of name servers, as redirects.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign_domain::Fault;
use countersign_egress::{Egress, EgressError, EgressPolicy, Resolver, Url};

use crate::upstream::{KeepAlive, Names, Upstream, door, get, loopback_policy, public_policy, say};

/// Hosts as an attacker would write them.
const HOSTS: &[&str] = &[
    // Loopback, unspecified.
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "[::]",
    "[::1]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "a.localhost",
    "[0:0:0:0:0:0:0:1]",
    // Encodings of 127.0.0.1 and 169.254.169.254.
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.1",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "0x7f.1",
    "0x7f.0.0.0x1",
    "017700000001",
    "127.0.0.1.",
    "0x7F.0.1.",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "%31%32%37.0.0.1",
    "%31%32%37%2e%30%2e%30%2e%31",
    "①②⑦.⓪.⓪.①",
    "127\u{3002}0\u{3002}0\u{3002}1",
    "①②⑦。0.0x0.%31",
    "ⓛocalhost",
    // IPv6 that carries IPv4.
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:0:a9fe:a9fe]",
    "[::ffff:0:7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2001::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[fe80::5efe:7f00:1]",
    "[2606:4700::5efe:7f00:1]",
    "[2606:4700::200:5efe:7f00:1]",
    // Private, shared, special.
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fc00::1]",
    "[fd00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    // Metadata.
    "169.254.169.254",
    "[fd00:ec2::254]",
    "169.254.170.2",
    "169.254.170.23",
    "[fd00:ec2::23]",
    "metadata.google.internal",
    "metadata.google.internal.",
    "[fd20:ce::254]",
    "168.63.129.16",
    "0xa83f8110",
    "[::ffff:168.63.129.16]",
    "100.100.100.200",
    "192.0.0.192",
    "169.254.0.23",
    "169.254.42.42",
    "[fd00:42::42]",
    "[fe80::a9fe:a9fe]",
    "metadata",
    "instance-data",
    // Clusters and neighbours.
    "10.96.0.1",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "postgres",
    "redis",
    "vault.internal",
    "printer.local",
    "router.lan",
    "nas.home.arpa",
];

/// Addresses a name server might answer with.
const ANSWERS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.2",
    "0.0.0.0",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "::ffff:0:7f00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2001::1",
    "fe80::5efe:7f00:1",
    "2606:4700::5efe:7f00:1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "169.254.170.2",
    "169.254.170.23",
    "fd00:ec2::23",
    "fd20:ce::254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "169.254.0.23",
    "169.254.42.42",
    "fd00:42::42",
    "fe80::a9fe:a9fe",
    "10.96.0.1",
];

fn assert_refused(error: &EgressError, what: &str) {
    assert_eq!(error.code(), "destination_not_allowed", "{what}");
    assert_eq!(
        error.to_string(),
        "the destination is not allowed",
        "{what}"
    );
    assert!(!error.may_have_been_sent(), "{what}");
    assert!(std::error::Error::source(error).is_none(), "{what}");
}

#[tokio::test]
async fn a_forbidden_address_is_refused_however_it_is_written() {
    let canary = Upstream::canary().await;
    let egress = door(public_policy());
    let (mut refused, mut no_url) = (0, 0);
    for host in HOSTS {
        for scheme in ["http", "https"] {
            let text = format!("{scheme}://{host}:{}/", canary.port());
            if text.parse::<Url>().is_err() {
                // What is no URL cannot be sent; [`Fetch`] gives it the same refusal.
                no_url += 1;
                continue;
            }
            let error = egress.send(get(&text)).await.unwrap_err();
            assert_refused(&error, host);
            refused += 1;
        }
    }
    assert_eq!(canary.connections(), 0);
    assert_eq!(no_url, 4, "only zone ids are no URL at all");
    println!("T68 written hosts refused: N={refused}, not even URLs: {no_url}, connections: 0");
}

#[tokio::test]
async fn a_name_that_stands_for_a_forbidden_address_is_refused() {
    let canary = Upstream::canary().await;
    let public: IpAddr = "93.184.216.34".parse().unwrap();
    let mut names = Names::default();
    for (index, answer) in ANSWERS.iter().enumerate() {
        let bad: IpAddr = answer.parse().unwrap();
        names
            .0
            .insert(format!("alone{index}.example.com"), vec![bad]);
        names
            .0
            .insert(format!("first{index}.example.com"), vec![bad, public]);
        names.0.insert(
            format!("last{index}.example.com"),
            vec![public, public, bad],
        );
    }
    let hosts: Vec<String> = names.0.keys().cloned().collect();
    let egress = Egress::new(public_policy(), Arc::new(names)).unwrap();
    for host in &hosts {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/", canary.port());
            let error = egress.send(get(&url)).await.unwrap_err();
            assert_refused(&error, host);
        }
    }
    assert_eq!(canary.connections(), 0);
    println!(
        "T68 answers of name servers refused: N={}, connections: 0",
        hosts.len() * 2
    );
}

#[tokio::test]
async fn our_own_infrastructure_is_refused_by_address_and_by_name() {
    let canary = Upstream::canary().await;
    let mut names = Names::default();
    for (name, answer) in [
        ("db.example.com", "203.0.114.7"),
        ("db6.example.com", "64:ff9b::cb00:7207"),
    ] {
        names
            .0
            .insert(name.to_owned(), vec![answer.parse().unwrap()]);
    }
    let policy = EgressPolicy {
        denied: vec!["203.0.114.0/24".parse().unwrap()],
        denied_hosts: vec!["countersign.example.com".to_owned()],
        ..public_policy()
    };
    let egress = Egress::new(policy, Arc::new(names)).unwrap();
    for host in [
        "203.0.114.7",
        "db.example.com",
        "db6.example.com",
        "countersign.example.com",
    ] {
        let url = format!("http://{host}:{}/", canary.port());
        assert_refused(&egress.send(get(&url)).await.unwrap_err(), host);
    }
    assert_eq!(canary.connections(), 0);
}

/// Answers differently each time it is asked, as a rebinding name server does.
struct Rebinding {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolver for Rebinding {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[asked % self.answers.len()].clone())
    }
}

/// 127.0.0.1 plays the public address and 127.0.0.2 the private one, on the same port, so
/// that a connection to the wrong one would succeed and be counted.
#[tokio::test]
async fn a_name_that_changes_its_mind_never_reaches_the_private_address() {
    const TRIES: usize = 1000;
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
    let public = Upstream::that(vec![say(body)]).await;
    let private: IpAddr = "127.0.0.2".parse().unwrap();
    let canary = Upstream::on(private, public.port(), vec![say(body)], KeepAlive::No).await;
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let resolver = Arc::new(Rebinding {
        answers: vec![
            vec![ip("127.0.0.1")],
            vec![private],
            vec![ip("127.0.0.1"), private],
            vec![private, ip("127.0.0.1")],
            vec![ip("127.0.0.1"), ip("::ffff:127.0.0.2")],
            vec![ip("127.0.0.1"), ip("fd00:ec2::254")],
        ],
        asked: AtomicUsize::new(0),
    });
    let policy = EgressPolicy {
        denied: vec![private.into()],
        ..loopback_policy()
    };
    let egress = Egress::new(policy, Arc::clone(&resolver) as Arc<dyn Resolver>).unwrap();
    let url = format!("http://rebind.example.com:{}/", public.port());

    let (mut answered, mut refused) = (0, 0);
    for _ in 0..TRIES {
        match egress.send(get(&url)).await {
            Ok(answer) => {
                assert_eq!(answer.status, 200);
                answered += 1;
            }
            Err(error) => {
                assert_refused(&error, "rebinding");
                refused += 1;
            }
        }
    }

    assert_eq!(canary.connections(), 0);
    assert_eq!(public.connections(), answered);
    assert_eq!(
        resolver.asked.load(Ordering::SeqCst),
        TRIES,
        "one lookup per connection"
    );
    assert_eq!(answered, TRIES.div_ceil(6));
    println!(
        "T69 rebinding: N={TRIES} tries, {answered} answered by the checked address, {refused} refused, 0 to the private one"
    );
}

#[tokio::test]
async fn redirects_come_back_as_data_and_are_never_followed() {
    let canary = Upstream::canary().await;
    let port = canary.port();
    let inside = [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "//192.168.0.1/",
        "https://vault.internal/v1",
        "file:///etc/passwd",
        "https://u:p@example.com/",
        "http://[64:ff9b::a9fe:a9fe]/",
    ];
    let outside = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        "/again".to_owned(),
        "https://example.com/".to_owned(),
    ];
    let targets = inside
        .iter()
        .map(|t| ((*t).to_owned(), false))
        .chain(outside.into_iter().map(|t| (t, true)));
    let mut tried = 0;
    for (target, shown) in targets {
        for status in [301, 302, 303, 307, 308] {
            let head = format!(
                "HTTP/1.1 {status} Moved\r\nlocation: {target}\r\ncontent-length: 5\r\n\r\nmoved"
            );
            let upstream = Upstream::that(vec![say(head)]).await;
            let answer = door(loopback_policy())
                .send(get(&upstream.url("/")))
                .await
                .unwrap();
            assert_eq!((answer.status, &answer.body[..]), (status, &b"moved"[..]));
            assert_eq!(answer.header("location").is_some(), shown, "{target}");
            assert_eq!(upstream.connections(), 1);
            tried += 1;
        }
    }
    assert_eq!(canary.connections(), 0);
    println!("T70 redirects returned as data: N={tried}, followed: 0");
}
