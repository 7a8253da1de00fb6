//! What is another operation's address, and what is free.

use super::*;

const BASE: &str = "https://api.example.com/v1";

/// The parameter of `own` that makes what is sent the address of `other`.
fn taken(own: &str, other: &str, sent: &str) -> Option<String> {
    let base: Url = BASE.parse().unwrap();
    let both = [own, other].map(|path| (Method::Get, path, [].as_slice()));
    let url = format!("{BASE}{sent}").parse().unwrap();
    let addresses = Addresses::of(&base, both);
    assert_eq!(addresses.taken(Method::Post, (&base, own), &url), None);
    let taken = addresses.taken(Method::Get, (&base, own), &url);
    taken.map(|taken| taken.name)
}

#[test]
fn what_another_operation_says_in_words_is_not_left_to_an_argument() {
    let rows = [
        ("/a/{id}", "/a/purge", "/a/purge"),
        ("/a/{id}", "/A/Purge/", "/a/pURGe"),
        ("/a/{id}", "/a/purge", "/a/purge%3Bv%3D1"),
        ("/a/{id}", "/a/purge", "/a/%2570urge"),
        ("/a/{id}", "/a/purge", "/a/purge%3Fx"),
        ("/a/{id}", "/a/purge", "/a/purge%23"),
        ("/a/{id}", "/a/purge", "/a/purge%2F"),
        ("/a/{id}", "/a/purge", "/a/%2Fpurge"),
        ("/a/{id}", "/a/purge", "/a/%EF%BC%8Fpurge"),
        ("/a/{id}", "/a/sch\u{f6}n", "/a/SCH%C3%96N"),
        ("/a/{id}", "/a/{other}/purge", "/a/7%2Fpurge"),
        ("/a/{id}", "/a/{other}/purge", "/a/7%5Cpurge"),
        ("/a/{id}", "/a/{other}:purge", "/a/7%3Apurge"),
        ("/a/{id}.json", "/a/all.json", "/a/all.json"),
        ("/a/{id}", "/a/purge", "/a/Purge.JSON"),
        ("/a/{id}", "/a/purge", "/a/purge%2Exml%3Bx"),
        ("/a/{id}", "/a/{other}/purge", "/a/7%2Fpurge.json"),
        ("/a/{id}", "/a/purge", "/a/purge.x_1"),
        ("/a/{id}", "/a/purge", "/a/purge.a~b"),
        ("/a/{id}", "/a/purge", "/a/purge.a%252Eb"),
        ("/a/{id}", "/a/purge", "/a/purge.a%2Fb"),
        ("/a/{id}", "/a/v1.2", "/a/v1.2.json"),
        ("/a/{id}", "/a/purge;all", "/a/purge%3Ball"),
        ("/a/{id}", "/a/{x};purge", "/a/7%3Bpurge"),
        ("/a/{id}.json", "/a/all", "/a/all.json"),
        ("/a/{id}.{format}", "/a/all", "/a/all.json"),
        ("/a/{id}:publish", "/a/all", "/a/all%3Bx:publish"),
        (
            "/a/{id}/notifications",
            "/a/purge/{from}/{to}",
            "/a/purge%2Fall/notifications",
        ),
        (
            "/a/{id}/notifications",
            "/a/notifications/{x}/{y}",
            "/a/notifications%2F5/notifications",
        ),
        ("/a/{id}/b/{x}", "/a/b/{y}/{z}/{w}", "/a/b%2F1/b/7"),
        ("/{t}/{id}", "/{t}/purge", "/;t=1/purge%3Bx"),
        ("/a/{id}", "/a", "/a/%20%3Bx"),
        ("/a?id={x}", "/a?id", "/a?id=1"),
        ("/a/{id}", "/a", "/a/%2F"),
        ("/a/{id}", "/a", "/a/%3Bx"),
        ("/a/{id}/b", "/a/b", "/a/%2F/b"),
        ("/a/{id}/{y}", "/a/purge/all", "/a/purge/all"),
        ("/a/{id}/b", "/a/me/{x}", "/a/me/b"),
        ("/a?id={x}", "/a?id=purge", "/a?id=purge"),
        ("/a?id={x}", "/a?id=purge", "/a?z=1&ID=Pur%2567e"),
    ];
    for (own, other, sent) in rows {
        assert_eq!(
            taken(own, other, sent).as_deref(),
            Some("id"),
            "{own} {other} {sent}"
        );
    }
    println!("N = {} addresses of another operation", rows.len());
}

#[test]
fn another_operation_is_wherever_one_of_its_servers_is() {
    let base: Url = BASE.parse().unwrap();
    let server = |url: &str| Server {
        url: url.to_owned(),
        description: String::new(),
    };
    let servers = ["/v1/x", "/v1/b"].map(server);
    let both = [
        (Method::Get, "/wipe", servers.as_slice()),
        (Method::Get, "/b/{id}", &[]),
    ];
    let addresses = Addresses::of(&base, both);
    let url = format!("{BASE}/b/wipe").parse().unwrap();
    let taken = addresses.taken(Method::Get, (&base, "/b/{id}"), &url);
    assert_eq!(taken.unwrap().name, "id");
}

#[test]
fn what_is_escaped_in_the_pinned_address_hides_no_neighbour() {
    let base: Url = "https://api.example.com/projects/group%2Fproject"
        .parse()
        .unwrap();
    let own = "/issues/{id}";
    for (other, sent) in [
        ("/issues/{id}/purge", "7%2Fpurge"),
        ("/issues/purge", "purge"),
    ] {
        let both = [own, other].map(|path| (Method::Get, path, [].as_slice()));
        let url = format!("{base}/issues/{sent}").parse().unwrap();
        let addresses = Addresses::of(&base, both);
        let taken = addresses.taken(Method::Get, (&base, own), &url);
        assert_eq!(
            taken.map(|taken| taken.name).as_deref(),
            Some("id"),
            "{sent}"
        );
    }
}

#[test]
fn what_is_left_open_by_both_is_free() {
    let rows = [
        ("/a/{id}", "/a/{other}", "/a/purge"),
        ("/a/{id}", "/a/{x}/{y}", "/a/7%2F8"),
        ("/a/{id}/b", "/a/{x}/{y}/b", "/a/7%2F8/b"),
        ("/a/{x}/b/{id}", "/a/{x}/b/{y}/{z}", "/a/1/b/7%2F8"),
        ("/a/{id}", "/a/purge", "/a/purged"),
        ("/a/{id}", "/a/purge", "/a/7"),
        ("/a/{id}", "/a", "/a/%23rust"),
        ("/a/{id}/b", "/a/b", "/a/%3F12/b"),
        ("/a/{id}", "/a?id=x", "/a/%3Bx"),
        ("/a/{id}.json", "/a/{other}", "/a/7.json"),
        ("/a/{id}/b.json", "/a/{other}/b", "/a/7/b.json"),
        ("/a.{format}", "/a", "/a.json"),
        ("/a/{id}", "/a", "/a/7"),
        ("/a/{id}", "/a", "/a/;id=7"),
        ("/a/{id}", "/a", "/a/;id=%207"),
        ("/a/{id}:purge", "/a/{id}", "/a/7:purge"),
        ("/a/{id}:purge", "/a/{id}:{verb}", "/a/7:purge"),
        ("/a/{id}", "/a/{other}:purge", "/a/%3Apurge"),
        ("/a/{x}/{y}", "/a/purge/all", "/a/purge/7"),
        ("/a/purge", "/a/{id}", "/a/purge"),
        ("/a", "/a?id=purge", "/a"),
        ("/a?id=purge", "/a", "/a?id=purge"),
        ("/a?id=purge&x={x}", "/a?id=purge", "/a?id=purge&x=1"),
    ];
    for (own, other, sent) in rows {
        assert_eq!(taken(own, other, sent), None, "{own} {other} {sent}");
    }
    println!("N = {} addresses of nobody else", rows.len());
}
