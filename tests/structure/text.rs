//! What is written in the repository.

use std::{fs, path::Path};

pub(crate) fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('.') || ["target", "node_modules", "artefacts"].contains(&name.as_str())
        {
            continue;
        }
        if path.is_dir() {
            walk(&path, visit);
        } else {
            visit(&path);
        }
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn no_rust_file_is_longer_than_a_reader_can_hold() {
    let mut longest = (0, String::new());
    walk(root(), &mut |path| {
        if path.extension().is_some_and(|end| end == "rs") {
            let lines = fs::read_to_string(path).unwrap().lines().count();
            assert!(lines <= 600, "{} has {lines} lines", path.display());
            longest = longest.clone().max((lines, path.display().to_string()));
        }
    });
    println!("the longest has {} lines: {}", longest.0, longest.1);
}

#[test]
fn templates_never_switch_escaping_off() {
    let mut templates = 0;
    walk(&root().join("web/dashboard"), &mut |path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        if path.extension().is_some_and(|end| end == "html") {
            templates += 1;
            assert!(
                !text.contains("|safe") && !text.contains("| safe"),
                "{}",
                path.display()
            );
            assert!(!text.contains("escape none"), "{}", path.display());
        }
    });
    println!("{templates} templates, escaping on in all");
    assert!(templates > 10);
}

#[test]
fn what_the_readme_names_is_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut named = 0;
    let prose: String = readme.split("```").step_by(2).collect();
    for part in prose.split('`').skip(1).step_by(2) {
        let looks_like_a_path =
            part.contains('/') && !part.contains([' ', '{', ':', '<', '*', '$']);
        if looks_like_a_path && !part.starts_with(['/', '.', '~']) {
            named += 1;
            assert!(root().join(part).exists(), "README.md names {part}");
        }
    }
    println!("{named} paths named in the README, all there");
    assert!(named > 5);
}
