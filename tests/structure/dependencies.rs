//! Dependencies point one way.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::text::walk;

/// What each of our crates may depend on; nothing else of ours.
const MAY: [(&str, &[&str]); 22] = [
    ("domain", &[]),
    ("migrations", &[]),
    ("access", &["domain"]),
    ("store", &["domain", "access", "migrations"]),
    ("queue", &["domain", "access", "store"]),
    ("vault", &["domain", "access", "store"]),
    ("egress", &["domain"]),
    ("edge", &["domain", "access", "store"]),
    ("telemetry", &["domain"]),
    ("testkit", &["domain", "access", "store", "migrations"]),
    ("accounts", &["domain", "access", "store"]),
    (
        "oauth-server",
        &["domain", "access", "store", "edge", "queue"],
    ),
    (
        "spec-import",
        &["domain", "access", "store", "queue", "egress"],
    ),
    ("tool-registry", &["domain", "access", "store", "queue"]),
    (
        "secret-injection",
        &["domain", "access", "store", "vault", "egress"],
    ),
    ("approvals", &["domain", "access", "store", "queue"]),
    ("reporting", &["domain", "access", "store", "queue"]),
    (
        "mcp-gateway",
        &[
            "domain",
            "access",
            "store",
            "queue",
            "edge",
            "tool-registry",
            "approvals",
            "secret-injection",
            "reporting",
        ],
    ),
    ("graphql", FRONT),
    ("dashboard", FRONT),
    ("tests", ANY),
    ("fuzz", &["domain", "secret-injection", "spec-import"]),
];

/// The fronts see every service, and no way around one.
const FRONT: &[&str] = &[
    "domain",
    "access",
    "store",
    "edge",
    "accounts",
    "oauth-server",
    "spec-import",
    "tool-registry",
    "secret-injection",
    "approvals",
    "reporting",
];

/// The binary wires everything, and the tests look at everything.
const ANY: &[&str] = &["*"];

/// Crates that only these of ours may depend on directly.
const GUARDED: [(&str, &[&str]); 5] = [
    ("sea-orm", &["store"]),
    ("reqwest", &["egress"]),
    ("askama", &["dashboard"]),
    ("async-graphql", &["graphql"]),
    ("argon2", &["accounts"]),
];

fn short(name: &str) -> &str {
    name.strip_prefix("countersign-").unwrap_or(name)
}

#[test]
fn dependencies_point_one_way() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let table: BTreeMap<&str, &[&str]> = MAY.into_iter().collect();
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let mut edges = 0;
    for package in &metadata.packages {
        let from = short(&package.name);
        if from == "countersign" {
            continue;
        }
        let may = table
            .get(from)
            .unwrap_or_else(|| panic!("{from} is not in the table"));
        let normal = package
            .dependencies
            .iter()
            .filter(|to| to.kind == DependencyKind::Normal);
        for to in normal {
            let guarded = GUARDED.iter().find(|(name, _)| *name == to.name);
            if let Some((name, by)) = guarded {
                assert!(by.contains(&from), "{from} may not depend on {name}");
            }
            if ours.contains(&to.name) {
                let to = short(&to.name);
                assert!(
                    may.contains(&to) || *may == ANY,
                    "{from} may not depend on {to}"
                );
                edges += 1;
            }
        }
    }
    println!(
        "{} crates, {edges} edges, all the right way",
        metadata.packages.len()
    );
}

#[test]
fn every_dependency_is_declared_once_in_the_workspace() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for package in &metadata.packages {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let own: Vec<&str> = manifest
            .lines()
            .skip_while(|line| !line.contains("dependencies]"))
            .filter(|line| line.contains('=') && !line.contains("workspace = true"))
            .filter(|line| !line.trim_start().starts_with(['#', '[']))
            .collect();
        assert!(
            own.is_empty(),
            "{} declares {own:?} itself, not in {root}/Cargo.toml",
            package.name
        );
    }
}

#[test]
fn every_crate_uses_what_it_declares() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let mut declared = 0;
    for package in &metadata.packages {
        let folder = package.manifest_path.parent().unwrap();
        let mut text = String::new();
        for target in &package.targets {
            let inside = target.src_path.starts_with(folder);
            let room = if inside {
                folder
            } else {
                target.src_path.parent().unwrap()
            };
            walk(room.as_std_path(), &mut |path| {
                if path
                    .extension()
                    .is_some_and(|end| end == "rs" || end == "html")
                {
                    text.push_str(&std::fs::read_to_string(path).unwrap());
                }
            });
        }
        for dependency in &package.dependencies {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            let name = name.replace('-', "_");
            let mut found = text.match_indices(&name);
            let is_word = |at: usize| {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
            };
            assert!(
                found.any(|(at, _)| is_word(at)),
                "{} declares {name} and does not use it",
                package.name
            );
            declared += 1;
        }
    }
    println!("{declared} declared dependencies, all used");
}
