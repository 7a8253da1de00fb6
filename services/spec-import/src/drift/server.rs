//! Where an operation lives.

use countersign_domain::{
    drift::{Breaking, ChangeKind, SecuritySeverity},
    operation::Server,
};

use super::{
    findings::{Findings, Found},
    place::list,
};

/// The addresses of servers, in their order.
pub(super) fn places(servers: &[Server]) -> Vec<String> {
    servers.iter().map(Server::place).collect()
}

/// Compares servers by where they are. One that is exchanged for one other has moved.
pub(super) fn compare(old: &[Server], new: &[Server], found: &mut Findings<'_>) {
    let without = |some: &[Server], others: &[Server]| -> Vec<Server> {
        let others = places(others);
        let is_new = |one: &&Server| !others.contains(&one.place());
        some.iter().filter(is_new).cloned().collect()
    };
    let (gone, added) = (without(old, new), without(new, old));
    if let ([one], [other]) = (gone.as_slice(), added.as_slice()) {
        let text = format!("It lives at {} instead of {}.", name(other), name(one));
        found.add(
            Found::new(ChangeKind::Server, "server_changed", text)
                .breaking(Breaking::Breaking)
                .security(SecuritySeverity::High)
                .values(Some(&one.url), Some(&other.url)),
        );
    } else {
        for one in &gone {
            let text = format!("It does not live at {} any more.", name(one));
            found.add(
                Found::new(ChangeKind::Server, "server_removed", text)
                    .breaking(Breaking::Breaking)
                    .security(SecuritySeverity::Medium)
                    .values(Some(&one.url), None),
            );
        }
        for one in &added {
            let text = format!("It lives at {} as well.", name(one));
            found.add(
                Found::new(ChangeKind::Server, "server_added", text)
                    .security(SecuritySeverity::Medium)
                    .values(None, Some(&one.url)),
            );
        }
    }
    described(old, new, found);
}

/// An address as people read it.
fn name(server: &Server) -> &str {
    match server.url.as_str() {
        "" => "an empty address",
        url => url,
    }
}

/// Compares the order of an operation's own servers, of which the first that a connection covers
/// is called.
pub(super) fn order(old: &[Server], new: &[Server], found: &mut Findings<'_>) {
    let (before, after) = (places(old), places(new));
    let is_same_set = before.iter().all(|url| after.contains(url)) && before.len() == after.len();
    if before != after && is_same_set {
        let text = "Its servers stand in another order, and the first that fits is called.";
        found.add(
            Found::new(ChangeKind::Server, "server_order_changed", text)
                .breaking(Breaking::Potentially)
                .security(SecuritySeverity::High)
                .values(Some(&list(&before)), Some(&list(&after))),
        );
    }
}

fn described(old: &[Server], new: &[Server], found: &mut Findings<'_>) {
    for one in old {
        let here = one.place();
        let mut there = new.iter().filter(|other| other.place() == here).peekable();
        let Some(other) = there.peek().copied() else {
            continue;
        };
        if there.all(|other| one.description != other.description) {
            let text = format!("The server {} is described differently.", one.url);
            found.add(
                Found::new(ChangeKind::Server, "server_description_changed", text)
                    .informing()
                    .values(Some(&one.description), Some(&other.description)),
            );
        }
    }
}
