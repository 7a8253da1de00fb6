//! Which kinds of sensitive data a call touches, by the names of its fields and its nouns.

use super::{Evidence, nouns::Topic, secrets, tokens::words, topics::Topics};

const PERSONAL: &[&str] = &[
    "email",
    "email address",
    "phone",
    "phone number",
    "first name",
    "last name",
    "full name",
    "address",
    "birthday",
    "date of birth",
    "birth date",
    "dob",
    "gender",
    "ssn",
    "passport",
    "passport number",
    "nationality",
    "ip address",
    "contact",
    "employee",
    "customer",
    "profile",
    "postal code",
    "street",
    "national id",
    "person",
    "social security number",
    "user",
    "member",
    "patient",
];

const FINANCIAL: &[&str] = &[
    "iban",
    "account number",
    "routing number",
    "card number",
    "bank account",
    "amount",
    "salary",
    "balance",
    "invoice",
    "payment",
    "tax id",
    "credit card",
    "payout",
    "price",
    "currency",
    "sort code",
    "bic",
    "swift",
];

const HEALTH: &[&str] = &[
    "patient",
    "diagnosis",
    "medication",
    "prescription",
    "allergy",
    "blood type",
    "medical record",
    "health",
    "immunization",
    "symptom",
    "treatment",
    "sick leave",
    "disability",
    "heart rate",
    "encounter",
    "condition code",
];

/// The kinds of sensitive data, in a fixed order.
pub(super) fn sensitivity(evidence: &Evidence<'_>, topics: &Topics) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in evidence
        .request_fields
        .iter()
        .chain(evidence.response_fields)
    {
        names.push(words(field).join(" "));
    }
    for piece in evidence
        .path
        .split('/')
        .filter(|piece| !piece.contains('{'))
    {
        names.push(words(piece).join(" "));
    }
    let has = |list: &[&str]| names.iter().any(|name| list.contains(&name.as_str()));
    let secret = secrets::secret_field(evidence.response_fields)
        .or_else(|| secrets::secret_field(evidence.request_fields));
    let kinds = [
        ("personal", has(PERSONAL)),
        (
            "financial",
            has(FINANCIAL) || topics.points(Topic::Billing) >= 4,
        ),
        ("health", has(HEALTH)),
        (
            "credentials",
            secret.is_some() || topics.points(Topic::Auth) >= 4,
        ),
    ];
    kinds
        .into_iter()
        .filter(|(_, found)| *found)
        .map(|(kind, _)| kind.to_owned())
        .collect()
}
