//! What an operation needs to be let in.
//!
//! Alternatives are matched by the names of their schemes; the order of anything means nothing.

use std::collections::BTreeSet;

use countersign_domain::{
    drift::{Breaking, ChangeKind, SecuritySeverity},
    operation::{Scheme, SchemeUse, Security},
};

use super::{
    findings::{Findings, Found},
    place::list,
};

/// Compares requirements.
pub(super) fn compare(old: &Security, new: &Security, found: &mut Findings<'_>) {
    use Security::{AnyOf, Public, Undeclared};
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
    let mut open: Vec<&Alternative> = new.iter().collect();
    let (mut others, mut gone) = (Vec::new(), Vec::new());
    // Where one scheme stands in several alternatives, each meets the one that asks for as much.
    for one in old {
        match open.iter().position(|other| asked(one) == asked(other)) {
            Some(index) => matched(one, open.remove(index), found),
            None => others.push(one),
        }
    }
    for one in others {
        match open.iter().position(|other| names(one) == names(other)) {
            Some(index) => matched(one, open.remove(index), found),
            None => gone.push(one),
        }
    }
    let mut removed = Vec::new();
    for one in gone {
        match open.iter().position(|other| kinds(one) == kinds(other)) {
            Some(index) => renamed(one, open.remove(index), found),
            None => removed.push(one),
        }
    }
    for one in removed {
        let text = format!("It cannot be called with {} any more.", name(one));
        found.add(
            Found::new(ChangeKind::Security, "security_alternative_removed", text)
                .breaking(Breaking::Breaking)
                .security(SecuritySeverity::Medium)
                .values(Some(&name(one)), None),
        );
    }
    for one in open {
        let (code, severity) = if one.is_empty() {
            ("security_became_optional", SecuritySeverity::High)
        } else {
            ("security_alternative_added", SecuritySeverity::Medium)
        };
        let text = format!("It can also be called with {}.", name(one));
        found.add(
            Found::new(ChangeKind::Security, code, text)
                .security(severity)
                .values(None, Some(&name(one))),
        );
    }
}

/// The same schemes on both sides: their kinds, addresses and scopes are left.
fn matched(old: &[SchemeUse], new: &[SchemeUse], found: &mut Findings<'_>) {
    for one in old {
        let Some(other) = new.iter().find(|other| other.name == one.name) else {
            continue;
        };
        if kind(one.scheme.as_ref()) != kind(other.scheme.as_ref()) {
            let text = format!("The security scheme {} is another kind now.", one.name);
            let (before, after) = (kind(one.scheme.as_ref()), kind(other.scheme.as_ref()));
            found.add(
                Found::new(ChangeKind::Security, "security_scheme_changed", text)
                    .breaking(Breaking::Breaking)
                    .security(SecuritySeverity::High)
                    .values(Some(&before), Some(&after)),
            );
        }
        addresses(one, other, found);
        scopes(one, other, found);
    }
}

fn renamed(old: &[SchemeUse], new: &[SchemeUse], found: &mut Findings<'_>) {
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
    if let ([one], [other]) = (old, new) {
        addresses(one, other, found);
        scopes(one, other, found);
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
        return found.add(Found::new(ChangeKind::Security, code, text).at(name));
    };
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for place in places {
        let (one, other) = (before.get(place), after.get(place));
        let (code, what, severity) = match (one, other) {
            (one, other) if one == other => continue,
            (Some(_), Some(_)) => (
                "security_address_changed",
                "another",
                SecuritySeverity::High,
            ),
            (None, _) => ("security_address_added", "new", SecuritySeverity::Medium),
            (_, None) => ("security_address_removed", "gone", SecuritySeverity::Medium),
        };
        let place = format!("{}.{place}", new.name);
        let text = format!("{place}: the address for tokens is {what}.");
        found.add(
            Found::new(ChangeKind::Security, code, text)
                .security(severity)
                .at(&place)
                .values(one.map(String::as_str), other.map(String::as_str)),
        );
    }
}

fn scopes(old: &SchemeUse, new: &SchemeUse, found: &mut Findings<'_>) {
    let set = |one: &SchemeUse| one.scopes.iter().cloned().collect::<BTreeSet<String>>();
    let (before, after) = (set(old), set(new));
    for scope in after.difference(&before) {
        let text = format!("It needs the permission {scope} now.");
        found.add(
            Found::new(ChangeKind::Scopes, "scope_added", text)
                .breaking(Breaking::Breaking)
                .security(SecuritySeverity::Medium)
                .at(&new.name)
                .values(None, Some(scope)),
        );
    }
    for scope in before.difference(&after) {
        let text = format!("It does not need the permission {scope} any more.");
        found.add(
            Found::new(ChangeKind::Scopes, "scope_removed", text)
                .security(SecuritySeverity::Medium)
                .at(&new.name)
                .values(Some(scope), None),
        );
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
