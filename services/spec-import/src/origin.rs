//! Where the pieces of the tree that is read stand in the documents as they were given.
//!
//! An older format or a bundle of files becomes one `OpenAPI` tree first. People look for a
//! diagnostic in what they gave, so every pointer goes through this map before it is shown.

use std::collections::BTreeMap;

use countersign_domain::operation::{Diagnostic, ImportedDocument};

use crate::bundle::tree::FILES;

/// A map from pointers into the tree to places in what was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(BTreeMap<String, Origin>);

#[derive(Clone, Debug)]
enum Origin {
    /// What stands below stood below this place too.
    Moved(String),
    /// It was made of what stands there, and all below.
    Made(String),
}

impl Origins {
    /// Says that whatever stands at `pointer` and below came from `place` and below. A place is a
    /// JSON pointer, behind the name of a file and `#` where there are several.
    pub(crate) fn add(&mut self, pointer: impl Into<String>, place: impl Into<String>) {
        self.0.insert(pointer.into(), Origin::Moved(place.into()));
    }

    /// Says that whatever stands at `pointer` and below was made of what stands at `place`.
    pub(crate) fn add_made(&mut self, pointer: impl Into<String>, place: impl Into<String>) {
        self.0.insert(pointer.into(), Origin::Made(place.into()));
    }

    /// The place of a pointer: that of its nearest ancestor that has one.
    pub(crate) fn place(&self, pointer: &str) -> String {
        let mut above = pointer;
        loop {
            match self.0.get(above) {
                Some(Origin::Moved(place)) => return format!("{place}{}", &pointer[above.len()..]),
                Some(Origin::Made(place)) => return place.clone(),
                None => {}
            }
            match above.rfind('/') {
                Some(end) => above = &above[..end],
                None => return pointer.to_owned(),
            }
        }
    }

    /// Turns every pointer of a document, and every one that a text names, into its place.
    pub(crate) fn show(&self, document: &mut ImportedDocument) {
        if self.0.is_empty() {
            return;
        }
        for note in &mut document.diagnostics {
            self.show_note(note);
        }
        for operation in &mut document.operations {
            for note in &mut operation.diagnostics {
                self.show_note(note);
            }
            if let Some(reason) = &mut operation.unsupported {
                *reason = self.text(reason);
            }
        }
    }

    fn show_note(&self, note: &mut Diagnostic) {
        note.pointer = self.place(&note.pointer);
        note.text = self.text(&note.text);
    }

    /// References were rewritten, and a sentence that quotes one must show what stood there.
    fn text(&self, text: &str) -> String {
        let start = format!("\"#/{FILES}/");
        let mut out = String::new();
        let mut rest = text;
        while let Some(begin) = rest.find(&start) {
            let (before, quoted) = rest.split_at(begin + 1);
            let end = quoted.find('"').unwrap_or(quoted.len());
            out.push_str(before);
            out.push_str(&self.place(&quoted[1..end]));
            rest = &quoted[end..];
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_ancestor_says_where_a_piece_came_from() {
        let mut origins = Origins::default();
        origins.add("/paths/~1a/get/requestBody", "/paths/~1a/get/parameters/3");
        origins.add("/x-files/b.yml", "b.yml#");
        origins.add_made("/paths/~1b/get", "/item/0/request");
        assert_eq!(origins.place("/paths/~1b/get/servers"), "/item/0/request");
        assert_eq!(
            origins.place("/paths/~1a/get/requestBody/content"),
            "/paths/~1a/get/parameters/3/content"
        );
        assert_eq!(origins.place("/x-files/b.yml/a"), "b.yml#/a");
        assert_eq!(origins.place("/paths/~1a/get"), "/paths/~1a/get");
    }

    #[test]
    fn a_sentence_quotes_the_place_and_not_the_tree() {
        let mut origins = Origins::default();
        origins.add("/x-countersign-files/b~1c.yml", "b/c.yml#");
        assert_eq!(
            origins.text(r##"to "#/x-countersign-files/b~1c.yml/a", and "#/d""##),
            r##"to "b/c.yml#/a", and "#/d""##
        );
    }
}
