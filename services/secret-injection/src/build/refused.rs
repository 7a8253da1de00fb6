//! Parts of a request that are never an agent's to set.

/// Says whether frameworks take a parameter of this name for the method. Some of them read any
/// character that cannot stand in a variable's name as an underscore.
pub(super) fn overrides_method(name: &str) -> bool {
    let name = name.trim();
    name.get(1..)
        .is_some_and(|rest| rest.eq_ignore_ascii_case("method"))
        && !name.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Says whether the text is a header or cookie name (RFC 9110 section 5.6.2).
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_frameworks_take_for_the_method_are_known() {
        for name in ["_method", "_METHOD", ".method", " _method", "+method"] {
            assert!(overrides_method(name), "{name}");
        }
        for name in ["method", "payment_method", "amethod", "_methods", ""] {
            assert!(!overrides_method(name), "{name}");
        }
    }
}
