//! Ordinary data: removals, switches, changes and graver changes.

use super::*;

#[test]
fn removal_is_delete_by_whatever_method() {
    for row in [
        "DELETE /books/{id} | deleteBook | Delete a book",
        "POST /books.delete | books_delete | Deletes a book",
        "POST /caches/{id}/purge | purgeCache | Purge a cache",
        "PUT /trash/empty | emptyTrash | Empty the trash",
        "POST /people/{id}/redact || Redact what is known of a person",
        "POST /privacy/deletion-jobs | createDeletionJob | Request the deletion of a profile",
    ] {
        let risk = assert_row(row, RiskClass::Delete);
        assert!(risk.destructive && risk.high_risk, "{row}");
    }
}

#[test]
fn taking_part_is_an_ordinary_change_even_when_spelled_delete() {
    for row in [
        "DELETE /books/{id}/star | unstarBook | Unstar a book",
        "DELETE /posts/{id}/reactions/{r} | removeReaction | Remove a reaction from a post",
        "PUT /me/following/{name} | follow | Follow a user",
        "POST /channels/{id}/invite | inviteToChannel | Invite users to a channel",
        "DELETE /tickets/{id}/tags/{tag} | removeTag | Remove a tag from a ticket",
    ] {
        let risk = assert_row(row, RiskClass::Write);
        assert!(!risk.destructive, "{row}");
    }
}

#[test]
fn ordinary_changes_need_nobody() {
    for row in [
        "POST /books | createBook | Create a book",
        "PATCH /books/{id} | updateBook | Update a book",
        "POST /books/{id}/archive | archiveBook | Archive a book",
        "PUT /invoices/{id}/attachments/{name} | addAttachment | Add an attachment",
        "POST /users/{id}/meetings | createMeeting | Create a meeting",
    ] {
        let risk = assert_row(row, RiskClass::Write);
        assert!(
            !risk.high_risk && !risk.destructive,
            "{row}: {:#?}",
            risk.reasons
        );
    }
}

#[test]
fn a_grave_change_needs_a_human_and_says_why() {
    for (row, code) in [
        (
            "POST /jobs/{id}/cancel | cancelJob | Cancel a job",
            "destructive",
        ),
        (
            "POST /machines/{id}/rebuild | rebuildMachine | Rebuild a machine",
            "destructive",
        ),
        (
            "POST /clusters | createCluster | Create a cluster",
            "provision",
        ),
        (
            "POST /disks/{id}/resize | resizeDisk | Resize a disk",
            "provision",
        ),
        (
            "POST /pipelines/{id}/run | runPipeline | Run a pipeline",
            "execute",
        ),
        (
            "POST /apps/{id}/deployments | createDeployment | Create a deployment",
            "execute",
        ),
        (
            "POST /contacts/bulk | bulkUpdateContacts | Update many contacts",
            "bulk",
        ),
        (
            "POST /campaigns/{id}/send | sendCampaign | Send a campaign",
            "bulk",
        ),
        (
            "POST /backups/{id}/restore | restoreBackup | Restore a backup",
            "destructive",
        ),
        (
            "POST /executions/{id}/retry | retryExecution | Retry an execution",
            "execute",
        ),
        (
            "PUT /functions/{name}/code | updateCode | Update the code of a function",
            "execute",
        ),
        (
            "POST /tables/{name}/operation | operateTable | Operate a table",
            "execute",
        ),
        (
            "PUT /servers/{id}/type | setType | Set the type",
            "provision",
        ),
        (
            "POST /trainings | createTraining | Create a training",
            "provision",
        ),
        (
            "POST /letters/{id}/send | sendLetter | Send a letter",
            "provision",
        ),
        (
            "POST /kernels/{id}/restart | restartKernel | Restart a kernel",
            "sets_going",
        ),
        (
            "POST /books/{id}/activate | activateBook | Activate a book",
            "sets_going",
        ),
    ] {
        let risk = assert_row(row, RiskClass::Write);
        assert!(risk.high_risk, "{row}");
        assert!(
            risk.reasons.iter().any(|reason| reason.code == code),
            "{row}: {:#?}",
            risk.reasons
        );
    }
}

#[test]
fn an_adverb_in_the_name_or_summary_says_that_one_call_changes_many() {
    let feeds = |name, summary| classify(&operation(Method::Post, "/feeds", name, summary));
    assert!(!feeds("updateInventory", "Update the inventory").high_risk);
    for (name, summary) in [
        ("updateBulkInventory", "Update the inventory"),
        ("updateInventory", "Updates items in bulk"),
        ("massUpdateInventory", "Update the inventory"),
    ] {
        let risk = feeds(name, summary);
        let bulk = risk.reasons.iter().any(|reason| reason.code == "bulk");
        assert!(
            risk.high_risk && bulk,
            "{name}, {summary}: {:#?}",
            risk.reasons
        );
    }
}

#[test]
fn who_sets_the_size_of_what_runs_orders_what_is_paid_for() {
    for field in ["replicas", ".pod_type", "instanceType", "node-count"] {
        let fields = strings(&[field]);
        let mut change = operation(
            Method::Patch,
            "/indexes/{name}",
            "configure",
            "Configure one",
        );
        assert!(!classify(&change).high_risk);
        change.request_fields = &fields;
        let risk = classify(&change);
        let provision = risk.reasons.iter().any(|reason| reason.code == "provision");
        assert!(risk.high_risk && provision, "{field}: {:#?}", risk.reasons);
    }
}

#[test]
fn whoever_is_given_a_role_comes_in_with_it() {
    let mut hire = operation(
        Method::Post,
        "/employee/create",
        "createEmployee",
        "Create one",
    );
    assert!(!classify(&hire).high_risk);
    let fields = strings(&["email", "roleId"]);
    hire.request_fields = &fields;
    assert!(classify(&hire).high_risk);
}

#[test]
fn a_list_of_things_that_is_sent_changes_many_at_once() {
    let mut many = operation(Method::Post, "/messages", "sendMessages", "Send messages");
    assert!(!classify(&many).high_risk);
    many.sends_a_list = true;
    let risk = classify(&many);
    assert!(risk.high_risk && risk.reasons.iter().any(|reason| reason.code == "bulk"));
    many.path = "/books/{id}/notes";
    assert!(!classify(&many).high_risk, "the notes of one book");
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
fn a_sentence_alone_does_not_turn_a_removal_into_a_switch() {
    for summary in [
        "Unstar a book",
        "Mark a book as done",
        "Unfollow",
        "Dismiss the book",
    ] {
        let risk = risk(Method::Delete, "/books/{id}", "", summary);
        assert!(
            risk.high_risk && risk.destructive,
            "{summary}: {:#?}",
            risk.reasons
        );
    }
    let muted = risk(
        Method::Delete,
        "/teams/{id}/members/{user}",
        "",
        "Mute a member",
    );
    assert_eq!(muted.class, RiskClass::Admin);
}

#[test]
fn what_runs_from_now_on_needs_a_human() {
    for (method, path, summary) in [
        (
            Method::Put,
            "/kitchens/{id}/deployments/{d}",
            "Update a deployment",
        ),
        (
            Method::Patch,
            "/kitchens/deployments/{d}",
            "Update a deployment",
        ),
        (
            Method::Post,
            "/pipelines/{id}/updates",
            "Starts an update of the oven",
        ),
        (
            Method::Post,
            "/message/blast",
            "Post a message to some streams",
        ),
    ] {
        let risk = risk(method, path, "", summary);
        assert!(risk.high_risk, "{path}: {:#?}", risk.reasons);
    }
    let note = risk(Method::Post, "/pipelines/{id}/notes", "", "Add a note");
    assert!(!note.high_risk, "{:#?}", note.reasons);
}

#[test]
fn an_address_of_an_embedded_page_is_a_credential_when_it_is_made() {
    for (path, name) in [
        (
            "/template/getEmbeddedMenuEditUrl",
            "get_embedded_menu_edit_url",
        ),
        ("/menus/{id}/embed", "create_embeddable_menu_link"),
    ] {
        assert_class(Method::Post, path, name, "", RiskClass::Auth);
    }
}

#[test]
fn a_deletion_that_takes_more_along_is_no_switch() {
    let mut watch = operation(
        Method::Delete,
        "/watch/{id}",
        "deleteWatch",
        "Delete a watch",
    );
    assert_eq!(classify(&watch).class, RiskClass::Write);
    watch.description = "Delete a watch of a page and all related history.";
    assert_eq!(classify(&watch).class, RiskClass::Delete);
    watch.summary = "Delete a watch and all its history";
    watch.description = "";
    assert_eq!(classify(&watch).class, RiskClass::Delete);
}

#[test]
fn setting_the_status_of_a_mailing_needs_a_human() {
    for method in [Method::Put, Method::Patch, Method::Post] {
        let set = risk(method, "/newsletters/{id}/status", "", "Set the status");
        assert!(set.high_risk, "{method}: {:#?}", set.reasons);
        let set = risk(
            method,
            "/tickets/{id}/status",
            "setStatus",
            "Set the status",
        );
        assert!(!set.high_risk, "{method}: {:#?}", set.reasons);
    }
}
