//! Decides what a call can do to the world, from what its document says about it.
//!
//! The documents are written by strangers, so nothing in them may make a call look safer
//! than its method and path allow: words raise, they never lower. Evidence of several kinds
//! is read (`path`, `phrase`, `fields`), asked whether the call only reads (`gate`), what it is
//! about (`topics`), what it does to it (`effect`), how grave that is (`gravity`), what its answer gives away (`secrets`) and
//! what its path leaves to the caller (`openness`); `weigh` is the one place where these meet. The word lists are in `verbs`,
//! `nouns`, `things`, `grave` and `ordinary`. No I/O, no clock, the same answer every time.

mod effect;
mod facts;
mod fields;
mod gate;
mod grave;
mod gravity;
mod lexicon;
mod nouns;
mod openness;
mod ordinary;
mod path;
mod phrase;
mod reading;
mod reasons;
pub mod score;
mod secrets;
mod sensitivity;
mod source;
mod template;
mod things;
mod tokens;
mod topics;
mod verbs;
mod weigh;

#[cfg(test)]
mod tests;

use countersign_domain::{
    operation::Method,
    risk::{Risk, RiskClass},
    text,
};

pub(crate) use facts::Collector;
pub use facts::Facts;
pub use lexicon::{Entry, Lexicon};
pub(crate) use openness::verbs;

/// Paths of servers that an operation is read behind. Where there are more, each call needs a human.
const SERVERS: usize = 16;
/// Choices that are written into an operation's path, likewise.
const CHOICES: usize = 16;

/// What a document says about one operation.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The method.
    pub method: Method,
    /// The paths that its servers' addresses end in.
    pub servers: &'a [String],
    /// The path template.
    pub path: &'a str,
    /// The document's own name for it.
    pub operation_id: Option<&'a str>,
    /// The summary, or nothing.
    pub summary: &'a str,
    /// The description, or nothing.
    pub description: &'a str,
    /// The tags.
    pub tags: &'a [String],
    /// Names of the fields that are sent. What hangs on another field has a dot before it.
    pub request_fields: &'a [String],
    /// What picks what is done, by its name, and each value that the document leaves it.
    pub choices: &'a [(String, String)],
    /// There may be more choices than these.
    pub leaves_more_choices: bool,
    /// What picks what is done, has to be given and may be any word.
    pub leaves_open: Option<&'a str>,
    /// Names of the fields that come back, likewise.
    pub response_fields: &'a [String],
    /// What is sent is a list of things, each with fields of its own.
    pub sends_a_list: bool,
    /// OAuth scopes that are asked for.
    pub scopes: &'a [String],
}

impl<'a> Evidence<'a> {
    /// A method and a path of which nothing else is said.
    #[must_use]
    pub const fn of(method: Method, path: &'a str) -> Self {
        Self {
            method,
            servers: &[],
            path,
            operation_id: None,
            summary: "",
            description: "",
            tags: &[],
            request_fields: &[],
            choices: &[],
            leaves_more_choices: false,
            leaves_open: None,
            response_fields: &[],
            sends_a_list: false,
            scopes: &[],
        }
    }
}

/// Why one operation is as grave as another.
const ALIKE: &str = "Other requests have the same method and path; what is sent says what is done.";

/// Classifies one operation.
#[must_use]
pub fn classify(evidence: &Evidence<'_>) -> Risk {
    classify_with(evidence, &Lexicon::whole())
}

/// Classifies one operation that was saved under other names and descriptions too: it is as grave as
/// the gravest of them, and what is sent says which of them is done, as a field may that decides.
pub(crate) fn classify_all<'a>(
    evidence: &Evidence<'a>,
    others: impl Iterator<Item = (&'a str, &'a str)>,
    decides: Option<&str>,
) -> Risk {
    let mut risk = classify(evidence);
    let mut names = Vec::new();
    for (name, description) in others {
        let other = classify(&Evidence {
            operation_id: Some(name),
            summary: name,
            description,
            ..*evidence
        });
        weigh::join(&mut risk, other);
        names.push(name);
    }
    if !names.is_empty() {
        reasons::decided(&mut risk, ALIKE, &text::strip(&names.join(", "), 200));
    } else if let Some(field) = decides {
        let text = "A field of the request says what is done.";
        reasons::decided(&mut risk, text, &text::strip(field, 200));
    }
    risk
}

/// Makes an operation as grave as the gravest of others that what is sent alone tells it apart from,
/// each with its path.
pub(crate) fn join_all<'a>(risk: &mut Risk, others: impl Iterator<Item = (&'a str, &'a Risk)>) {
    let effect = |risk: &Risk| (risk.class, risk.read_only, risk.destructive, risk.high_risk);
    let before = effect(risk);
    let mut graver = Vec::new();
    for (path, other) in others {
        if effect(other) != before {
            graver.push(path);
        }
        weigh::join(risk, other.clone());
    }
    if effect(risk) != before {
        reasons::told_apart(risk, ALIKE, &text::strip(&graver.join(", "), 200));
    }
}

/// Says of a call that it makes the API call an address that the request gives: no mere read does.
pub(crate) fn call_back(risk: &mut Risk, address: &str) {
    let text = "The API calls an address that the request gives.";
    acts_as_told(risk, text, &text::strip(address, 200));
}

/// What is sent says what is done, so that it may be more than a read.
fn acts_as_told(risk: &mut Risk, text: &str, evidence: &str) {
    reasons::decided(risk, text, evidence);
    if risk.class == RiskClass::Read {
        risk.class = RiskClass::Write;
    }
    risk.read_only = false;
}

/// Classifies one operation with the words of a lexicon.
///
/// A path says the same wherever a document cuts it, and an order the same however it is given: it
/// is also read behind what each server's address ends in, and with each choice written into it.
/// What a server is called may be a product or a tenant, so that only raises the class.
#[must_use]
pub fn classify_with(evidence: &Evidence<'_>, lexicon: &Lexicon) -> Risk {
    let read = |path: &str| {
        let spelled = Evidence { path, ..*evidence };
        weigh::weigh(&reading::Reading::of(&spelled, lexicon), &spelled)
    };
    let mut risk = read(evidence.path);
    let bare = risk.clone();
    let servers = evidence.servers.iter();
    let mut servers = servers.filter(|server| template::says_something(server));
    for server in servers.by_ref().take(SERVERS) {
        let other = read(&[server, evidence.path].concat());
        let mut whole = bare.clone();
        weigh::join(&mut whole, other.clone());
        if whole.class != bare.class {
            weigh::join(&mut risk, other);
        }
        if openness::is_escaped(&template::pieces(server)) {
            let text =
                "The address of a server is partly written in escapes, which hide its words.";
            reasons::decided(&mut risk, text, &text::strip(server, 200));
        }
    }
    if let Some(left) = servers.next() {
        let text = "It may be called at more addresses than are judged.";
        reasons::decided(&mut risk, text, &text::strip(left, 200));
    }
    let mut judged = Vec::new();
    let mut is_cut = evidence.leaves_more_choices;
    for (name, value) in evidence.choices {
        if let Some(path) = openness::chosen(evidence.path, name, value)
            && !judged.contains(&path)
        {
            if judged.len() == CHOICES {
                is_cut = true;
                break;
            }
            let other = read(&path);
            judged.push(path);
            let before = (risk.class, risk.level());
            weigh::join(&mut risk, other);
            if before != (risk.class, risk.level()) {
                let text = "A choice that the document leaves says what is done.";
                let choice = text::strip(&format!("{name}={value}"), 200);
                risk.reasons
                    .push(reasons::reason("choice_acts", text, &choice));
            }
        }
    }
    if is_cut {
        let text = "The document leaves more choices than are judged.";
        reasons::decided(&mut risk, text, evidence.path);
    }
    if let Some(name) = evidence.leaves_open {
        let text =
            "The request says what is done, in words that the document does not list or by a flag.";
        if evidence.method == Method::Get {
            acts_as_told(&mut risk, text, name);
        } else {
            reasons::decided(&mut risk, text, name);
        }
    }
    risk
}
