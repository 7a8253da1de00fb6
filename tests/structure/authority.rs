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

/// The files of the product without their tests, in order.
fn product_files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(root(), &mut |path| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let product =
            name.contains("/src/") && !name.starts_with("tests/") && !name.contains("/tests");
        let rust = path.extension().is_some_and(|end| end == "rs");
        if product && rust && !name.contains("testkit") {
            let text = std::fs::read_to_string(path).unwrap();
            let outside_tests = text.split("#[cfg(test)]").next().unwrap_or("");
            found.push((name, outside_tests.to_owned()));
        }
    });
    found.sort();
    found
}

/// The files of the product in which a piece of code stands, in order.
fn files_with(code: &str) -> Vec<String> {
    let files = product_files().into_iter();
    let with = files.filter(|(_, text)| text.contains(code));
    with.map(|(name, _)| name).collect()
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

/// T60: replay, test button, job or second mapping would each be a line more here. `clippy.toml`
/// forbids what goes out, however it is written, and the time, the randomness and the settings that
/// are arguments; these are the files with an exception.
#[test]
fn what_goes_out_goes_out_of_few_places() {
    assert_eq!(
        files_with("clippy::disallowed_methods"),
        [
            // Calls.
            "services/mcp-gateway/src/call/run.rs",
            // A question to this very machine.
            "services/platform/src/admin/healthcheck.rs",
            // The demo's own agent and browser.
            "services/platform/src/demo/agent.rs",
            "services/platform/src/demo/browser.rs",
            // The clock.
            "services/platform/src/world.rs",
            // Calls, with what lets them in.
            "services/secret-injection/src/dispatch/injector.rs",
            // Documents.
            "services/shared/egress/src/fetch.rs",
            "services/spec-import/src/job.rs",
            "services/spec-import/src/job/look.rs",
        ]
    );
}

/// A change asks for a permit of its own tenant, and does not only carry one.
#[test]
fn no_change_takes_a_permit_without_looking_at_it() {
    let mut changes = 0;
    let mut careless = Vec::new();
    for (name, text) in product_files() {
        if !name.starts_with("services/shared/store/") {
            continue;
        }
        // What an example forges is no change.
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        for function in code.split(" fn ").skip(1) {
            let (head, body) = function.split_once('{').unwrap_or((function, ""));
            let takes = ["Permit<", "TurnOnPermit"];
            if !takes.iter().any(|permit| head.contains(permit)) || head.starts_with("used<") {
                continue;
            }
            changes += 1;
            let looks = [
                "self.used(permit)",
                "self.used_to_turn_on(permit)",
                "permit.spend()",
            ];
            if !looks.iter().any(|look| body.contains(look)) {
                careless.push(format!("{name}: {}", head.lines().next().unwrap()));
            }
        }
    }
    assert_eq!(careless, [""; 0]);
    println!("{changes} changes look at their permits");
    assert!(changes >= 35);
}
