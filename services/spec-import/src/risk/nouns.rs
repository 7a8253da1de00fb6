//! What nouns say a call is about.
//!
//! Words and two-word phrases, singular. A phrase is looked up before its words, so
//! `contact group` is not a `group` and `input token` is not a `token`. The strength says
//! how often the word means what the table says, over APIs in general.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexicon::{Entry, Lexicon};

/// The guarded matter that a noun belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// Money, prices and payment instruments.
    Billing,
    /// Credentials.
    Auth,
    /// Principals, access and governance.
    Admin,
    /// A phrase whose words mislead.
    Nothing,
}

/// How much a noun says about its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Often something else.
    Weak,
    /// Mostly this.
    Fair,
    /// Nearly always this.
    Strong,
}

struct Nouns {
    topic: Topic,
    strength: Strength,
    /// Separated by a comma and a space.
    words: &'static str,
}

const NOUNS: &[Nouns] = &[
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Strong,
        words: "invoice, invoice item, invoiceitem, refund, payout, payment, payment method, \
            payment intent, setup intent, payment source, payment link, payment order, \
            billing, charge, coupon, discount, promotion code, promo code, tax rate, \
            credit note, debit note, dispute, chargeback, bank account, external account, \
            bank transfer, bank transaction, credit card, debit card, gift card, \
            payment card, virtual card, mandate, checkout, checkout session, topup, top up, \
            price, pricing, price list, spend limit, budget, payroll, pay run, payrun, \
            salary, wage, pay template, pay item, reimbursement, purchase order, \
            prepayment, overpayment, direct debit, usage record, expense, expense claim, \
            purchase, wallet, donation, money, cash out, wire, ach, payee, beneficiary, \
            remittance, settlement, escrow, bill, billing plan, payment token, \
            balance transaction, pricing plan, subscription plan, subscription schedule, \
            subscription item, application fee, issuing card, cardholder, pay slip, \
            payslip, tax transaction, spending limit, auto recharge, paid plan",
    },
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Fair,
        words: "subscription, plan, quote, transfer, issuing authorization, \
            payment authorization, credit, balance, transaction, card, fee, receipt, tip, \
            deposit, withdrawal, reversal, allocation, seat, license, licence, loan, tax, \
            cost center, usage limit, voucher, reward, trade, bid, earning, deduction, \
            commission, superannuation, premium",
    },
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Weak,
        words: "order, cart, check, merchant, currency, addon, tier, amount, funding, \
            financial, sale",
    },
    Nouns {
        topic: Topic::Auth,
        strength: Strength::Strong,
        words: "token, access token, refresh token, password, passcode, passphrase, \
            client secret, signing secret, webhook secret, shared secret, api secret, \
            endpoint secret, api key, apikey, ssh key, gpg key, deploy key, signing key, \
            access key, secret key, service key, private key, ephemeral key, public key, \
            security key, device key, cross signing, one time, credential, session, login, \
            logout, log in, log out, signin, sign in, signout, sign out, sign up, oauth, \
            oauth app, oauth client, oauth application, oauth access, otp, totp, mfa, 2fa, \
            tfa, two factor, multi factor, passkey, webauthn, recovery code, backup code, \
            recovery link, magic link, login link, account link, login flow, \
            verification flow, recovery flow, recipient view, sender view, console view, \
            embedded view, embed url, portal access, app portal, portal session, \
            certificate signing, app password, encryption key, turn server, openid, oidc, \
            register, cross signing key, session key, impersonation token, setting flow, \
            registration flow, verification code, verification token, phone verification, \
            email verification, authentication, kubeconfig, jwt, jwk, jwks, presigned, \
            signed url, presigned url, upload url, sas, personal access, docker credential, \
            sign key, account session, client certificate, auth token, authenticator, \
            secret version",
    },
    Nouns {
        topic: Topic::Auth,
        strength: Strength::Fair,
        words: "auth, key, authorization, grant, factor, challenge, verification, authn, \
            cookie, identity verification, pin code, device code, ticket granting, \
            consent request, sso token, recovery",
    },
    Nouns {
        topic: Topic::Auth,
        strength: Strength::Weak,
        words: "certificate, registration, cert, signature, encryption, scope, \
            device authorization",
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Strong,
        words: "user, member, membership, role, permission, team, collaborator, collaboration, \
            invitation, invite, service account, organization, organisation, org, \
            workspace, tenant, subaccount, sub account, policy, branch protection, ruleset, \
            firewall, firewall rule, security group, network acl, access rule, \
            access control, access list, access policy, access level, access request, acl, \
            rbac, cluster role, role binding, rolebinding, clusterrole, clusterrolebinding, \
            sso, saml, scim, idp, identity provider, identity, allowlist, allow list, \
            blocklist, block list, denylist, deny list, whitelist, blacklist, safe list, \
            safelist, allowed ip, ip allowlist, ip whitelist, allowlisted, webhook, hook, \
            event subscription, webhook endpoint, webhook subscription, installation, \
            secret, environment variable, env var, env, variable, retention, legal hold, \
            legal hold policy, owner, ownership, visibility, admin, administrator, \
            impersonation, group member, group membership, team member, project member, \
            org member, admission, admission webhook, security, security setting, \
            rate limit, geo permission, permission set, signing group, access, shell, \
            console access, exec, terminal access, push protection, protection rule, \
            value list, service principal, role assignment, delegate, delegation, \
            domain restriction, compliance, secret scanning, data retention, \
            notification endpoint, service token policy, sharing, teammate, networkpolicy, \
            network policy, mutatingwebhookconfiguration, validatingwebhookconfiguration, \
            validatingadmissionpolicy, admission policy, permission profile, shared access, \
            delegated access, password rule, password policy, security policy, \
            service control, staff, redirect url, redirect uri, allowed origin, cors, \
            enterprise connection, vulnerability alert, security alert, control list, \
            share link, shared link, capability, account setting, public url, silo, \
            trusted, federation, principal, power level",
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Fair,
        words: "group, setting, restriction, guest, integration, directory, connector, \
            connection, callback url, account, audit, realm, quota, resourcequota, \
            limitrange, enterprise, barrier, sub user, subuser, ip address, limit, manager, \
            security advisory, moderator, bypass, ban, enrollment, blocked, protection, \
            ip access, trust, domain auth, event destination, log drain, eventing, \
            forwarding rule, brand, vulnerability, alert setting, governance, \
            verified domain",
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Weak,
        words: "application, configuration, config, preference, plugin, extension, app, \
            notification setting, admin note, proxy, entitlement, department, system, ssl, \
            tls, share, endpoint",
    },
    Nouns {
        topic: Topic::Nothing,
        strength: Strength::Strong,
        words: "contact group, usergroup, user group, customer group, product group, ad group, \
            tag group, tax group, resource group, log group, target group, consumer group, \
            field group, option group, input token, output token, page token, token count, \
            token usage, max token, primary key, foreign key, partition key, key result, \
            translation key, metadata key, key value, test plan, floor plan, meal plan, \
            lesson plan, plan day, business card, score card, scorecard, card template, \
            trello card, refund policy, shipping policy, return policy, \
            cancellation policy, privacy policy, user profile, user photo, user preference, \
            user defined, tax id, tax exemption, block quote, training session, \
            session recording, chat group, group chat, group conversation, group message, \
            game session, study session, credit hour, wire frame, card view, \
            address verification, domain verification, us verification, intl verification, \
            template variable, variable collection, local variable, \
            environment variable name, contact list, upload session, push token, \
            device token, read receipt, delivery receipt, access point, health check, \
            check run, check suite, status check, event registration, meeting registration, \
            webinar registration, device registration, image file, connection request, \
            database connection, order history, price alert, team name, role name, \
            data access, user agent, user story, user event, user data, user interface, \
            member count, domain key, group by, public key infrastructure, feature limit, \
            time limit, character limit, expense category, payment term, payment reminder, \
            billing address, shipping method, invoice template, invoice number, \
            tax calculation, quick reply, account balance alert, organization name, \
            customer profile, identity document",
    },
];

static INDEX: LazyLock<HashMap<String, Noun>> = LazyLock::new(|| {
    let mut index = HashMap::new();
    for table in NOUNS {
        for word in table.words.split(", ") {
            let noun = Noun {
                topic: table.topic,
                strength: table.strength,
                entry: word,
            };
            index.insert(word.to_owned(), noun);
            // Paths write phrases without a gap: `/paymentmethods`.
            index.entry(word.replace(' ', "")).or_insert(noun);
        }
    }
    index
});

/// What one word or phrase is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noun {
    /// The matter.
    pub(super) topic: Topic,
    /// How sure the word is.
    pub(super) strength: Strength,
    /// The word or phrase as the table has it.
    entry: &'static str,
}

/// A noun found in a list of words: where it starts, how many words it has, what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The word or phrase.
    pub(super) text: String,
    /// Index of the first word after it.
    pub(super) end: usize,
    /// What it says.
    pub(super) noun: Noun,
}

/// One spelling for words that mean the same, so that they count once.
fn canonical(word: &str) -> &str {
    match word {
        "org" | "organisation" => "organization",
        "administrator" => "admin",
        other => other,
    }
}

impl Lexicon {
    /// Whether a table has it as one word, and not as a phrase without its gaps.
    pub(super) fn knows_whole(&self, word: &str) -> bool {
        let noun = INDEX.get(word).filter(|noun| noun.entry == word);
        noun.is_some_and(|noun| self.counts(Entry::new("noun", noun.entry)))
            || self.verb(word).is_some()
    }

    /// Finds the nouns of the tables in a list of words, longest first, from left to right.
    pub(super) fn nouns(&self, words: &[String]) -> Vec<Found> {
        nouns(self, words)
    }
}

fn nouns(lexicon: &Lexicon, words: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut pair = String::new();
    let mut at = 0;
    while at < words.len() {
        pair.clear();
        if let Some(next) = words.get(at + 1) {
            pair.push_str(&words[at]);
            pair.push(' ');
            pair.push_str(next);
        }
        let one = canonical(&words[at]);
        let hit = [(pair.as_str(), 2), (one, 1)]
            .into_iter()
            .find_map(|(text, length)| {
                let noun = *INDEX.get(text)?;
                if !lexicon.counts(Entry::new("noun", noun.entry)) {
                    return None;
                }
                Some(Found {
                    text: text.to_owned(),
                    end: at + length,
                    noun,
                })
            });
        at = hit.as_ref().map_or(at + 1, |hit| hit.end);
        found.extend(hit);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::tokens::words;

    #[test]
    fn a_phrase_wins_over_its_words() {
        let found = nouns(&Lexicon::whole(), &words("contact groups of input tokens"));
        assert!(
            found.iter().all(|hit| hit.noun.topic == Topic::Nothing),
            "{found:?}"
        );
    }

    #[test]
    fn every_noun_is_written_as_the_tokenizer_writes_it() {
        for table in NOUNS {
            for word in table.words.split(", ") {
                assert_eq!(words(word).join(" "), word);
            }
        }
    }

    #[test]
    fn no_noun_belongs_to_two_topics() {
        let mut seen = HashMap::new();
        for table in NOUNS {
            for word in table.words.split(", ") {
                if let Some(before) = seen.insert(word, table.topic) {
                    assert_eq!(before, table.topic, "{word}");
                }
            }
        }
    }
}
