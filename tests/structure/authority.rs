//! Who may do what, as a table that a change has to change; and where authority is made.

use crate::text::{root, walk};

#[test]
fn the_table_of_roles_and_actions_is_the_reviewed_one() {
    let reviewed = include_str!("authority.txt");
    let present = countersign_access::matrix();
    assert_eq!(
        present, reviewed,
        "review the change, then write it to tests/structure/authority.txt"
    );
}

/// The files of the product in which a piece of code stands, in order.
fn files_with(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(root(), &mut |path| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let product =
            name.contains("/src/") && !name.starts_with("tests/") && !name.contains("/tests");
        let rust = path.extension().is_some_and(|end| end == "rs");
        if product && rust && !name.contains("testkit") {
            let text = std::fs::read_to_string(path).unwrap();
            let outside_tests = text.split("#[cfg(test)]").next().unwrap_or("");
            if outside_tests.contains(code) {
                found.push(name);
            }
        }
    });
    found.sort();
    found
}

#[test]
fn scopes_are_made_by_the_store_from_rows_it_read_and_nowhere_else() {
    assert_eq!(
        files_with("TenantScope::authenticated("),
        [
            "services/shared/store/src/catalogue.rs",
            "services/shared/store/src/jobs.rs",
            "services/shared/store/src/oauth_authorizations.rs",
            "services/shared/store/src/oauth_tokens.rs",
            "services/shared/store/src/sessions.rs",
        ]
    );
}

/// T60: replay, test button, job or second mapping would each be a line more here.
#[test]
fn one_place_sends_calls_upstream() {
    assert_eq!(
        files_with("dispatch.send("),
        ["services/mcp-gateway/src/call/run.rs"]
    );
    assert_eq!(
        files_with("egress.send"),
        ["services/secret-injection/src/dispatch/injector.rs"]
    );
}

/// A change asks for a permit of its own tenant, and does not only carry one.
#[test]
fn no_change_takes_a_permit_without_looking_at_it() {
    assert_eq!(files_with("_permit: Permit<"), [""; 0]);
}
