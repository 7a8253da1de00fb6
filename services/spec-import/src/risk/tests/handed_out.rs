//! Secrets that a read hands out, whatever it is called, and what only sounds like one.

use super::*;

#[track_caller]
fn answering(path: &str, summary: &str, fields: &[&str]) -> Risk {
    let fields = strings(fields);
    let mut read = operation(Method::Get, path, "", summary);
    read.response_fields = &fields;
    classify(&read)
}

#[test]
fn a_list_of_api_keys_that_shows_the_keys_hands_them_out() {
    let shown = answering("/client/apikeys", "Get API keys", &["key", "permissions"]);
    assert_eq!(shown.class, RiskClass::Auth, "{:#?}", shown.reasons);
    let named = answering("/client/apikeys", "List API keys", &["name", "permissions"]);
    assert_eq!(named.class, RiskClass::Read, "{:#?}", named.reasons);
    let one = answering("/keys/{id}", "Retrieve an API key", &["id", "key"]);
    assert_eq!(one.class, RiskClass::Auth, "{:#?}", one.reasons);
    let tokens = answering("/users/tokens", "List tokens", &["id", "key"]);
    assert_eq!(tokens.class, RiskClass::Auth, "{:#?}", tokens.reasons);
    let below = answering("/keys/{key}/agents", "List agents", &["name", "key"]);
    assert_eq!(below.class, RiskClass::Auth, "{:#?}", below.reasons);
    let row = answering("/rows", "List rows", &["key", "value"]);
    assert_eq!(row.class, RiskClass::Read, "{:#?}", row.reasons);
}

#[test]
fn a_list_of_webhooks_that_shows_what_they_sign_with_hands_it_out() {
    for field in [
        "secret",
        ".secret",
        "callback_token",
        "authorization_header",
    ] {
        let risk = answering("/rooms/{id}/webhooks", "List webhooks", &["url", field]);
        assert_eq!(risk.class, RiskClass::Auth, "{field}");
    }
    let risk = answering("/rooms/{id}/webhooks", "List webhooks", &["url", "events"]);
    assert_eq!(risk.class, RiskClass::Read);
    // Far inside an ordinary thing a secret is somebody else's.
    let risk = answering("/rooms/{id}", "Get a room", &["name", ".secret"]);
    assert_eq!(risk.class, RiskClass::Read);
}

#[test]
fn an_address_that_signs_somebody_in_is_a_secret() {
    for field in ["calendarAuthUrl", "auth_link", "loginUrl"] {
        let risk = answering("/resources/{id}/calendar", "Get a calendar", &[field]);
        assert_eq!(risk.class, RiskClass::Auth, "{field}");
    }
}

#[test]
fn an_address_that_ends_or_is_guarded_opens_something() {
    for summary in [
        "Generates a time-limited URL to preview the site",
        "Retrieves secure links to the pages of a registration",
        "Get a temporary preview URL",
        "Returns a one-time link",
    ] {
        let risk = answering("/sites/{id}/preview", summary, &["url"]);
        assert_eq!(
            risk.class,
            RiskClass::Auth,
            "{summary}: {:#?}",
            risk.reasons
        );
    }
    for summary in ["Get the URL of a preview", "Get a secure site and its link"] {
        let risk = answering("/sites/{id}/preview", summary, &["url"]);
        assert_eq!(
            risk.class,
            RiskClass::Read,
            "{summary}: {:#?}",
            risk.reasons
        );
    }
}

#[test]
fn words_written_as_one_are_the_same_secret() {
    for path in [
        "/self/mfa/{kind}/backupcodes",
        "/users/{id}/api-key",
        "/runs/{id}/sasuri",
    ] {
        assert_class(Method::Get, path, "", "", RiskClass::Auth);
    }
}

#[test]
fn a_path_that_hands_out_credentials_does_so_under_any_name() {
    for path in [
        "/credentials",
        "/vaults/{id}/items/{item}",
        "/users/{id}/mfa/qr",
        "/keys/{id}/export",
        "/tunnels/{id}/config",
        "/boxes/{id}/key",
    ] {
        assert_class(
            Method::Get,
            path,
            "listThings",
            "List things",
            RiskClass::Auth,
        );
    }
}

#[test]
fn a_public_key_and_a_kind_of_credential_are_no_secret() {
    for (path, summary) in [
        ("/server/publicKey", "Get the public key"),
        ("/publickey", "Get the public key"),
        (
            "/credential_types",
            "Returns an array of CredentialType objects",
        ),
    ] {
        assert_class(Method::Get, path, "", summary, RiskClass::Read);
    }
}

#[test]
fn the_method_before_a_name_does_not_make_it_a_read() {
    for (name, class) in [
        ("GET_DeleteQueue", RiskClass::Delete),
        ("GET_StartCluster", RiskClass::Write),
        ("GET_DescribeQueue", RiskClass::Read),
    ] {
        assert_class(Method::Get, "/", name, "", class);
    }
}

#[test]
fn things_that_only_begin_with_a_verb_are_read() {
    for path in ["/deploy-keys", "/pay_schedules", "/stations/{id}/charging"] {
        let risk = assert_class(Method::Get, path, "getThem", "Get them", RiskClass::Read);
        assert!(!risk.high_risk, "{path}: {:#?}", risk.reasons);
    }
    assert_class(
        Method::Get,
        "/register",
        "getRegister",
        "Register",
        RiskClass::Auth,
    );
}

#[test]
fn what_is_told_of_sessions_passwords_and_cancellations_is_read() {
    for path in [
        "/clients/sessions/count",
        "/services/{id}/cancellation-policy",
        "/flags/expiring-targets",
    ] {
        let risk = assert_class(Method::Get, path, "getIt", "Get it", RiskClass::Read);
        assert!(!risk.high_risk, "{path}: {:#?}", risk.reasons);
    }
    let session = answering("/session", "Get the session", &["user", "started_at"]);
    assert_eq!(session.class, RiskClass::Read, "{:#?}", session.reasons);
    let unsaid = answering("/session", "Get the session", &[]);
    assert_eq!(unsaid.class, RiskClass::Auth, "{:#?}", unsaid.reasons);
    let members = answering(
        "/groups/{id}/people",
        "List people",
        &["can_change_password"],
    );
    assert_eq!(members.class, RiskClass::Read, "{:#?}", members.reasons);
}

#[test]
fn following_the_link_of_a_mail_completes_what_it_is_about() {
    for path in [
        "/users/{id}/confirm-new-email/{token}",
        "/self/confirmation_email",
        "/password_forgotten/{key}",
    ] {
        let risk = risk(Method::Get, path, "", "");
        assert_ne!(risk.class, RiskClass::Read, "{path}");
        assert!(risk.high_risk, "{path}");
    }
}

#[test]
fn an_order_written_as_one_word_is_that_order() {
    for (path, class) in [
        ("/addwebhook", RiskClass::Admin),
        ("/deleteuser", RiskClass::Admin),
        ("/removebook", RiskClass::Delete),
        ("/getbook", RiskClass::Read),
        ("/settings", RiskClass::Read),
        ("/addresses", RiskClass::Read),
    ] {
        assert_class(Method::Get, path, &path[1..], "", class);
    }
}

#[test]
fn an_order_in_a_path_is_one_whatever_the_words_around_it_say() {
    for path in [
        "/accounts/{id}/pay-invoices",
        "/refund-orders",
        "/charge-cards",
        "/execute-scripts",
        "/accounts/{id}/termination",
        "/subscriptions/{id}/cancellation",
        "/purging-caches",
    ] {
        let risk = risk(Method::Get, path, "listThings", "List things");
        assert!(
            risk.class != RiskClass::Read || risk.high_risk,
            "{path}: {:#?}",
            risk.reasons
        );
    }
    for path in [
        "/accounts?%61ction=refund&id={id}",
        "/accounts?mode=delete&id={id}",
        "/accounts?%5Fmethod=DELETE",
    ] {
        let risk = risk(Method::Get, path, "listThings", "List things");
        assert!(risk.high_risk, "{path}");
    }
}

/// T59: a document that declares less than it answers lowers nothing.
#[test]
fn what_a_store_of_secrets_is_said_to_answer_lowers_nothing() {
    let paths = [
        "/secrets",
        "/secrets/{id}",
        "/secrets/{id}/download",
        "/secrets/{id}/value",
        "/v1/secret/{mount}/data/{path}",
        "/projects/{id}/secrets/latest",
    ];
    let answers = [
        &[][..],
        &["id"],
        &["name"],
        &["data", "name"],
        &["id", "created"],
    ];
    for path in paths {
        for fields in answers {
            let risk = answering(path, "List secrets", fields);
            assert_eq!(risk.class, RiskClass::Auth, "{path} {fields:?}");
            assert!(risk.high_risk, "{path} {fields:?}");
        }
    }
    println!("T59: N = {} declared answers", paths.len() * answers.len());
}

#[test]
fn what_is_listed_only_on_demand_is_handed_out() {
    for (method, path, name, summary) in [
        (
            Method::Post,
            "/shelves/{id}/listKeys",
            "Shelf_ListKeys",
            "List the keys",
        ),
        (
            Method::Get,
            "/shelves/{id}/listKeys",
            "Shelf_ListKeys",
            "Gets the keys",
        ),
        (
            Method::Post,
            "/shelves/{id}/listCallbackUrl",
            "Shelf_ListCallbackUrl",
            "Get the callback URL",
        ),
    ] {
        assert_class(method, path, name, summary, RiskClass::Auth);
    }
}

#[test]
fn what_carries_a_secret_is_the_secret() {
    for (path, name, summary) in [
        (
            "/#Target=Shelf.GetSecretValue",
            "GetSecretValue",
            "Retrieves the contents",
        ),
        (
            "/#Action=GetPasswordData",
            "GetPasswordData",
            "Retrieves the data",
        ),
        (
            "/#Target=Shelf.GetPassToken",
            "GetPassToken",
            "Retrieves a pass token",
        ),
        (
            "/cards/{id}/details",
            "",
            "Retrieve sensitive details for a card",
        ),
        (
            "/readers/{id}/verificationCodes",
            "",
            "Returns the valid codes",
        ),
        (
            "/uploads/{id}/write",
            "GetSas",
            "Get a shared access signature",
        ),
        ("/keys/{set}", "", "Retrieve a JSON Web Key Set"),
        (
            "/exports/{id}",
            "GetExport",
            "Returns a link to a pre-signed storage URL",
        ),
    ] {
        let risk = risk(Method::Get, path, name, summary);
        assert_eq!(risk.class, RiskClass::Auth, "{path}: {:#?}", risk.reasons);
    }
    for (path, summary) in [
        (
            "/uploads/{id}",
            "Show an upload that was made with a pre-signed URL",
        ),
        ("/secret-roles", "List roles"),
    ] {
        assert_class(Method::Get, path, "", summary, RiskClass::Read);
    }
}

#[test]
fn a_network_key_is_a_secret_by_the_name_of_its_field() {
    for field in [
        "psk",
        "auth_psk",
        "sharedKey",
        "hmacKey",
        "community_string",
        "hooks_token",
    ] {
        let risk = answering("/rooms/{id}", "Get a room", &["name", field]);
        assert_eq!(risk.class, RiskClass::Auth, "{field}");
    }
    let risk = answering("/readers/{id}/ssh-keys", "List them", &["key"]);
    assert_eq!(risk.class, RiskClass::Read);
}

#[test]
fn what_starts_as_a_host_and_what_a_password_became_are_handed_out() {
    for field in ["runners_token", "license_key", "password_hash"] {
        let risk = answering("/plants/{id}", "Get a plant", &["name", field]);
        assert_eq!(risk.class, RiskClass::Auth, "{field}");
    }
    for (path, summary) in [
        ("/lessons/{id}/startUrl", "Get start URL"),
        ("/images/{id}/hashes", "List password hashes"),
    ] {
        let risk = answering(path, summary, &[]);
        assert_eq!(risk.class, RiskClass::Auth, "{path}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_get_that_toggles_is_no_read() {
    let risk = answering("/songs/like/toggle", "Toggle the like of a song", &[]);
    assert_ne!(risk.class, RiskClass::Read, "{:#?}", risk.reasons);
}
