//! What fields are called that hold something sensitive, or say what a request does.

use countersign_domain::risk::Sensitivity;

use crate::risk::{
    nouns::Topic,
    topics::{DECIDES, HINTED},
};

/// Fields whose value is a live secret wherever they stand.
pub(super) const SECRET: &str = "access token, refresh token, client secret, private key, secret key, secret access key, \
    api secret, signing secret, session token, id token, recovery code, backup code, kubeconfig, \
    secret, password, auth token, bearer token, connection string, totp secret, bot token, \
    api token, webhook secret, registry password, client key data, pem, shared secret, api key, \
    app password, one time password, passphrase, temporary password, admin password, \
    root password, master key, encryption key, signing key, sas token, jwt, bearer, sts token, \
    security token, stream key, unlock key, join token, client key, recovery key, seed, mnemonic, \
    otp secret, admin api access token, offline token, upload token, device token secret, token, psk, pre shared key, preshared key, shared key, sdk token, tunnel token, hooks token, billing token, auth key, authorization key, \
    hmac key, secret word, community string, cvc2, cvv2, eap password, hec token, \
    authorization header, callback token, webhook token, invite token, reset token, \
    registration token, consumer secret, service token, oauth token, app token, client token, \
    verify token, csrf token, signed url, presigned url, upload url, sas url, login url, \
    magic link, cvv, cvc, pin, pin code, unlock code, service account key, runner token, \
    runners token, deploy token, feed token, license key, password hash, hashed password";

/// Endings that make a field one of those: `db_password`, `webhookSigningSecret`.
pub(super) const SECRET_ENDINGS: [&str; 27] = [
    "password",
    "passphrase",
    "secret",
    "secretkey",
    "privatekey",
    "apikey",
    "accesskey",
    "signingkey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "sessiontoken",
    "connectionstring",
    "kubeconfig",
    "authurl",
    "authlink",
    "authorizationurl",
    "loginurl",
    "loginlink",
    "credential",
    "credentials",
    "signinurl",
    "apitoken",
    "psk",
    "presharedkey",
    "sharedkey",
    "authkey",
];

/// Endings that make a field one of the others: `work_email`, `net_amount`.
pub(super) const OTHER_ENDINGS: [(&str, Sensitivity); 13] = [
    ("email", Sensitivity::Personal),
    ("emailaddress", Sensitivity::Personal),
    ("phonenumber", Sensitivity::Personal),
    ("firstname", Sensitivity::Personal),
    ("lastname", Sensitivity::Personal),
    ("dateofbirth", Sensitivity::Personal),
    ("amount", Sensitivity::Financial),
    ("salary", Sensitivity::Financial),
    ("cardnumber", Sensitivity::Financial),
    ("accountnumber", Sensitivity::Financial),
    ("iban", Sensitivity::Financial),
    ("diagnosis", Sensitivity::Health),
    ("medication", Sensitivity::Health),
];

/// Beginnings that make such a field say something about a secret, and not the secret.
pub(super) const ABOUT_A_SECRET: [&str; 17] = [
    "has", "is", "require", "allow", "enable", "disable", "force", "use", "last", "no", "reset",
    "send", "can", "must", "should", "need", "change",
];

/// Fields that say who somebody is.
pub(super) const PERSONAL: &str = "email, email address, phone, phone number, first name, last name, full name, address, \
    birthday, date of birth, birth date, dob, gender, ssn, passport, passport number, nationality, ip address, \
    contact, employee, customer, profile, postal code, street, national id, person, social security number, user, \
    member, patient, surname, given name, family name, middle name, maiden name, home address, mobile, \
    mobile phone, marital status, ethnicity, religion, sexual orientation, driver license, birthplace, fax";

/// Fields that say what somebody has or owes.
pub(super) const FINANCIAL: &str = "iban, account number, routing number, card number, bank account, amount, salary, balance, \
    invoice, payment, tax id, credit card, payout, price, currency, sort code, bic, swift, credit limit, \
    credit score, vat number, tax number, income, wage, debt, net worth";

/// Fields that say how somebody is.
pub(super) const HEALTH: &str = "patient, diagnosis, medication, prescription, allergy, blood type, medical record, health, \
    immunization, symptom, treatment, sick leave, disability, heart rate, encounter, condition code, \
    blood pressure, lab result, medical history, vaccination, icd code, insurance number, pregnancy, mental health";

/// Fields that say what a request does, whatever its name, and how much they say.
pub(super) const TELLING: &[(&str, Topic, u8)] = &[
    ("grant type", Topic::Auth, DECIDES),
    ("code verifier", Topic::Auth, DECIDES),
    ("code challenge", Topic::Auth, DECIDES),
    ("response type", Topic::Auth, HINTED),
    ("redirect uri", Topic::Auth, HINTED),
    ("saml request", Topic::Auth, DECIDES),
    ("saml response", Topic::Auth, DECIDES),
    ("relay state", Topic::Auth, DECIDES),
    ("refresh token", Topic::Auth, DECIDES),
    ("client secret", Topic::Auth, HINTED),
    ("new password", Topic::Auth, DECIDES),
    ("password", Topic::Auth, 1),
    ("otp", Topic::Auth, HINTED),
    ("card number", Topic::Billing, DECIDES),
    ("cvc", Topic::Billing, DECIDES),
    ("cvv", Topic::Billing, DECIDES),
    ("iban", Topic::Billing, HINTED),
    ("payment method", Topic::Billing, HINTED),
    ("role", Topic::Admin, 1),
    ("role id", Topic::Admin, HINTED),
    ("permission", Topic::Admin, 1),
    ("is admin", Topic::Admin, HINTED),
];
