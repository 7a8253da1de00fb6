//! Dependencies point one way.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::text::walk;

/// What each of our crates depends on, of ours: no less, and nothing else. So only the injector
/// knows the vault. Which crates of others have one room each is said in `deny.toml`.
const DEPENDS: [(&str, &[&str]); 23] = [
    ("domain", &[]),
    ("migrations", &[]),
    ("telemetry", &[]),
    ("access", &["domain"]),
    ("egress", &["domain"]),
    ("store", &["domain", "access"]),
    ("edge", &["domain", "access"]),
    ("queue", &["domain", "access", "store"]),
    ("vault", &["domain", "access", "store"]),
    ("testkit", &["domain", "access", "store", "migrations"]),
    ("accounts", &["domain", "access", "store"]),
    ("approvals", &["domain", "access", "store"]),
    ("reporting", &["domain", "access", "store"]),
    ("oauth-server", &["domain", "access", "store", "edge"]),
    ("tool-registry", &["domain", "access", "store", "queue"]),
    (
        "spec-import",
        &["domain", "access", "store", "queue", "egress"],
    ),
    (
        "secret-injection",
        &["domain", "access", "store", "vault", "egress"],
    ),
    (
        "mcp-gateway",
        &[
            "domain",
            "access",
            "store",
            "edge",
            "tool-registry",
            "approvals",
            "secret-injection",
            "reporting",
        ],
    ),
    ("graphql", FRONT),
    ("dashboard", FRONT),
    ("countersign", ANY),
    ("tests", ANY),
    ("fuzz", &["domain", "secret-injection", "spec-import"]),
];

/// The fronts see every service, and no way around one.
const FRONT: &[&str] = &[
    "domain",
    "access",
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

fn short(name: &str) -> &str {
    name.strip_prefix("countersign-").unwrap_or(name)
}

#[test]
fn dependencies_point_one_way() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let mut table: BTreeMap<&str, &[&str]> = DEPENDS.into_iter().collect();
    let mut edges = 0;
    for package in &metadata.packages {
        let from = short(&package.name);
        let written = table
            .remove(from)
            .unwrap_or_else(|| panic!("{from} is not in the table"));
        if written == ANY {
            continue;
        }
        let present: BTreeSet<&str> = package
            .dependencies
            .iter()
            .filter(|to| to.kind != DependencyKind::Development)
            .filter(|to| ours.contains(to.name.as_str()))
            .map(|to| short(&to.name))
            .collect();
        let written: BTreeSet<&str> = written.iter().copied().collect();
        assert_eq!(present, written, "what {from} depends on");
        edges += present.len();
    }
    assert!(table.is_empty(), "not in the workspace: {table:?}");
    println!("{} crates, {edges} edges, all as written", ours.len());
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
