//! The promises of the classifier, one by one, on operations of no real API.

use std::path::Path;

use countersign_domain::{
    operation::Method,
    risk::{Confidence, Risk, RiskClass},
};

use super::{Evidence, classify, score};

/// An operation as a document would describe it.
fn operation<'a>(method: Method, path: &'a str, name: &'a str, summary: &'a str) -> Evidence<'a> {
    Evidence {
        method,
        path,
        operation_id: (!name.is_empty()).then_some(name),
        summary,
        description: "",
        tags: &[],
        request_fields: &[],
        response_fields: &[],
        scopes: &[],
    }
}

fn risk(method: Method, path: &str, name: &str, summary: &str) -> Risk {
    classify(&operation(method, path, name, summary))
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[track_caller]
fn assert_class(method: Method, path: &str, name: &str, summary: &str, class: RiskClass) -> Risk {
    let risk = risk(method, path, name, summary);
    assert_eq!(risk.class, class, "{method} {path}: {:#?}", risk.reasons);
    risk
}

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
    assert_eq!(read.sensitivity, ["credentials"]);

    let paging = strings(&["items", "nextPageToken"]);
    let mut list = operation(Method::Get, "/machines", "listMachines", "List machines");
    list.response_fields = &paging;
    assert_eq!(classify(&list).class, RiskClass::Read);
}

#[test]
fn money_beats_every_other_matter() {
    for (method, path, name, summary, destructive) in [
        (
            Method::Post,
            "/payments/{id}/refund",
            "refundPayment",
            "Refund a payment",
            false,
        ),
        (
            Method::Post,
            "/subscriptions",
            "createSubscription",
            "Create a subscription",
            false,
        ),
        (
            Method::Delete,
            "/customers/{id}/cards/{card}",
            "deleteCard",
            "Delete a saved card",
            true,
        ),
        (
            Method::Post,
            "/invoices/{id}/void",
            "voidInvoice",
            "Void an invoice",
            true,
        ),
        (
            Method::Post,
            "/payouts",
            "createPayout",
            "Create a payout",
            false,
        ),
        (
            Method::Patch,
            "/coupons/{id}",
            "updateCoupon",
            "Update a coupon",
            false,
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Billing);
        assert!(risk.high_risk, "{path}");
        assert_eq!(risk.destructive, destructive, "{path}");
    }
}

#[test]
fn credentials_beat_administration_and_removal() {
    for (method, path, name, summary, destructive) in [
        (
            Method::Post,
            "/oauth/token",
            "issueToken",
            "Issue an access token",
            false,
        ),
        (
            Method::Delete,
            "/api-keys/{id}",
            "deleteApiKey",
            "Delete an API key",
            true,
        ),
        (
            Method::Post,
            "/keys/{id}/rotate",
            "rotateKey",
            "Rotate a signing key",
            true,
        ),
        (
            Method::Put,
            "/users/{id}/password",
            "setPassword",
            "Set a user's password",
            false,
        ),
        (
            Method::Post,
            "/sessions",
            "createSession",
            "Create a session",
            false,
        ),
        (
            Method::Post,
            "/ssh-keys",
            "addSshKey",
            "Add an SSH key",
            false,
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Auth);
        assert!(risk.high_risk, "{path}");
        assert_eq!(risk.destructive, destructive, "{path}");
    }
}

#[test]
fn a_post_that_proves_a_credential_is_auth_although_it_changes_nothing() {
    let risk = assert_class(
        Method::Post,
        "/tokens/check",
        "checkToken",
        "Check a token",
        RiskClass::Auth,
    );
    assert!(risk.read_only && risk.high_risk);
}

#[test]
fn who_may_do_what_is_admin() {
    for (method, path, name, summary, destructive) in [
        (
            Method::Post,
            "/orgs/{id}/invitations",
            "inviteMember",
            "Invite a member",
            false,
        ),
        (
            Method::Delete,
            "/teams/{id}/members/{user}",
            "removeMember",
            "Remove a member from a team",
            true,
        ),
        (
            Method::Put,
            "/users/{id}/roles",
            "setRoles",
            "Set a user's roles",
            false,
        ),
        (
            Method::Post,
            "/webhooks",
            "createWebhook",
            "Create a webhook",
            false,
        ),
        (
            Method::Patch,
            "/workspaces/{id}/settings",
            "updateSettings",
            "Update workspace settings",
            false,
        ),
        (
            Method::Delete,
            "/firewalls/{id}/rules",
            "deleteRules",
            "Delete firewall rules",
            true,
        ),
        (
            Method::Post,
            "/admin/banners",
            "createBanner",
            "Create a banner",
            false,
        ),
        (
            Method::Post,
            "/repos/{id}/transfer",
            "transferRepo",
            "Transfer a repository",
            false,
        ),
        (
            Method::Put,
            "/users/{id}/status",
            "setStatus",
            "Update a user's status",
            false,
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Admin);
        assert!(risk.high_risk, "{path}");
        assert_eq!(risk.destructive, destructive, "{path}");
    }
}

#[test]
fn removal_is_delete_by_whatever_method() {
    for (method, path, name, summary) in [
        (Method::Delete, "/books/{id}", "deleteBook", "Delete a book"),
        (
            Method::Post,
            "/books.delete",
            "books_delete",
            "Deletes a book",
        ),
        (
            Method::Post,
            "/caches/{id}/purge",
            "purgeCache",
            "Purge a cache",
        ),
        (Method::Put, "/trash/empty", "emptyTrash", "Empty the trash"),
        (
            Method::Post,
            "/people/{id}/redact",
            "",
            "Redact what is known of a person",
        ),
        (
            Method::Post,
            "/privacy/deletion-jobs",
            "createDeletionJob",
            "Request the deletion of a profile",
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Delete);
        assert!(risk.destructive && risk.high_risk, "{path}");
    }
}

#[test]
fn taking_part_is_an_ordinary_change_even_when_spelled_delete() {
    for (method, path, name, summary) in [
        (
            Method::Delete,
            "/books/{id}/star",
            "unstarBook",
            "Unstar a book",
        ),
        (
            Method::Delete,
            "/posts/{id}/reactions/{r}",
            "removeReaction",
            "Remove a reaction from a post",
        ),
        (
            Method::Put,
            "/me/following/{name}",
            "follow",
            "Follow a user",
        ),
        (
            Method::Post,
            "/channels/{id}/invite",
            "inviteToChannel",
            "Invite users to a channel",
        ),
        (
            Method::Delete,
            "/tickets/{id}/tags/{tag}",
            "removeTag",
            "Remove a tag from a ticket",
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Write);
        assert!(!risk.destructive, "{path}");
    }
}

#[test]
fn ordinary_changes_need_nobody() {
    for (method, path, name, summary) in [
        (Method::Post, "/books", "createBook", "Create a book"),
        (Method::Patch, "/books/{id}", "updateBook", "Update a book"),
        (
            Method::Post,
            "/books/{id}/archive",
            "archiveBook",
            "Archive a book",
        ),
        (
            Method::Put,
            "/invoices/{id}/attachments/{name}",
            "addAttachment",
            "Add an attachment",
        ),
        (
            Method::Post,
            "/users/{id}/meetings",
            "createMeeting",
            "Create a meeting",
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Write);
        assert!(
            !risk.high_risk && !risk.destructive,
            "{path}: {:#?}",
            risk.reasons
        );
    }
}

#[test]
fn a_grave_change_needs_a_human_and_says_why() {
    for (method, path, name, summary, code) in [
        (
            Method::Post,
            "/jobs/{id}/cancel",
            "cancelJob",
            "Cancel a job",
            "destructive",
        ),
        (
            Method::Post,
            "/machines/{id}/rebuild",
            "rebuildMachine",
            "Rebuild a machine",
            "destructive",
        ),
        (
            Method::Post,
            "/clusters",
            "createCluster",
            "Create a cluster",
            "provision",
        ),
        (
            Method::Post,
            "/disks/{id}/resize",
            "resizeDisk",
            "Resize a disk",
            "provision",
        ),
        (
            Method::Post,
            "/pipelines/{id}/run",
            "runPipeline",
            "Run a pipeline",
            "execute",
        ),
        (
            Method::Post,
            "/apps/{id}/deployments",
            "createDeployment",
            "Create a deployment",
            "execute",
        ),
        (
            Method::Post,
            "/contacts/bulk",
            "bulkUpdateContacts",
            "Update many contacts",
            "bulk",
        ),
        (
            Method::Post,
            "/campaigns/{id}/send",
            "sendCampaign",
            "Send a campaign",
            "bulk",
        ),
        (
            Method::Post,
            "/backups/{id}/restore",
            "restoreBackup",
            "Restore a backup",
            "destructive",
        ),
    ] {
        let risk = assert_class(method, path, name, summary, RiskClass::Write);
        assert!(risk.high_risk, "{path}");
        assert!(
            risk.reasons.iter().any(|reason| reason.code == code),
            "{path}: {:#?}",
            risk.reasons
        );
    }
}

#[test]
fn the_worse_of_two_verbs_counts() {
    let risk = risk(
        Method::Post,
        "/bookings/{id}",
        "changeBooking",
        "Update or cancel a booking",
    );
    assert!(risk.destructive && risk.high_risk);
}

#[test]
fn a_text_that_says_it_cannot_be_undone_is_believed() {
    let mut settled = operation(
        Method::Post,
        "/books/{id}/settlement",
        "closeBook",
        "Close a book",
    );
    settled.description = "Closes the book. This cannot be undone.";
    let risk = classify(&settled);
    assert!(risk.destructive && risk.high_risk);
}

#[test]
fn silence_is_low_confidence_and_never_waved_through() {
    let change = risk(Method::Post, "/things", "", "");
    assert_eq!(
        (change.confidence, change.high_risk),
        (Confidence::Low, true)
    );
    let search = risk(Method::Post, "/things/search", "", "");
    assert_eq!(
        (search.confidence, search.high_risk),
        (Confidence::Low, true)
    );
    let unknown = risk(Method::Get, "/things/{id}/frobnicate", "", "");
    assert_eq!(
        (unknown.confidence, unknown.high_risk),
        (Confidence::Low, true)
    );
    let bare = risk(Method::Get, "/things/{id}", "", "");
    assert_eq!(
        (bare.class, bare.confidence, bare.high_risk),
        (RiskClass::Read, Confidence::Low, false)
    );
}

#[test]
fn scattered_hints_of_a_guarded_matter_ask_for_a_human() {
    let risk = risk(
        Method::Post,
        "/organization/projects",
        "createProject",
        "Create a project",
    );
    assert_eq!(
        (risk.class, risk.confidence, risk.high_risk),
        (RiskClass::Write, Confidence::Low, true)
    );
}

#[test]
fn request_fields_tell_what_the_name_hides() {
    let fields = strings(&["amount", "card_number", "cvc"]);
    let mut hidden = operation(Method::Post, "/submit", "submit", "Submit");
    hidden.request_fields = &fields;
    let risk = classify(&hidden);
    assert_eq!(risk.class, RiskClass::Billing);
    assert!(risk.sensitivity.contains(&"financial".to_owned()));

    let fields = strings(&["grant_type", "code"]);
    hidden.request_fields = &fields;
    assert_eq!(classify(&hidden).class, RiskClass::Auth);
}

#[test]
fn sensitive_data_is_named() {
    let fields = strings(&["date_of_birth", "diagnosis", "iban"]);
    let mut read = operation(Method::Get, "/records/{id}", "getRecord", "Get a record");
    read.response_fields = &fields;
    assert_eq!(
        classify(&read).sensitivity,
        ["personal", "financial", "health"]
    );
}

#[test]
fn every_answer_has_reasons_with_evidence_and_is_the_same_again() {
    for method in Method::ALL {
        for path in [
            "",
            "/",
            "/{id}",
            "/users",
            "/ü/{",
            "/a.b:c(d)",
            "/invoices/{id}/pay",
        ] {
            let once = risk(method, path, "", "");
            assert!(!once.reasons.is_empty(), "{method} {path}");
            assert_eq!(once, risk(method, path, "", ""), "{method} {path}");
            assert_eq!(
                once.read_only,
                once.class == RiskClass::Read || once.read_only,
                "{method} {path}"
            );
        }
    }
}

#[test]
fn labels_that_are_no_labels_are_refused() {
    assert!(matches!(score::score(""), Err(score::ScoreError::Empty)));
    assert!(matches!(
        score::score("\n{}"),
        Err(score::ScoreError::Malformed { line: 2, .. })
    ));
}

#[test]
fn the_labelled_operations_are_found() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/risk/dev.jsonl");
    let Ok(labels) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: no labelled operations at {}", file.display());
        return;
    };
    let score = score::score(&labels).unwrap();
    println!("{score}");
    assert_eq!(
        score.all.high_risk_called_read, 0,
        "high-risk calls called READ"
    );
    assert!(score.all.high_risk_recall() >= 0.95, "high-risk recall");
    assert!(score.all.accuracy() >= 0.80, "accuracy");
    assert!(score.all.read_recall() >= 0.88, "READ recall");
}
