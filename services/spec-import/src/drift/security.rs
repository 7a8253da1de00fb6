//! What an operation needs to be let in.
//!
//! Alternatives are matched by the names of their schemes; the order of anything means nothing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::Hash,
};

use countersign_domain::{
    drift::{Breaking, ChangeKind, SecuritySeverity},
    operation::{Scheme, SchemeUse, Security},
    text,
};

use super::{
    excerpts::VALUE,
    findings::{Findings, Found},
    place::list,
};

/// Compares requirements.
pub(super) fn compare(old: &Security, new: &Security, found: &mut Findings<'_>) {
    use Security::{AnyOf, Public, Undeclared};
    // What is as it was costs nothing, whatever the rest of the document has spent.
    if old == new {
        return;
    }
    let (code, text, breaking, severity) = match (old, new) {
        (AnyOf(old), AnyOf(new)) => return alternatives(old, new, found),
        (Undeclared, Undeclared) | (Public, Public) => return,
        (AnyOf(_), Public) => (
            "became_public",
            "Anybody is let in now, without any credential.",
            Breaking::No,
            SecuritySeverity::High,
        ),
        (AnyOf(_), Undeclared) => (
            "security_undeclared",
            "The document does not say any more what is needed to be let in.",
            Breaking::No,
            SecuritySeverity::High,
        ),
        (Undeclared, Public) => (
            "declared_public",
            "The document says now that anybody is let in.",
            Breaking::No,
            SecuritySeverity::High,
        ),
        (Public, Undeclared) => (
            "public_undeclared",
            "The document does not say any more that anybody is let in.",
            Breaking::No,
            SecuritySeverity::Low,
        ),
        (Public, AnyOf(_)) => (
            "became_protected",
            "A credential is needed now.",
            Breaking::Breaking,
            SecuritySeverity::Medium,
        ),
        (Undeclared, AnyOf(_)) => (
            "security_declared",
            "The document says now which credential is needed.",
            Breaking::Breaking,
            SecuritySeverity::Medium,
        ),
    };
    let all = |security: &Security| match security {
        AnyOf(all) => Some(list(&all.iter().map(|one| name(one)).collect::<Vec<_>>())),
        Public | Undeclared => None,
    };
    found.add(
        Found::new(ChangeKind::Security, code, text)
            .breaking(breaking)
            .security(severity)
            .values(all(old).as_deref(), all(new).as_deref()),
    );
}

type Alternative = Vec<SchemeUse>;

fn alternatives(old: &[Alternative], new: &[Alternative], found: &mut Findings<'_>) {
    if !found.budget.steps_for(bytes(old) + bytes(new)) {
        return found.add(
            Found::new(
                ChangeKind::Security,
                "comparison_cut",
                "What lets one in is too large to compare to the end.",
            )
            .breaking(Breaking::Potentially)
            .security(SecuritySeverity::High),
        );
    }
    // Where one scheme stands in several alternatives, each meets the one that asks for as much.
    let sides = Sides {
        pairs: Vec::new(),
        gone: each_once(old),
        added: each_once(new),
    };
    let mut sides = sides.pair(asked).pair(names);
    let mut same: Vec<Both<'_>> = Vec::new();
    for (one, other) in sides.pairs.drain(..) {
        same.extend(schemes(one, other));
    }
    let mut sides = sides.pair(kinds);
    for (one, other) in sides.pairs.drain(..) {
        same.extend(renamed(one, other, found));
    }
    for one in sides.gone {
        let text = format!("It cannot be called with {} any more.", name(one));
        found.add(
            Found::new(ChangeKind::Security, "security_alternative_removed", text)
                .breaking(Breaking::Breaking)
                .security(SecuritySeverity::Medium)
                .values(Some(&name(one)), None),
        );
    }
    // Where nothing is left of what was, it is the way in and not one more.
    let also = if same.is_empty() { "" } else { "also " };
    for one in sides.added {
        let (code, severity) = if one.is_empty() {
            ("security_became_optional", SecuritySeverity::High)
        } else {
            ("security_alternative_added", SecuritySeverity::Medium)
        };
        let text = format!("It can {also}be called with {}.", name(one));
        found.add(
            Found::new(ChangeKind::Security, code, text)
                .security(severity)
                .values(None, Some(&name(one))),
        );
    }
    for (one, other) in &same {
        kind_of_scheme(one, other, found);
        addresses(one, other, found);
    }
    for (one, other) in &same {
        scopes(one, other, found);
    }
}

/// The alternatives of both sides while they are paired.
struct Sides<'s> {
    pairs: Vec<(&'s Alternative, &'s Alternative)>,
    gone: Vec<&'s Alternative>,
    added: Vec<&'s Alternative>,
}

impl<'s> Sides<'s> {
    /// Pairs what is left over and has the same key on both sides, each key taken once.
    fn pair<K: Eq + Hash>(mut self, key: impl Fn(&'s [SchemeUse]) -> K) -> Self {
        let mut open: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (index, one) in self.added.iter().enumerate() {
            open.entry(key(one)).or_default().push_back(index);
        }
        let mut taken = vec![false; self.added.len()];
        for one in std::mem::take(&mut self.gone) {
            match open.get_mut(&key(one)).and_then(VecDeque::pop_front) {
                Some(index) => {
                    taken[index] = true;
                    self.pairs.push((one, self.added[index]));
                }
                None => self.gone.push(one),
            }
        }
        let mut taken = taken.into_iter();
        self.added.retain(|_| !taken.next().unwrap_or(false));
        self
    }
}

/// Alternatives without those that ask for the same as another.
fn each_once(all: &[Alternative]) -> Vec<&Alternative> {
    let mut known = HashSet::new();
    all.iter().filter(|one| known.insert(asked(one))).collect()
}

/// What has to be read of alternatives to compare them.
fn bytes(all: &[Alternative]) -> usize {
    let uses = all.iter().flatten();
    uses.map(|one| one.name.len() + one.scopes.iter().map(String::len).sum::<usize>())
        .sum()
}

/// One scheme as it was and as it is: its kind, addresses and scopes are left to compare.
type Both<'s> = (&'s SchemeUse, &'s SchemeUse);

fn schemes<'s>(old: &'s [SchemeUse], new: &'s [SchemeUse]) -> Vec<Both<'s>> {
    let by_name: HashMap<&str, &SchemeUse> = new
        .iter()
        .rev()
        .map(|one| (one.name.as_str(), one))
        .collect();
    let of_old = |one: &'s SchemeUse| Some((one, *by_name.get(one.name.as_str())?));
    old.iter().filter_map(of_old).collect()
}

/// Says that schemes have other names, and pairs those that have with one of their kind.
fn renamed<'s>(
    old: &'s [SchemeUse],
    new: &'s [SchemeUse],
    found: &mut Findings<'_>,
) -> Vec<Both<'s>> {
    let text = format!(
        "The credential is called {} instead of {}.",
        name(new),
        name(old)
    );
    found.add(
        Found::new(ChangeKind::Security, "security_scheme_renamed", text)
            .security(SecuritySeverity::Low)
            .values(Some(&name(old)), Some(&name(new))),
    );
    let mut pairs = schemes(old, new);
    let kept: HashSet<&str> = pairs.iter().map(|(one, _)| one.name.as_str()).collect();
    let [old, new] = [old, new].map(|all| {
        let left = all.iter().filter(|one| !kept.contains(one.name.as_str()));
        let mut left: Vec<&SchemeUse> = left.collect();
        left.sort_by_cached_key(|one| (kind(one.scheme.as_ref()), one.name.as_str()));
        left
    });
    pairs.extend(old.into_iter().zip(new));
    pairs
}

fn kind_of_scheme(old: &SchemeUse, new: &SchemeUse, found: &mut Findings<'_>) {
    let (before, after) = (kind(old.scheme.as_ref()), kind(new.scheme.as_ref()));
    if before != after {
        let text = format!("The security scheme {} is another kind now.", new.name);
        found.add(
            Found::new(ChangeKind::Security, "security_scheme_changed", text)
                .breaking(Breaking::Breaking)
                .security(SecuritySeverity::High)
                .values(Some(&before), Some(&after)),
        );
    }
}

/// Where tokens are asked for. What an earlier import did not keep, nobody can compare.
fn addresses(old: &SchemeUse, new: &SchemeUse, found: &mut Findings<'_>) {
    let (
        Some(Scheme::Oauth2 { addresses: before }),
        Some(Scheme::Oauth2 {
            addresses: Some(after),
        }),
    ) = (&old.scheme, &new.scheme)
    else {
        return;
    };
    let Some(before) = before else {
        let (code, name) = ("security_addresses_known", &new.name);
        let text = format!("Where tokens of {name} come from is compared from now on.");
        let known = Found::new(ChangeKind::Security, code, text).informing();
        return found.add(known.at(name));
    };
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = |place: &&String| before.get(*place) != after.get(*place);
    let places: Vec<String> = places.into_iter().filter(differ).cloned().collect();
    let of = |all: &BTreeMap<String, String>| -> Vec<String> {
        let there = places
            .iter()
            .filter_map(|place| Some((place, all.get(place)?)));
        let named = there.map(|(place, url)| match places.len() {
            1 => url.clone(),
            _ => format!("{place}: {url}"),
        });
        named.collect()
    };
    let (gone, now) = (of(before), of(after));
    let (code, what, severity) = match (gone.is_empty(), now.is_empty()) {
        (true, true) => return,
        (true, false) => ("security_address_added", "new", SecuritySeverity::Medium),
        (false, true) => ("security_address_removed", "gone", SecuritySeverity::Medium),
        (false, false) => (
            "security_address_changed",
            "another",
            SecuritySeverity::High,
        ),
    };
    let place = match places.as_slice() {
        [place] => format!("{}.{place}", new.name),
        _ => new.name.clone(),
    };
    let same = gone.len() == now.len() && before.values().eq(after.values());
    let text = match places.as_slice() {
        [_] => format!("{place}: the address for tokens is {what}."),
        _ if same => format!("{place}: tokens come from the same address by another flow."),
        all => format!("{place}: the addresses for tokens differ: {}.", list(all)),
    };
    found.add(
        Found::new(ChangeKind::Security, code, text)
            .security(severity)
            .at(&place)
            .values(listed(gone).as_deref(), listed(now).as_deref()),
    );
}

fn scopes(old: &SchemeUse, new: &SchemeUse, found: &mut Findings<'_>) {
    let set = |one: &SchemeUse| one.scopes.iter().cloned().collect::<BTreeSet<String>>();
    let (before, after) = (set(old), set(new));
    for scopes in whole(after.difference(&before)) {
        let text = format!("It needs more permissions now: {scopes}.");
        found.add(
            Found::new(ChangeKind::Scopes, "scope_added", text)
                .breaking(Breaking::Breaking)
                .security(SecuritySeverity::Medium)
                .at(&new.name)
                .values(None, Some(&scopes)),
        );
    }
    for scopes in whole(before.difference(&after)) {
        let text = format!("It does not need these permissions any more: {scopes}.");
        found.add(
            Found::new(ChangeKind::Scopes, "scope_removed", text)
                .security(SecuritySeverity::Medium)
                .at(&new.name)
                .values(Some(&scopes), None),
        );
    }
}

/// All of them, in as many lists as it takes to show each one.
fn whole<'s>(all: impl Iterator<Item = &'s String>) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for one in all {
        let one = text::strip(one, VALUE);
        match lists.last_mut() {
            Some(list) if list.chars().count() + one.chars().count() + 2 <= VALUE => {
                list.push_str(", ");
                list.push_str(&one);
            }
            Some(_) | None => lists.push(one),
        }
    }
    lists
}

/// One text as it is, or some as a list, each once; nothing where there is none.
fn listed(all: impl IntoIterator<Item = String>) -> Option<String> {
    let mut all: Vec<String> = all.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(list(all)),
    }
}

fn names(alternative: &[SchemeUse]) -> BTreeSet<&str> {
    alternative.iter().map(|one| one.name.as_str()).collect()
}

/// The names with the scopes.
fn asked(alternative: &[SchemeUse]) -> BTreeSet<(&str, BTreeSet<&str>)> {
    let uses = alternative.iter();
    uses.map(|one| {
        let scopes = one.scopes.iter().map(String::as_str);
        (one.name.as_str(), scopes.collect())
    })
    .collect()
}

fn kinds(alternative: &[SchemeUse]) -> Vec<String> {
    let mut all: Vec<String> = alternative
        .iter()
        .map(|one| kind(one.scheme.as_ref()))
        .collect();
    all.sort_unstable();
    all
}

/// An alternative in words.
fn name(alternative: &[SchemeUse]) -> String {
    let names: Vec<&str> = alternative.iter().map(|one| one.name.as_str()).collect();
    if names.is_empty() {
        return "no credential".to_owned();
    }
    names.join(" and ")
}

/// A scheme in words.
fn kind(scheme: Option<&Scheme>) -> String {
    match scheme {
        None => "not defined".to_owned(),
        Some(Scheme::ApiKeyHeader { name }) => format!("a key in the header {name}"),
        Some(Scheme::ApiKeyQuery { name }) => format!("a key in the query parameter {name}"),
        Some(Scheme::ApiKeyCookie { name }) => format!("a key in the cookie {name}"),
        Some(Scheme::Bearer) => "a bearer token".to_owned(),
        Some(Scheme::Basic) => "a user name and password".to_owned(),
        Some(Scheme::Oauth2 { .. }) => "OAuth 2".to_owned(),
        Some(Scheme::Other { what }) => what.clone(),
    }
}
