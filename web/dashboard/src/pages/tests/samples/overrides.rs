//! What people say about a tool.

use countersign_domain::{
    digest::Digest,
    overrides::{EndedWhy, Override, Said, SaidRisk},
    risk::RiskClass,
};

use super::{at, id};

/// One of each kind: two hold, and an import ended one.
pub(super) fn of(text: &str) -> Vec<Override> {
    let words = |words: &str| Said::Words {
        title: format!("{words} {text}"),
        description: text.to_owned(),
    };
    let name = |name: &str| Said::Name {
        name: name.parse().unwrap(),
    };
    let risk = |class| Said::Risk(SaidRisk::new(class, true));
    let ended = (at(2), EndedWhy::TextChanged);
    let all = [
        (risk(RiskClass::Billing), risk(RiskClass::Write), None),
        (name("refund"), name("create_refund"), None),
        (words("Refund"), words("Create a refund"), Some(ended)),
    ];
    let given = |(said, instead_of, ended)| Override {
        id: id("ovr", 1),
        tool: id("tool", 8),
        said,
        instead_of,
        about: Digest::of(b"text"),
        reason: format!("It moves money. {text}"),
        by: id("mem", 1),
        by_label: format!("ada@example.com {text}"),
        at: at(1),
        ended,
    };
    all.into_iter().map(given).collect()
}
