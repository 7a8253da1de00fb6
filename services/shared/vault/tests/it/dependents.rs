//! Law 9, as the dependencies have it.

use cargo_metadata::{DependencyKind, MetadataCommand};

#[test]
fn only_the_injector_and_the_binary_that_builds_it_know_the_vault() {
    let workspace = MetadataCommand::new()
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let mut who: Vec<&str> = workspace
        .packages
        .iter()
        // The journeys build the product as the binary does, and nothing depends on them.
        .filter(|package| package.name.as_str() != "countersign-tests")
        .filter(|package| {
            package.dependencies.iter().any(|dependency| {
                dependency.name == "countersign-vault"
                    && dependency.kind != DependencyKind::Development
            })
        })
        .map(|package| package.name.as_str())
        .collect();
    who.sort_unstable();
    assert_eq!(who, ["countersign", "countersign-secret-injection"]);
    println!("{} packages, 2 know the vault", workspace.packages.len());
}
