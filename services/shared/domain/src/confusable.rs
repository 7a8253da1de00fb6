//! Names that a reader, human or model, would take for one another.
//!
//! Two names with one [`skeleton`] never stand side by side where one of them is meant.

/// Writes a name so that names that look alike become the same: `0` as `o`, `1` and `i` as `l`,
/// `rn` as `m`, `vv` as `w`, in lower case, underscores only one at a time and between words.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let plain = name.to_lowercase().replace("rn", "m").replace("vv", "w");
    let mut skeleton = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            '0' => skeleton.push('o'),
            '1' | 'i' => skeleton.push('l'),
            '_' if skeleton.is_empty() || skeleton.ends_with('_') => {}
            other => skeleton.push(other),
        }
    }
    if skeleton.ends_with('_') {
        skeleton.pop();
    }
    skeleton
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_the_same_and_others_are_not() {
        let alike = [
            ("list_orders", "list_0rders"),
            ("list_bills", "l1st_bi11s"),
            ("List_Orders", "list__orders"),
            ("return_item", "retum_item"),
            ("view_order", "vievv_order"),
            ("get_user", "_get_user_"),
        ];
        for (one, other) in alike {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        for (one, other) in [
            ("get_user", "get_users"),
            ("get_a_b", "get_ab"),
            ("get_2", "get_3"),
        ] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
        println!("N = {} pairs that look alike", alike.len());
    }
}
