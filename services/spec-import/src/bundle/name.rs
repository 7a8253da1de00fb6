//! Names of files inside a bundle, and which one a reference means.

use countersign_domain::text;
use percent_encoding::percent_decode_str;

use crate::ImportError;

/// More than any file system takes.
const BYTES: usize = 1_024;
const FOLDERS: usize = 32;

/// A name as it can be shown on one line.
pub(crate) fn shown(name: &str) -> String {
    text::strip(&text::reveal(name), 200)
}

/// Takes a name from outside: relative, with `/` between folders, and never upwards.
pub(crate) fn checked(name: &str) -> Result<String, ImportError> {
    let refused = || ImportError::UnsafeFileName { name: shown(name) };
    let is_odd = |c: char| c == '\\' || c == ':' || c.is_control();
    if name.len() > BYTES || name.starts_with('/') || name.chars().any(is_odd) {
        return Err(refused());
    }
    let mut kept = Vec::new();
    for part in name.split('/') {
        match part {
            "." => {}
            "" | ".." => return Err(refused()),
            part => kept.push(part),
        }
    }
    if kept.is_empty() || kept.len() > FOLDERS {
        return Err(refused());
    }
    Ok(kept.join("/"))
}

/// What the text of a reference means, seen from one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target<'t> {
    /// A place in the same file.
    Here(&'t str),
    /// A place in another file of the bundle, if it has such a file.
    File(String, &'t str),
    /// The network, a place above the bundle, or nothing that can be read.
    Elsewhere,
}

/// Reads the text of a reference that stands in the file `from`.
pub(super) fn target<'t>(text: &'t str, from: &str) -> Target<'t> {
    let (file, fragment) = match text.split_once('#') {
        Some(parts) => parts,
        None => (text, ""),
    };
    if file.is_empty() {
        return if text.is_empty() {
            Target::Elsewhere
        } else {
            Target::Here(fragment)
        };
    }
    match joined(file, from) {
        Some(name) if name == from => Target::Here(fragment),
        Some(name) => Target::File(name, fragment),
        None => Target::Elsewhere,
    }
}

/// Joins a relative name to the folder of a file; nothing where it leads out of the bundle.
fn joined(file: &str, from: &str) -> Option<String> {
    let file = percent_decode_str(file).decode_utf8().ok()?;
    if file.starts_with('/') {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut kept: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                kept.pop()?;
            }
            part => kept.push(part),
        }
    }
    checked(&kept.join("/")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_never_leaves_the_bundle() {
        let of = |text| target(text, "a/b.yml");
        assert_eq!(of("#/x"), Target::Here("/x"));
        assert_eq!(of("b.yml#/x"), Target::Here("/x"));
        assert_eq!(of("./c%20d.yml"), Target::File("a/c d.yml".into(), ""));
        assert_eq!(of("../c.yml#/x"), Target::File("c.yml".into(), "/x"));
        let outside = [
            "../../c.yml",
            "..%2f..%2fc.yml",
            "/etc/passwd",
            "file:///etc/passwd",
            "https://example.com/a.yml",
            "//example.com/a.yml",
            "c:\\a.yml",
            "..\\..\\c.yml",
            "c%00.yml",
            "",
        ];
        for text in outside {
            assert_eq!(of(text), Target::Elsewhere, "{text}");
        }
        println!("references that leave a bundle: {}", outside.len());
    }

    #[test]
    fn names_from_outside_are_relative_and_plain() {
        assert_eq!(checked("./a/b.yml").ok().as_deref(), Some("a/b.yml"));
        for name in ["", "/a", "../a", "a/../../b", "a//b", "C:a", "a\\b", "a\nb"] {
            assert!(checked(name).is_err(), "{name}");
        }
        assert!(checked(&"a/".repeat(40)).is_err());
    }
}
