//! Tool names: made from the operation's own name or from method and path, never from the place
//! in the document. Which operation is which is decided by method and path; names only suggest.

use std::collections::{HashMap, HashSet};

use countersign_domain::{
    confusable::skeleton,
    digest::Digest,
    operation::{ImportedOperation, Method, Severity},
};

use crate::{document::Found, notes::diagnostic, words::one_line};

const CHARACTERS: usize = 64;
const HASH: usize = 8;

/// The name an operation would have if it were alone in the document, and whether it is cut.
pub(crate) fn suggest(method: Method, path: &str, operation_id: Option<&str>) -> (String, bool) {
    // Letters beyond ASCII may only look like ASCII, so such a name is not followed at all.
    let own = operation_id
        .filter(|id| id.is_ascii())
        .map(slug)
        .filter(|slug| !slug.is_empty());
    let name = own.unwrap_or_else(|| slug(&format!("{} {path}", method.as_str().to_lowercase())));
    if name.len() > CHARACTERS {
        (with_hash(&name, method, path), true)
    } else {
        (name, false)
    }
}

/// Makes all names look different. Every member of a group that would share a name, or have names
/// that look alike, gets a hash of its method and path, so that no order decides who keeps the
/// plain one. Each is told with whom it would have shared its name.
pub(crate) fn make_unique(operations: &mut [ImportedOperation], found: &[Found<'_>]) {
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    let looks: Vec<String> = operations.iter().map(|one| skeleton(&one.name)).collect();
    for (index, look) in looks.iter().enumerate() {
        groups.entry(look).or_default().push(index);
    }
    let plain: Vec<String> = operations.iter().map(|one| one.name.clone()).collect();
    for (operation, look) in operations.iter_mut().zip(&looks) {
        if groups[look.as_str()].len() > 1 {
            operation.name = with_hash(&operation.name, operation.method, &operation.path);
        }
    }
    let mut order: Vec<usize> = (0..operations.len()).collect();
    order.sort_by(|a, b| {
        let key = |index: &usize| (operations[*index].method, operations[*index].path.as_str());
        key(a).cmp(&key(b))
    });
    let mut taken = HashSet::new();
    for index in order {
        let operation = &mut operations[index];
        let mut round = 0_u32;
        while !taken.insert(skeleton(&operation.name)) {
            round += 1;
            let salted = format!("{} {round}", operation.path);
            operation.name = with_hash(&operation.name, operation.method, &salted);
        }
    }
    for (index, (plain, look)) in plain.iter().zip(&looks).enumerate() {
        if operations[index].name == *plain {
            continue;
        }
        let mut others = groups[look.as_str()].iter().filter(|one| **one != index);
        let other = others.next().map(|one| &found[*one]);
        let other = other.map_or("another one".to_owned(), |one| {
            format!("{} {}", one.method, one_line(one.path))
        });
        let operation = &mut operations[index];
        let text = format!(
            "{other} would be called {plain:?} too, or look like it; this one is called {:?}",
            operation.name
        );
        let place = format!("{}/operationId", found[index].pointer);
        let note = diagnostic(Severity::Warning, "name_shared", &place, &text);
        operation.diagnostics.push(note);
    }
}

fn with_hash(name: &str, method: Method, path: &str) -> String {
    let hash = Digest::of(format!("{method} {path}").as_bytes()).to_string();
    let kept = shortened(name, CHARACTERS - HASH - 1);
    format!("{}_{}", kept.trim_end_matches('_'), &hash[..HASH])
}

/// The first words of a long name and its last ones, which say what is done to what.
fn shortened(name: &str, room: usize) -> String {
    if name.len() <= room {
        return name.to_owned();
    }
    let cuts = || name.match_indices('_').map(|(at, _)| at);
    let Some(end) = cuts().find(|at| name.len() - at <= room / 2) else {
        return name[..room].to_owned();
    };
    let left = room - (name.len() - end);
    let start = cuts().take_while(|at| *at <= left).last().unwrap_or(left);
    format!("{}{}", &name[..start], &name[end..])
}

/// Lowercase words of letters and digits, joined by `_`: `listUserIDs` becomes `list_user_ids`.
fn slug(text: &str) -> String {
    let letters: Vec<char> = text.chars().take(400).collect();
    let mut slug = String::new();
    for (index, letter) in letters.iter().copied().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            if !slug.is_empty() && !slug.ends_with('_') {
                slug.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).map(|at| letters[at]);
        if starts_word(before, letter, &letters[index + 1..]) && !slug.ends_with('_') {
            slug.push('_');
        }
        slug.push(letter.to_ascii_lowercase());
    }
    slug.trim_matches('_').to_owned()
}

/// `userId` is two words, `HTTPServer` is two, `userIDs` is two.
fn starts_word(before: Option<char>, letter: char, after: &[char]) -> bool {
    let Some(before) = before else { return false };
    if !letter.is_ascii_uppercase() || !before.is_ascii_alphanumeric() {
        return false;
    }
    let lower = |at: usize| after.get(at).is_some_and(char::is_ascii_lowercase);
    let plural = after.first() == Some(&'s') && !lower(1);
    !before.is_ascii_uppercase() || (lower(0) && !plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_like_words() {
        let cases = [
            ("listUserIDs", "list_user_ids"),
            ("HTTPServer", "http_server"),
            ("repos/list-for-org", "repos_list_for_org"),
            ("Get_User", "get_user"),
            ("createV2Item", "create_v2_item"),
            ("../../etc", "etc"),
            ("OAuth2Token", "o_auth2_token"),
        ];
        for (id, name) in cases {
            assert_eq!(suggest(Method::Get, "/x", Some(id)).0, name);
        }
    }

    #[test]
    fn a_long_name_keeps_how_it_begins_and_how_it_ends() {
        let cases = [
            (
                "shop.regions.warehouses.catalogues.priceLists.customerGroups.import",
                "shop_regions_warehouses_customer_groups_import",
            ),
            (
                "listEverythingThatAnybodyHasEverPutIntoAnyWarehouseOfTheRegion",
                "list_everything_that_anybody_warehouse_of_the_region",
            ),
        ];
        for (id, start) in cases {
            let (name, is_cut) = suggest(Method::Get, "/x", Some(id));
            assert!(is_cut, "{name}");
            assert_eq!(name.rsplit_once('_').unwrap().0, start);
        }
        let (one_word, _) = suggest(Method::Get, "/x", Some(&format!("get_{}", "x".repeat(90))));
        assert!(one_word.starts_with("get_xxx") && one_word.len() == CHARACTERS);
    }

    #[test]
    fn a_name_that_cannot_be_trusted_comes_from_method_and_path() {
        for id in [
            None,
            Some(""),
            Some("g\u{435}tUser"),
            Some("getUser\u{200b}"),
            Some("削除"),
            Some(".."),
        ] {
            assert_eq!(
                suggest(Method::Delete, "/users/{id}", id).0,
                "delete_users_id"
            );
        }
        assert!(suggest(Method::Get, "/x", Some(&"x".repeat(300))).0.len() <= CHARACTERS);
    }
}
