//! Where the pieces of the tree that is read stand in the documents as they were given.
//!
//! An older format or a bundle of files becomes one `OpenAPI` tree first. People look for a
//! diagnostic in what they gave, so every pointer goes through this map before it is shown.

use std::collections::BTreeMap;

/// A map from pointers into the tree to places in what was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(BTreeMap<String, String>);

impl Origins {
    /// Says that whatever stands at `pointer` and below came from `place` and below. A place is a
    /// JSON pointer, behind the name of a file and `#` where there are several.
    pub(crate) fn add(&mut self, pointer: impl Into<String>, place: impl Into<String>) {
        self.0.insert(pointer.into(), place.into());
    }

    /// The place of a pointer: that of its nearest ancestor that has one.
    pub(crate) fn place(&self, pointer: &str) -> String {
        let mut above = pointer;
        loop {
            if let Some(place) = self.0.get(above) {
                return format!("{place}{}", &pointer[above.len()..]);
            }
            match above.rfind('/') {
                Some(end) => above = &above[..end],
                None => return pointer.to_owned(),
            }
        }
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
        assert_eq!(
            origins.place("/paths/~1a/get/requestBody/content"),
            "/paths/~1a/get/parameters/3/content"
        );
        assert_eq!(origins.place("/x-files/b.yml/a"), "b.yml#/a");
        assert_eq!(origins.place("/paths/~1a/get"), "/paths/~1a/get");
    }
}
