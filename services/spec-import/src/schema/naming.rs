//! What a definition is called under `$defs`.

use countersign_domain::digest::Digest;

use crate::bundle::tree::FILES;

/// A key made of letters, digits, `_`, `.` and `-`. A component keeps its name; whatever else is
/// referred to has a hash of its pointer behind its name. A whole file is named like the file.
pub(super) fn name_of(pointer: &str, home: &str) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let last = match pointer
        .strip_prefix('/')
        .and_then(|p| p.strip_prefix(FILES))
    {
        Some(file) if file.matches('/').count() == 1 => stem(last),
        _ => last,
    };
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let kept: String = last.chars().filter(|c| is_safe(*c)).take(48).collect();
    let component = pointer.strip_prefix(home) == Some(kept.as_str());
    if component && !kept.is_empty() {
        return kept;
    }
    let hash = Digest::of(pointer.as_bytes()).to_string();
    format!(
        "{}_{}",
        if kept.is_empty() { "schema" } else { &kept },
        &hash[..10]
    )
}

/// The name of a file without its folders and its kind; folders end in `~1` here.
fn stem(file: &str) -> &str {
    let name = file.rsplit("~1").next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "/components/schemas/";

    #[test]
    fn a_schema_that_is_a_file_is_named_like_the_file() {
        let of = |file| name_of(&format!("/{FILES}/{file}"), HOME);
        assert!(of("a~1models~1droplet.yml").starts_with("droplet_"));
        assert!(of("a.yml/page").starts_with("page_"));
        assert_ne!(of("a~1droplet.yml"), of("b~1droplet.yml"));
    }

    #[test]
    fn names_of_definitions_are_safe_and_different() {
        assert_eq!(name_of("/components/schemas/Pet.v1", HOME), "Pet.v1");
        let odd = [
            "/components/schemas/a b",
            "/components/schemas/ab",
            "/paths/x/ab",
            "/名",
            "/a/名",
        ];
        let names: std::collections::BTreeSet<_> = odd.iter().map(|p| name_of(p, HOME)).collect();
        assert_eq!(names.len(), odd.len());
        for name in names {
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)),
                "{name}"
            );
        }
    }
}
