//! Which kinds of sensitive data a call is said to touch.

use countersign_domain::operation::Method;
use countersign_spec_import::risk::{Evidence, classify};

/// Path, fields that are sent, fields that come back, and the kinds.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const PERSONAL: &[&str] = &["personal"];
const FINANCIAL: &[&str] = &["financial"];
const HEALTH: &[&str] = &["health"];
const CREDENTIALS: &[&str] = &["credentials"];
const NONE: &[&str] = &[];

const CASES: &[Case] = &[
    // Who somebody is.
    ("/shelves", &[], &["email"], PERSONAL),
    ("/shelves", &["firstName", "lastName"], &[], PERSONAL),
    ("/shelves", &[], &["date_of_birth"], PERSONAL),
    ("/shelves", &[], &["dateOfBirth"], PERSONAL),
    ("/shelves", &[], &["SSN"], PERSONAL),
    ("/shelves", &["passport_number"], &[], PERSONAL),
    ("/shelves", &[], &["phoneNumbers"], PERSONAL),
    ("/shelves", &[], &[".emailAddress"], PERSONAL),
    ("/shelves", &[], &["ip_address"], PERSONAL),
    ("/shelves", &[], &["homeAddress"], PERSONAL),
    ("/shelves", &[], &["mobile_phone"], PERSONAL),
    ("/shelves", &[], &["maiden_name"], PERSONAL),
    ("/employees", &[], &["badge"], PERSONAL),
    // What somebody has or owes.
    ("/shelves", &["iban"], &[], FINANCIAL),
    ("/shelves", &[], &["account_number", "sort_code"], FINANCIAL),
    ("/shelves", &[], &["cardNumber"], FINANCIAL),
    ("/shelves", &[], &["salary"], FINANCIAL),
    ("/shelves", &[], &["net_amount"], FINANCIAL),
    ("/shelves", &[], &["creditLimit"], FINANCIAL),
    ("/shelves", &[], &["vat_number"], FINANCIAL),
    ("/invoices", &[], &[], FINANCIAL),
    ("/payouts", &[], &["id"], FINANCIAL),
    // How somebody is.
    ("/shelves", &[], &["diagnosis"], HEALTH),
    ("/shelves", &["bloodType"], &[], HEALTH),
    ("/shelves", &[], &["medications"], HEALTH),
    ("/shelves", &[], &["heart_rate"], HEALTH),
    ("/shelves", &[], &["sick_leave"], HEALTH),
    ("/shelves", &[], &["lab_result"], HEALTH),
    ("/prescriptions", &[], &["id"], HEALTH),
    // What opens a door.
    ("/shelves", &["password"], &[], CREDENTIALS),
    ("/shelves", &[], &["client_secret"], CREDENTIALS),
    ("/shelves", &[], &["webhookSigningSecret"], CREDENTIALS),
    ("/shelves", &[], &["db_password"], CREDENTIALS),
    ("/shelves", &[], &["privateKey"], CREDENTIALS),
    ("/shelves", &[], &["connection-string"], CREDENTIALS),
    ("/api-keys", &[], &["id"], CREDENTIALS),
    // Several at once, in a fixed order.
    (
        "/patients",
        &[],
        &["iban", "diagnosis"],
        &["personal", "financial", "health"],
    ),
    (
        "/shelves",
        &["email", "password"],
        &["balance"],
        &["personal", "financial", "credentials"],
    ),
    // What only sounds like it.
    ("/shelves", &[], &["title", "colour", "pages"], NONE),
    ("/shelves", &["page_token"], &["next_page_token"], NONE),
    ("/shelves", &[], &["token_count", "has_password"], NONE),
    ("/shelves", &[], &["password_enabled"], NONE),
    ("/shelves", &[], &["health_check_url"], NONE),
    ("/shelves", &[], &["balanced", "emailed"], NONE),
    ("/shelves", &[], &["primary_key"], NONE),
];

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn the_kinds_of_sensitive_data_are_named() {
    for (path, sent, answered, kinds) in CASES {
        for method in [Method::Get, Method::Post] {
            let risk = classify(&Evidence {
                summary: "Handle shelves",
                request_fields: &strings(sent),
                response_fields: &strings(answered),
                ..Evidence::of(method, path)
            });
            let case = format!("{method} {path} {sent:?} -> {answered:?}");
            let named: Vec<_> = risk.sensitivity.iter().map(|kind| kind.as_str()).collect();
            assert_eq!(named, *kinds, "{case}");
        }
    }
    println!("{} tables of fields, each sent and asked", CASES.len());
}
