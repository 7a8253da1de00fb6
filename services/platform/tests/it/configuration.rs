//! Settings that go together, and settings that do not.

use std::collections::BTreeSet;

use clap::Parser;
use countersign_egress::Loopback;
use platform::{
    commands::known_variables,
    configuration::{Configuration, ConfigurationError, check_names},
    roles::Role,
    settings::ServerSettings,
};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: ServerSettings,
}

/// Settings as flags give them.
pub(crate) fn settings(flags: &[&str]) -> ServerSettings {
    let line = ["countersign"].iter().chain(flags);
    Line::try_parse_from(line)
        .expect("flags that exist")
        .settings
}

fn configuration(flags: &[&str]) -> Result<Configuration, ConfigurationError> {
    Configuration::new(&settings(flags))
}

const DATABASE: &str = "--database-url=postgres://db/countersign";

#[test]
fn nothing_configured_is_everything_on_this_machine() {
    let configuration = configuration(&[]).unwrap();
    assert_eq!(configuration.roles, BTreeSet::from(Role::ALL));
    assert!(configuration.is_embedded());
    assert!(configuration.http.listen.ip().is_loopback());
    assert_eq!(configuration.loopback_upstreams, Loopback::Refused);
    assert_eq!(
        configuration.vault_key, None,
        "it is kept beside the database"
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    let cases: [(&[&str], &str); 5] = [
        (&["--redis-url=redis://r/0"], "REDIS_URL"),
        (&["--listen=0.0.0.0:8080"], "COUNTERSIGN_PUBLIC_URL"),
        (&[DATABASE], "COUNTERSIGN_VAULT_KEY_FILE"),
        (&[DATABASE, "--role=gateway"], "the role gateway"),
        (
            &["--metrics-listen=127.0.0.1:8080"],
            "COUNTERSIGN_METRICS_LISTEN",
        ),
    ];
    for (flags, named) in cases {
        let error = configuration(flags).unwrap_err().to_string();
        assert!(error.contains(named), "{flags:?}: {error}");
    }
    println!("{} contradictions refused", cases.len());
}

#[test]
fn each_role_demands_only_its_own_part() {
    for role in ["oauth", "worker"] {
        let role = format!("--role={role}");
        let with_key = [DATABASE, &role, "--vault-key-file=/k"];
        assert!(configuration(&with_key[..2]).unwrap().vault_key.is_none());
        // A key that is not needed is not even read.
        assert!(configuration(&with_key).unwrap().vault_key.is_none());
    }
    for role in ["web", "gateway"] {
        let role = format!("--role={role}");
        let with_key = [DATABASE, &role, "--vault-key-file=/k"];
        assert!(configuration(&with_key).unwrap().vault_key.is_some());
    }
}

#[test]
fn a_misspelt_variable_is_an_error() {
    let known = known_variables();
    let good = ["PATH", "COUNTERSIGN_PUBLIC_URL", "DATABASE_URL"];
    assert_eq!(check_names(good.into_iter(), &known), Ok(()));
    let wrong = "COUNTERSIGN_PUBLIC_URI";
    assert_eq!(
        check_names([wrong].into_iter(), &known),
        Err(ConfigurationError::Unknown(wrong.to_owned()))
    );
}

#[test]
fn every_variable_of_the_container_is_known() {
    let known = known_variables();
    for name in [
        "DATABASE_URL",
        "REDIS_URL",
        "PG_BIN",
        "COUNTERSIGN_DATA",
        "COUNTERSIGN_LISTEN",
        "COUNTERSIGN_PUBLIC_URL",
        "COUNTERSIGN_VAULT_KEY_FILE",
        "COUNTERSIGN_PROXY_HOPS",
        "COUNTERSIGN_ALLOW_LOOPBACK_UPSTREAMS",
    ] {
        assert!(known.contains(name), "{name}");
    }
}

#[test]
fn urls_with_passwords_are_not_shown() {
    let settings = settings(&[
        "--database-url=postgres://a:hunter2@db/x",
        "--redis-url=redis://:hunter2@r",
    ]);
    let shown = format!("{settings:?} {:?}", Configuration::new(&settings));
    assert!(!shown.contains("hunter2"), "{shown}");
}
