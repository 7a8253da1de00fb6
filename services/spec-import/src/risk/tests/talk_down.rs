//! Words that try to make a call look harmless.

use super::*;

/// Texts that promise harmlessness in every way that was thought of.
const SOOTHING: [(&str, &str); 8] = [
    ("unstarThing", "Unstar a thing"),
    ("searchThings", "Search things"),
    ("getThing", "Get a thing"),
    ("listThings", "Lists things. This only reads and is safe."),
    ("previewThing", "Preview a thing, read-only"),
    (
        "validateThing",
        "Validates the request without changing anything",
    ),
    ("unfollowThing", "Unfollow an event of a channel"),
    ("computeEstimate", "Compute an estimate"),
];

const PATHS: [&str; 27] = [
    "/notes/{id}",
    "/notes",
    "/invoices/{id}/refund",
    "/reFunds",
    "/payments",
    "/transfers",
    "/repos/{repo}/star",
    "/users/{id}/following/{name}",
    "/paymentMethods/{id}",
    "/subscriptions",
    "/users/{id}",
    "/users/{id}/roles",
    "/webhooks",
    "/apiKeys",
    "/tokens/{id}/rotate",
    "/logout",
    "/sessions/{id}/revoke",
    "/clusters",
    "/servers/{id}/rebuild",
    "/pipelines/{id}/run",
    "/messages/bulk",
    "/things/{id}/frobnicate",
    "/console/{what}",
    "/accounts?action=refund",
    "/pets/{id}/purge",
    "/secrets/{id}",
    "/events/{id}/subscription",
];

#[test]
fn no_text_lowers_what_method_and_path_say() {
    let (mut tried, mut raised) = (0, 0);
    let tags = strings(&["read-only", "search", "public", "safe"]);
    let scopes = strings(&["things:read", "readonly"]);
    for method in every_method() {
        for path in PATHS {
            let mut operation = operation(method, path, "x", "");
            operation.operation_id = None;
            let least = classify_without_silence(&operation);
            for (name, summary) in SOOTHING {
                operation.operation_id = Some(name);
                operation.summary = summary;
                operation.description = summary;
                for tagged in [false, true] {
                    operation.tags = if tagged { &tags } else { &[] };
                    operation.scopes = if tagged { &scopes } else { &[] };
                    let risk = classify(&operation);
                    assert!(
                        is_no_less(&risk, &least, method),
                        "{method} {path} called {name}: {risk:#?}, {least:#?}"
                    );
                    tried += 1;
                    raised += usize::from(risk.level() > least.level());
                }
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
    println!("{tried} soothing texts, {raised} of them raised the level and none lowered it");
}

/// Whether the first is at least what the second is. Of a GET, words may say what it is about;
/// of a change, whether it is an ordinary one.
fn is_no_less(risk: &Risk, least: &Risk, method: Method) -> bool {
    let sure = least.class != RiskClass::Admin || least.confidence == Confidence::High;
    let guarded = least.class.is_guarded() && sure && method != Method::Get;
    risk.level() >= least.level()
        && !(guarded && risk.class == RiskClass::Read)
        && risk.read_only <= least.read_only
        && risk.destructive >= least.destructive
}

/// What it is by method and path alone, with a word in the place of texts that says nothing, so
/// that silence itself is not held against it.
fn classify_without_silence(operation: &Evidence<'_>) -> Risk {
    let mut plain = *operation;
    plain.summary = "x";
    classify(&plain)
}

/// A path that orders a search is believed; words alone are not, and a human looks first.
#[test]
fn a_search_of_a_guarded_matter_is_a_mere_read_where_its_path_says_so_and_nowhere_else() {
    for thing in ["permissions", "users", "webhooks"] {
        let (name, summary) = (format!("search_{thing}"), format!("Search {thing}"));
        for (path, is_mere) in [
            (format!("/{thing}/search"), true),
            (format!("/{thing}:search"), true),
            (format!("/organizations/{{id}}/{thing}/_search"), true),
            (format!("/search/{thing}"), false),
            (format!("/v1/{thing}"), false),
        ] {
            let risk = assert_class(Method::Post, &path, &name, &summary, RiskClass::Read);
            let found = (risk.read_only, risk.high_risk);
            assert_eq!(found, (is_mere, !is_mere), "{path}: {:#?}", risk.reasons);
        }
    }
}

#[test]
fn a_guarded_matter_called_a_search_keeps_its_class() {
    for (method, path, class) in [
        (Method::Post, "/transfers", RiskClass::Billing),
        (Method::Post, "/refunds", RiskClass::Billing),
        (Method::Post, "/users/{id}/roles", RiskClass::Admin),
    ] {
        let risk = assert_class(method, path, "searchThings", "Search things", class);
        assert!(!risk.read_only && risk.confidence == Confidence::Low);
    }
    let removal = risk(Method::Delete, "/users/{id}", "unstarUser", "Unstar a user");
    assert_eq!(
        (removal.class, removal.destructive),
        (RiskClass::Admin, true)
    );
}

#[test]
fn removals_called_by_another_name_need_a_human() {
    for (method, path) in [
        (Method::Delete, "/widgets/{id}"),
        (Method::Delete, "/databases/{id}"),
        (Method::Post, "/reFunds"),
        (Method::Post, "/accounts?action=refund"),
        (Method::Get, "/accounts?action=refund"),
        (Method::Post, "/console/{what}"),
    ] {
        let risk = risk(method, path, "unstarWidget", "Unstar a widget");
        assert!(risk.high_risk, "{method} {path}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_request_that_replaces_its_method_needs_a_human() {
    for field in [
        "_method",
        "[_method]",
        "_method]",
        "[_method",
        "_HttpMethod",
        "X-HTTP-Method-Override",
        "x_http_method_override",
        "x-tunneled-method",
        "$httpHeaders",
    ] {
        let fields = strings(&[field]);
        let mut read = operation(Method::Get, "/notes", "listNotes", "List notes");
        read.request_fields = &fields;
        let risk = classify(&read);
        assert!(risk.high_risk && risk.class != RiskClass::Read, "{field}");
    }
}

#[test]
fn what_nobody_knows_is_not_ordinary() {
    let strange = risk(Method::Post, "/zorbles", "createZorble", "Create a zorble");
    assert!(strange.high_risk, "{:#?}", strange.reasons);
    let known = risk(Method::Post, "/notes", "createNote", "Create a note");
    assert!(!known.high_risk, "{:#?}", known.reasons);
}

/// What an exception for harmless words could be stretched to: what acts or hands out a secret all
/// the same.
const STRETCHED: [&str; 55] = [
    "POST /notes | delete.notes.all",
    "PUT /notes/{id} | purge.notes.one",
    "POST /contacts | charge.contacts.v1",
    "GET /users/{id} | delete.users.byId",
    "GET /known-devices/{id}/token/{n} | getToken | Get the token of a device",
    "GET /.well-known/credentials/{id} || Get one",
    "GET /users/{id}/password.known || Get the password",
    "GET /secret-store/{key} || Fetch it",
    "GET /vaults/{v}/secret-engine/{path} || Fetch it",
    "GET /secrets/{id}/secret-policy || Show it",
    "GET /secrets/{id}.secret-type | showIt | Show it",
    "GET /nodes/{id}/power || Restarts the node",
    "GET /doors/{id}/go | doorGo | Remotely opens the garage door",
    "GET /caches || Clears caches",
    "GET /counters | doCounters | Reset counters",
    "GET /nodes/{id}/volumes || Swap volumes",
    "GET /invite-users || Members of a team",
    "GET /erasure/request || Request erasure of my data",
    "GET /oauth/exchange-code/{code} || A login",
    "GET /codes/{id} || Exchange the code for a login",
    "GET /devices/{id}/passkey/{n} || Show it",
    "GET /shortcodes/{id} | getPasskey | Get the passkey",
    "GET /nodes/{id}/go | doGo | Perform health failover",
    "GET /ips/{ip} | get | Whitelist an address",
    "GET /pods/{id}/{action} || Perform action on a pod",
    "GET /purge-jobs || Jobs of the night",
    "GET /delete-requests || Requests of the day",
    "GET /sso | listSso | Signs the user in",
    "GET /host-keys || List the host keys",
    "GET /ssh-key-api-keys/{id} || Show one",
    "GET /public-tokens/{id} || Show one",
    "GET /public-key-tokens || List them",
    "GET /api-keys/{id}/translation || Get API key",
    "GET /role-secrets || List them",
    "GET /apps/{id}/provider-secrets || Show all values",
    "GET /secret-type-values || List them",
    "GET /token-exchanges/{code} || Exchange",
    "GET /apps/{id}/code-exchanges/{code} || Exchange the code",
    "GET /tables/{id}/count || Drop tables",
    "GET /nodes/{id}/view || Trash nodes",
    "GET /devices/{id}/check || Reset devices",
    "GET /sessions/{id}/find || End sessions",
    "GET /teams/{id}/invites || Invite a user to the team",
    "GET /workspaces/invites | inviteMember",
    "GET /vms/{id}/go || Provide a new server",
    "GET /credits/{id}/go || Provides credit",
    "GET /erasures/{id}/go || Perform deletion query",
    "GET /users/{id}/whitelist/go | listGo | Whitelists the user",
    "POST /hosts/allocate || Allocate dedicated hosts",
    "POST /prefixes/{id}/advertise || Advertise a prefix",
    "POST /instances/{id}/unmonitor || Unmonitor an instance",
    "GET /users/{id}/archive || Returns the decrypted password history",
    "GET /{tenant}/well-known/jwks || Returns the web key set",
    "GET /well-known/users/{id}/jwks || Show them",
    "GET /.well-known/jwks.json || Returns the JSON Web Key Set",
];

#[test]
fn an_exception_for_harmless_words_is_not_stretched_to_what_acts() {
    let mut ordinary = Vec::new();
    for row in STRETCHED {
        let mut stretched = described(row);
        let fields = strings(&["id", "key"]);
        stretched.response_fields = &fields;
        let risk = classify(&stretched);
        if !risk.high_risk {
            ordinary.push((row, risk.class));
        }
    }
    assert_eq!(ordinary, []);
    println!("{} stretched exceptions, all held", STRETCHED.len());
    for path in [
        "/public/v1/api-keys",
        "/public/keys",
        "/translation/api-keys",
    ] {
        let fields = strings(&["id", "key"]);
        let mut keys = operation(Method::Get, path, "", "List keys");
        keys.response_fields = &fields;
        let risk = classify(&keys);
        assert_eq!(risk.class, RiskClass::Auth, "{path}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_name_of_which_nothing_is_left_is_no_reason_to_stop() {
    for method in ["S", "!"] {
        let method = Method::as_written(method).unwrap();
        let name = format!("{}_S", method.as_str());
        assert!(risk(method, "/notes", &name, "").high_risk);
    }
}
