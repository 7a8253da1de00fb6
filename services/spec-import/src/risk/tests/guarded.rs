//! Money, credentials and access.

use super::*;

#[test]
fn money_beats_every_other_matter() {
    for (row, destructive) in [
        (
            "POST /payments/{id}/refund | refundPayment | Refund a payment",
            false,
        ),
        (
            "POST /subscriptions | createSubscription | Create a subscription",
            false,
        ),
        (
            "DELETE /customers/{id}/cards/{card} | deleteCard | Delete a saved card",
            true,
        ),
        (
            "POST /invoices/{id}/void | voidInvoice | Void an invoice",
            true,
        ),
        ("POST /payouts | createPayout | Create a payout", false),
        (
            "PATCH /coupons/{id} | updateCoupon | Update a coupon",
            false,
        ),
    ] {
        let risk = assert_row(row, RiskClass::Billing);
        assert!(risk.high_risk, "{row}");
        assert_eq!(risk.destructive, destructive, "{row}");
    }
}

#[test]
fn credentials_beat_administration_and_removal() {
    for (row, destructive) in [
        (
            "POST /oauth/token | issueToken | Issue an access token",
            false,
        ),
        (
            "DELETE /api-keys/{id} | deleteApiKey | Delete an API key",
            true,
        ),
        (
            "POST /keys/{id}/rotate | rotateKey | Rotate a signing key",
            true,
        ),
        (
            "PUT /users/{id}/password | setPassword | Set a user's password",
            false,
        ),
        ("POST /sessions | createSession | Create a session", false),
        ("POST /ssh-keys | addSshKey | Add an SSH key", false),
    ] {
        let risk = assert_row(row, RiskClass::Auth);
        assert!(risk.high_risk, "{row}");
        assert_eq!(risk.destructive, destructive, "{row}");
    }
}

#[test]
fn a_post_that_proves_a_credential_is_auth_although_it_changes_nothing() {
    for row in [
        "POST /tokens/check | checkToken | Check a token",
        "POST /phones/check | checkPhone | Check the code of a phone",
    ] {
        let risk = assert_row(row, RiskClass::Auth);
        assert!(risk.read_only && risk.high_risk, "{row}");
    }
    let fields = strings(&["grant_type", "code_verifier"]);
    let mut search = described("POST /books/search | searchBooks | Search books");
    search.request_fields = &fields;
    assert_eq!(classify(&search).class, RiskClass::Auth);
}

#[test]
fn whoever_lets_somebody_in_needs_a_human() {
    for row in [
        "POST /gates/{id}/open | openGate | Open a gate",
        "POST /vehicles/{id}/start | startVehicle | Start a vehicle",
        "POST /documents/{id}/viewers | addViewer | Add a viewer",
        "POST /integrations/{id}/tags | addTag | Add a tag",
    ] {
        let risk = classify(&described(row));
        assert!(risk.high_risk, "{row}: {:#?}", risk.reasons);
    }
}

#[test]
fn who_may_do_what_is_admin() {
    for (row, destructive) in [
        (
            "POST /orgs/{id}/invitations | inviteMember | Invite a member",
            false,
        ),
        (
            "DELETE /teams/{id}/members/{user} | removeMember | Remove a member from a team",
            true,
        ),
        (
            "PUT /users/{id}/roles | setRoles | Set a user's roles",
            false,
        ),
        ("POST /webhooks | createWebhook | Create a webhook", false),
        (
            "PATCH /workspaces/{id}/settings | updateSettings | Update workspace settings",
            false,
        ),
        (
            "DELETE /firewalls/{id}/rules | deleteRules | Delete firewall rules",
            true,
        ),
        (
            "POST /admin/banners | createBanner | Create a banner",
            false,
        ),
        (
            "POST /devices/{id}/block | blockDevice | Block a device",
            false,
        ),
        (
            "POST /repos/{id}/transfer | transferRepo | Transfer a repository",
            false,
        ),
        (
            "PUT /users/{id}/status | setStatus | Update a user's status",
            false,
        ),
    ] {
        let risk = assert_row(row, RiskClass::Admin);
        assert!(risk.high_risk, "{row}");
        assert_eq!(risk.destructive, destructive, "{row}");
    }
}
