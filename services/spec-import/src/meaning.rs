//! What each kind of diagnostic means, for people who see a hundred of one kind.
//!
//! A diagnostic's own text is about its place; this is about all of them. Every code that the
//! importer says is in `meanings.txt`, one a line: a test reads the importer for them.

use std::{collections::BTreeMap, sync::LazyLock};

/// Says in one sentence what a diagnostic's code means; nothing for a code that is none of ours.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static str> {
    MEANINGS.get(code).copied()
}

static MEANINGS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("meanings.txt").lines();
    lines.filter_map(|line| line.split_once(": ")).collect()
});

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use countersign_domain::operation::TextMark;

    use super::*;

    /// What a diagnostic is made with.
    const CALLS: [&str; 9] = [
        ".info(",
        ".warning(",
        ".error(",
        "refuse(",
        ".lose(",
        "code: ",
        "(_) => ",
        "(Severity::Info, ",
        "(Severity::Warning, ",
    ];

    /// The importer's source, but for this file and for what says changes, reasons and failures,
    /// which are told otherwise.
    fn source(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_told_otherwise = ["drift", "risk", "job", "meaning.rs"];
            if is_told_otherwise.iter().any(|not| path.ends_with(not))
                || path.extension().is_some_and(|ending| ending == "txt")
            {
                continue;
            }
            if path.is_dir() {
                source(&path, text);
            } else {
                let file = fs::read_to_string(&path).unwrap();
                text.push_str(file.split("#[cfg(test)]").next().unwrap_or_default());
            }
        }
    }

    /// The text that a piece of source begins with, if it can be a code.
    fn code(source: &str) -> Option<&str> {
        let code = source.trim_start().strip_prefix('"')?.split('"').next()?;
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        (code.contains('_') && code.bytes().all(is_code)).then_some(code)
    }

    #[test]
    fn every_code_has_a_meaning_and_every_meaning_a_code() {
        let mut text = String::new();
        source(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut text,
        );
        let after = |call| text.split(call).skip(1).filter_map(code);
        let marks = TextMark::ALL.map(TextMark::code);
        let told = CALLS.into_iter().flat_map(after).chain(marks);
        let mut said: BTreeSet<&str> = told.collect();
        said.remove("import_interrupted");
        let nameless: Vec<_> = said.iter().filter(|code| meaning(code).is_none()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
        let written: BTreeSet<&str> = text
            .match_indices('"')
            .filter_map(|(at, _)| code(&text[at..]))
            .chain(marks)
            .collect();
        let idle = MEANINGS.keys().copied();
        let idle: Vec<_> = idle.filter(|code| !written.contains(code)).collect();
        assert!(idle.is_empty(), "nobody says {idle:?}");
        assert!(said.len() > 60, "only {} codes were found", said.len());
        let lines = include_str!("meanings.txt").lines().collect::<Vec<_>>();
        assert!(lines.is_sorted(), "a stranger finds a code by its place");
        assert_eq!(
            lines.len(),
            MEANINGS.len(),
            "each line is a code and a sentence"
        );
        println!("kinds of diagnostics with a meaning: {}", MEANINGS.len());
    }
}
