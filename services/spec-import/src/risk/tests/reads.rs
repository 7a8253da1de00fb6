//! What may be called READ, and what may not.

use super::*;

#[test]
fn plain_reads_are_read_and_need_nobody() {
    for (path, name, summary) in [
        ("/books", "listBooks", "List books"),
        ("/books/{id}", "getBook", "Get a book"),
        ("/invoices", "listInvoices", "List all invoices"),
        (
            "/teams/{id}/members",
            "listMembers",
            "List the members of a team",
        ),
        ("/audit-log", "getAuditLog", "Fetch the audit log"),
        ("/api-keys", "listApiKeys", "List API keys"),
        ("/orders/export", "exportOrders", "Export orders as CSV"),
    ] {
        let risk = assert_class(Method::Get, path, name, summary, RiskClass::Read);
        assert!(
            risk.read_only && !risk.destructive && !risk.high_risk,
            "{path}"
        );
    }
}

#[test]
fn a_post_that_only_computes_an_answer_is_read() {
    for (path, name, summary) in [
        ("/books/search", "searchBooks", "Search books"),
        (
            "/addresses/validate",
            "validateAddress",
            "Validate an address",
        ),
        (
            "/documents/preview",
            "previewDocument",
            "Preview a document",
        ),
        ("/templates/render", "renderTemplate", "Renders a template"),
        ("/routes/estimate", "", "Estimate the length of a route"),
        ("/embeddings", "createEmbedding", "Creates an embedding"),
        ("/reports/query", "queryReports", "Query reports"),
    ] {
        let risk = assert_class(Method::Post, path, name, summary, RiskClass::Read);
        assert!(risk.read_only && !risk.high_risk, "{path}");
    }
}

#[test]
fn a_post_that_asks_what_one_may_is_read_and_shown_to_a_human() {
    for path in ["/books/{id}:testIamPermissions", "/test-permissions"] {
        let (name, text) = ("books.testPermissions", "Returns permissions");
        let risk = assert_class(Method::Post, path, name, text, RiskClass::Read);
        assert!(risk.read_only && risk.high_risk, "{:#?}", risk.reasons);
    }
    for (path, name, text) in [
        ("/roles/{id}/test", "", ""),
        (
            "/roles/{id}/check-and-grant-access",
            "checkAndGrantAccess",
            "Check and grant access",
        ),
        ("/users/{id}/check-reset-access", "", ""),
        ("/doors/{id}/check-out-access", "", "Check out access"),
        (
            "/roles/{id}:testIamPermissions",
            "grantRole",
            "Grant a role",
        ),
    ] {
        let risk = risk(Method::Post, path, name, text);
        assert!(risk.high_risk && !risk.read_only, "{path}: {risk:#?}");
    }
}

#[test]
fn no_word_makes_a_changing_method_read() {
    for method in [Method::Delete, Method::Put, Method::Patch] {
        let mut spoofed = operation(
            method,
            "/books/{id}",
            "safeGetBook",
            "Get a book (safe, read-only)",
        );
        spoofed.description = "This is a safe read-only operation that never changes anything.";
        let risk = classify(&spoofed);
        assert_ne!(risk.class, RiskClass::Read, "{method}");
        assert!(!risk.read_only && risk.high_risk, "{method}");
        assert_eq!(risk.confidence, Confidence::Low, "{method}");
    }
}

#[test]
fn a_get_that_acts_is_not_read() {
    for (path, name, summary) in [
        ("/logout", "logout", "Log the user out"),
        ("/session/logout", "getLogout", "Get out of the session"),
        ("/tokens/{id}/revoke", "", ""),
        ("/containers/{id}/exec", "getExec", "Get an exec stream"),
        (
            "/containers/{id}/sftp",
            "getSftp",
            "Get the SFTP connection",
        ),
        (
            "/runs/{id}/websocket",
            "getSocket",
            "Get the websocket of a run",
        ),
        ("/proxy", "getPage", "Get a page"),
        ("/proxy/{url}", "getPage", "Get a page"),
        ("/sources/proxy/{id}/{route}", "getPage", "Get a page"),
        ("/rtc.connect", "rtcConnect", "Connects to the gateway"),
        ("/pages.publish", "pagesPublish", "Publishes a page"),
        ("/apps.uninstall", "appsUninstall", "Uninstalls an app"),
        ("/cache/purge", "purgeCache", "Purge the cache"),
        ("/books/{id}/delete", "getBookDelete", "Get a book"),
    ] {
        let risk = risk(Method::Get, path, name, summary);
        assert_ne!(risk.class, RiskClass::Read, "{path}: {:#?}", risk.reasons);
        assert!(!risk.read_only, "{path}");
    }
}

#[test]
fn a_read_that_hands_out_a_live_secret_is_auth() {
    for (path, name, summary) in [
        (
            "/users/{id}/token",
            "getUserToken",
            "Retrieve a user's token",
        ),
        (
            "/clusters/{id}/kubeconfig",
            "getKubeconfig",
            "Get the kubeconfig",
        ),
        (
            "/databases/{id}/credentials",
            "getCredentials",
            "Retrieve credentials",
        ),
        ("/apps/{id}/client_secret", "", "Show the client secret"),
        ("/secrets/{name}", "getSecret", "Get a secret"),
        (
            "/me/recovery-codes",
            "getRecoveryCodes",
            "Get recovery codes",
        ),
        (
            "/hosts/{id}/setup",
            "getSetup",
            "Get the setup, which contains the plaintext password",
        ),
    ] {
        let risk = assert_class(Method::Get, path, name, summary, RiskClass::Auth);
        assert!(
            risk.read_only && risk.high_risk && !risk.destructive,
            "{path}"
        );
    }
}

#[test]
fn a_secret_in_the_answer_is_found_by_its_field() {
    let fields = strings(&["id", "private_key"]);
    let mut read = operation(Method::Get, "/machines/{id}", "getMachine", "Get a machine");
    read.response_fields = &fields;
    let read = classify(&read);
    assert_eq!((read.class, read.read_only), (RiskClass::Auth, true));
    assert_eq!(read.sensitivity, [Sensitivity::Credentials]);

    let paging = strings(&["items", "nextPageToken"]);
    let mut list = operation(Method::Get, "/machines", "listMachines", "List machines");
    list.response_fields = &paging;
    assert_eq!(classify(&list).class, RiskClass::Read);
}

#[test]
fn a_post_on_a_guarded_matter_is_not_a_read_by_its_own_words_alone() {
    let cases = [
        ("/v1/charges", "searchCharges", "Search charges"),
        ("/v1/refunds", "listRefunds", "List refunds"),
        ("/v1/payouts", "previewPayouts", "Preview payouts"),
        ("/v1/api_keys", "listApiKeys", "List API keys"),
        (
            "/v1/subscriptions/{id}",
            "getSubscription",
            "Get a subscription",
        ),
    ];
    for (path, id, summary) in cases {
        let risk = risk(Method::Post, path, id, summary);
        assert!(risk.high_risk, "POST {path} {summary}: {risk:?}");
    }
    println!(
        "{} POSTs that call themselves reads of guarded things, all held",
        cases.len()
    );
}

#[test]
fn a_get_that_tells_how_to_sign_in_hands_nothing_out() {
    let fields = strings(&["ok", "user_id"]);
    let mut tested = described("GET /auth.test | auth.test | Tests who is signed in");
    assert_ne!(classify(&tested).class, RiskClass::Read, "no answer");
    tested.response_fields = &fields;
    assert_eq!(classify(&tested).class, RiskClass::Read);
    tested.method = Method::Post;
    assert_ne!(classify(&tested).class, RiskClass::Read, "by POST");
    assert_row(
        "GET /.well-known/oauth-authorization-server | | Metadata",
        RiskClass::Read,
    );
    assert_row(
        "GET /.well-known/openid-configuration | | Metadata",
        RiskClass::Read,
    );
}

#[test]
fn how_something_that_is_started_stands_is_asked() {
    assert_row(
        "GET /provisioning/{id}/status | provisionStatus | Provision status",
        RiskClass::Read,
    );
    let starts = risk(Method::Get, "/provision/{id}", "provision", "Provision it");
    assert!(starts.high_risk, "{starts:?}");
}

#[test]
fn what_a_get_says_that_it_does_besides_is_heard() {
    for (summary, description) in [
        ("Get messages", "Deletes all messages of the inbox."),
        ("Get messages", "Returns them. Deletes old messages."),
        (
            "Get messages",
            "Returns them.\n\nRevokes the key of the caller.",
        ),
        ("Get a report", "Returns the report and deletes it."),
        (
            "Get a report",
            "Returns it. This call also charges the customer's card.",
        ),
        ("Get a user", "Calling this ends all sessions of the user."),
        ("Get the next job and mark it as done", ""),
        (
            "Get an invoice",
            "Returns the invoice and emails it to the customer",
        ),
        ("Read and reset counters", ""),
        ("Get counters", "Returns the counters, and then resets all."),
        ("Pop message", ""),
    ] {
        let mut read = operation(Method::Get, "/things", "things", summary);
        read.description = description;
        let risk = classify(&read);
        assert_ne!(risk.class, RiskClass::Read, "{summary}. {description}");
        assert!(risk.high_risk && !risk.read_only, "{summary}: {risk:#?}");
    }
}

#[test]
fn what_a_get_says_of_others_is_not_held_against_it() {
    for (summary, description) in [
        ("List messages", "Deleted messages are left out."),
        ("Get the log", "Returns what the last purge deleted."),
        ("List events", "Deletes are listed, too."),
        ("Get a user", "Use DELETE to remove it."),
        ("Get a user", "See also: deletes"),
        ("Get a user", "Removing a user deletes their keys."),
        (
            "Get a rule",
            "Gets the rule that meets requests and blocks them.",
        ),
        (
            "Get a report",
            "Returns the policy that\ndeletes the report.",
        ),
        ("Get a book", "Returns the book and lists its pages."),
        ("Get an address", "Parse, validate and clean an address"),
        (
            "Get a role",
            "There are two kinds.\nGrants the rights to all.",
        ),
        ("List entries", "Charges of the customer are listed, too."),
    ] {
        let mut read = operation(Method::Get, "/things", "things", summary);
        read.description = description;
        let risk = classify(&read);
        assert_eq!(risk.class, RiskClass::Read, "{description} {risk:#?}");
        assert!(risk.read_only && !risk.high_risk, "{description}");
    }
}

#[test]
fn a_generated_get_is_no_witness_that_it_reads() {
    let name = "stop_job_v2_jobs__job_id__stop__get";
    let row = format!("GET /v2/jobs/{{job_id}}/stop/ | {name} | Stop Job");
    assert!(assert_row(&row, RiskClass::Write).high_risk);
    let name = "read_job_v2_jobs__job_id__log__get";
    let row = format!("GET /v2/jobs/{{job_id}}/log/ | {name} | Read Job");
    assert_row(&row, RiskClass::Read);
}
