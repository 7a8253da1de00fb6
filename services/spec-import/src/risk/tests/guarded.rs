//! Money, credentials and access.

use super::*;

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
