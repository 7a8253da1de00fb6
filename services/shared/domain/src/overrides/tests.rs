use serde_json::json;

use super::*;
use crate::{drift::tests::operation, operation::Method};

fn risk(class: RiskClass, high_risk: bool) -> Risk {
    let base = operation(&json!({}));
    said_risk(&base, SaidRisk::new(class, high_risk), "because")
}

#[test]
fn only_more_in_every_respect_is_not_a_lowering() {
    let all = SaidRisk::choices();
    let mut raises = 0;
    for (place, before) in all.iter().enumerate() {
        for (other, after) in all.iter().enumerate() {
            let (before, after) = (
                risk(before.class, before.high_risk),
                risk(after.class, after.high_risk),
            );
            if place == other {
                assert!(!lowers(&before, &after));
            } else if !lowers(&before, &after) {
                raises += 1;
                assert!(lowers(&after, &before), "what was raised is lowered again");
                assert!(after.level() >= before.level());
            }
        }
    }
    // READ below all seven others, READ held below WRITE held and the four, and so on.
    assert_eq!(raises, 7 + 5 + 5 + 4);
    println!("N = {} pairs, {raises} of them raise", 8 * 7);
}

#[test]
fn a_class_that_takes_away_or_gives_power_cannot_be_said_to_run_at_once() {
    for class in RiskClass::ALL {
        assert_eq!(SaidRisk::new(class, false).high_risk, class.is_guarded());
    }
}

#[test]
fn a_person_does_not_make_another_method_safe() {
    let read = SaidRisk::new(RiskClass::Read, false);
    let mut said_to_read = operation(&json!({}));
    for method in Method::FIELDS {
        let safe = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "QUERY");
        said_to_read.method = method;
        for reads in [false, true] {
            said_to_read.risk.read_only = reads;
            let said = said_risk(&said_to_read, read, "because");
            assert_eq!(said.class, RiskClass::Read);
            assert_eq!(said.read_only, reads || safe, "{}", said_to_read.method);
        }
    }
}

#[test]
fn what_is_said_reads_back() {
    let all = [
        Said::Risk(SaidRisk::new(RiskClass::Billing, true)),
        Said::Name {
            name: "refund".parse().unwrap(),
        },
        Said::Words {
            title: "Refund".to_owned(),
            description: String::new(),
        },
    ];
    for said in all {
        let written = json!(said);
        assert_eq!(written["kind"], said.kind().as_str());
        assert_eq!(serde_json::from_value::<Said>(written).unwrap(), said);
    }
}

fn said_about(imported: &ImportedOperation, said: SaidRisk) -> Override {
    Override {
        id: uuid::Uuid::nil().into(),
        tool: uuid::Uuid::nil().into(),
        said: Said::Risk(said),
        instead_of: Said::Risk(SaidRisk::of(&imported.risk)),
        about: Override::about(OverrideKind::Risk, imported).unwrap(),
        reason: "it sends mail".to_owned(),
        by: uuid::Uuid::nil().into(),
        by_label: String::new(),
        at: Timestamp::UNIX_EPOCH,
        ended: None,
    }
}

fn imported() -> ImportedOperation {
    operation(&json!({"properties": {"a": {"description": "One."}}}))
}

#[test]
fn what_lowers_a_risk_holds_for_one_operation_alone() {
    let mut held = imported();
    held.risk = risk(RiskClass::Write, true);
    let given = said_about(&held, SaidRisk::new(RiskClass::Write, false));
    assert!(!given.raises());
    assert!(!overridden(&held, [&given]).risk.high_risk);
    let falls = |change: &dyn Fn(&mut ImportedOperation)| {
        let mut now = held.clone();
        change(&mut now);
        given.falls(&now).unwrap()
    };
    assert_eq!(falls(&|_| ()), None);
    let fallen = Some(EndedWhy::OperationChanged);
    let changes: [&dyn Fn(&mut ImportedOperation); 6] = [
        &|now| {
            now.output = Some(crate::operation::Output {
                status: "200".to_owned(),
                media_type: "application/json".to_owned(),
                schema: Some(json!({"properties": {"client_secret": {}}}).into()),
                ..crate::operation::Output::default()
            });
        },
        &|now| {
            now.input_schema["properties"]["a"]["description"] = json!("Another.");
        },
        &|now| {
            now.input_schema["properties"]["b"] = json!({"type": "string"});
        },
        &|now| {
            now.servers.push(crate::operation::Server {
                url: "https://other.example".to_owned(),
                description: String::new(),
            });
        },
        &|now| now.title = "Another".to_owned(),
        &|now| now.path.push_str("/{to}/{from}"),
    ];
    for change in changes {
        assert_eq!(falls(change), fallen);
    }
    let risk = falls(&|now| now.risk.class = RiskClass::Auth);
    assert_eq!(risk, Some(EndedWhy::RiskChanged));
}

#[test]
fn what_lowers_a_risk_holds_where_only_an_address_is_written_otherwise() {
    let at = |url: &str| {
        let mut held = imported();
        held.risk = risk(RiskClass::Write, true);
        held.servers.push(crate::operation::Server {
            url: url.to_owned(),
            description: String::new(),
        });
        held
    };
    let held = at("https://api.example.com/v1");
    let given = said_about(&held, SaidRisk::new(RiskClass::Write, false));
    let same = [
        "https://api.example.com/v1/",
        "https://API.example.com:443/v1",
    ];
    for url in same {
        assert_eq!(given.falls(&at(url)).unwrap(), None, "{url}");
    }
    let others = [
        "http://api.example.com/v1",
        "https://api.example.com/V1",
        "https://api.example.com",
    ];
    for url in others {
        let fallen = Some(EndedWhy::OperationChanged);
        assert_eq!(given.falls(&at(url)).unwrap(), fallen, "{url}");
    }
}

#[test]
fn what_raises_a_risk_stands_whatever_a_document_says() {
    let found = imported();
    let given = said_about(&found, SaidRisk::new(RiskClass::Write, true));
    assert!(given.raises());
    for class in RiskClass::ALL {
        let mut now = found.clone();
        now.title = "Another".to_owned();
        now.risk = risk(class, class.is_guarded());
        assert_eq!(given.falls(&now).unwrap(), None);
        let after = overridden(&now, [&given]).risk;
        assert!(!lowers(&now.risk, &after), "{class:?}");
        assert!(
            after.high_risk && after.class != RiskClass::Read,
            "{class:?}"
        );
    }
    println!(
        "N = {} classes that a later import may find",
        RiskClass::ALL.len()
    );
}
