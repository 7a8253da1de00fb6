//! The keys a model sees. Providers refuse a whole tool list for one odd key, so every key is
//! 1 to 64 of `A-Z a-z 0-9 _ . -`; the name on the wire stays in the bind.

use std::collections::{HashMap, HashSet};

use countersign_domain::{digest::Digest, operation::Place};

const CHARACTERS: usize = 64;
/// `body` is always the body; the others mean something to JavaScript.
const RESERVED: [&str; 4] = ["body", "__proto__", "constructor", "prototype"];

/// Gives each `(place, wire name)` a key. Which of two gets the plain key does not depend on their
/// order: a path variable goes before a query parameter, a header and a cookie.
pub(crate) fn assign(parameters: &[(Place, &str)]) -> Vec<String> {
    let mut plain: HashMap<String, Place> = HashMap::new();
    for (place, wire) in parameters {
        let first = plain.entry(safe(wire)).or_insert(*place);
        if rank(*place) < rank(*first) {
            *first = *place;
        }
    }
    let mut taken = HashSet::new();
    let mut order: Vec<usize> = (0..parameters.len()).collect();
    order.sort_by_key(|index| (rank(parameters[*index].0), parameters[*index].1));
    let mut keys = vec![String::new(); parameters.len()];
    for index in order {
        let (place, wire) = parameters[index];
        let base = safe(wire);
        let owner = plain.get(&base) == Some(&place) && !RESERVED.contains(&base.as_str());
        let key = if owner {
            base
        } else {
            join(&base, suffix(place))
        };
        let key = if taken.contains(&key) {
            join(&key, &hash(place, wire))
        } else {
            key
        };
        taken.insert(key.clone());
        keys[index] = key;
    }
    keys
}

/// Spells a wire name with allowed characters.
fn safe(wire: &str) -> String {
    let mut key = String::with_capacity(wire.len());
    for character in wire.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '-' => key.push(character),
            '<' => key.push_str("_lt"),
            '>' => key.push_str("_gt"),
            _ if key.is_empty() || key.ends_with('_') => {}
            _ => key.push('_'),
        }
    }
    if !wire.ends_with('_') {
        key.truncate(key.trim_end_matches('_').len());
    }
    // `$.fields` is `fields`.
    if !wire.starts_with(['.', '-']) {
        let start = key.len() - key.trim_start_matches(['.', '-']).len();
        key.drain(..start);
    }
    let lost = !key.chars().any(|c| c.is_ascii_alphanumeric());
    if lost || key.len() > CHARACTERS {
        let digest = Digest::of(wire.as_bytes()).to_string();
        return join(if lost { "parameter" } else { &key }, &digest[..8]);
    }
    key
}

fn join(base: &str, end: &str) -> String {
    let room = CHARACTERS - end.len() - 1;
    format!("{}_{end}", &base[..base.len().min(room)])
}

fn hash(place: Place, wire: &str) -> String {
    Digest::of(format!("{} {wire}", suffix(place)).as_bytes()).to_string()[..8].to_owned()
}

const fn rank(place: Place) -> u8 {
    match place {
        Place::Path => 0,
        Place::Query => 1,
        Place::Querystring => 2,
        Place::Header => 3,
        Place::Cookie => 4,
    }
}

const fn suffix(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Querystring => "querystring",
        Place::Header => "header",
        Place::Cookie => "cookie",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_allowed_and_no_two_are_the_same() {
        let long = "a".repeat(300);
        let odd = [
            (Place::Query, "id"),
            (Place::Path, "id"),
            (Place::Cookie, "id"),
            (Place::Query, "body"),
            (Place::Query, "created[gte]"),
            (Place::Query, "created.gte"),
            (Place::Query, "created_gte"),
            (Place::Query, "StartTime"),
            (Place::Query, "StartTime<"),
            (Place::Query, "StartTime>"),
            (Place::Query, "$filter"),
            (Place::Query, "filter"),
            (Place::Query, "$.fields"),
            (Place::Query, "名前"),
            (Place::Query, "名"),
            (Place::Query, &long),
            (Place::Header, &long),
            (Place::Query, "__proto__"),
            (Place::Query, "constructor"),
            (Place::Query, "[]"),
            (Place::Query, "_"),
            (Place::Query, "__"),
        ];
        let keys = assign(&odd);

        assert_eq!(
            keys.iter().collect::<HashSet<_>>().len(),
            odd.len(),
            "{keys:?}"
        );
        for key in &keys {
            assert!((1..=64).contains(&key.len()), "{key}");
            assert!(
                key.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)),
                "{key}"
            );
            assert!(!RESERVED.contains(&key.as_str()), "{key}");
        }
        assert_eq!(keys[..4], ["id_query", "id", "id_cookie", "body_query"]);
        assert!(keys.contains(&"fields".to_owned()), "{keys:?}");
        assert_eq!(keys[7..10], ["StartTime", "StartTime_lt", "StartTime_gt"]);
        println!("odd keys made safe: {}", keys.len());
    }

    #[test]
    fn keys_do_not_depend_on_the_order_of_parameters() {
        let mut list = vec![
            (Place::Query, "a[b]"),
            (Place::Query, "a.b"),
            (Place::Query, "a_b"),
            (Place::Path, "a_b"),
        ];
        let keys = assign(&list);
        list.reverse();
        let mut other = assign(&list);
        other.reverse();
        assert_eq!(keys, other);
    }
}
