//! The program as a shell meets it: its help, its output, its end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use countersign_testkit::Database;
use platform::{application::Application, commands::known_variables, system_world};
use tokio_util::sync::CancellationToken;

use crate::{
    program,
    serving::{Folder, configured},
};

fn said(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for arguments in [
        &["routes"][..],
        &["schema", "graphql"],
        &["spec", "score", "--help"],
        &["doctor", "--listen=0.0.0.0:1"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = Command::new(program())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        let words = String::from_utf8_lossy(&ended.stderr);
        assert!(!words.contains("panicked"), "{arguments:?}: {words}");
        let expected = i32::from(arguments[0] == "doctor");
        assert_eq!(
            ended.status.code(),
            Some(expected),
            "{arguments:?}: {words}"
        );
    }
}

#[test]
fn the_help_says_that_without_a_command_it_serves() {
    let help = String::from_utf8(said(&["--help"]).stdout).unwrap();
    assert!(
        help.contains("Usage: countersign [OPTIONS] [COMMAND]"),
        "{help}"
    );
    assert!(help.contains("Without a command, it serves"), "{help}");
}

#[test]
fn without_a_command_it_serves_whatever_is_said_of_the_log() {
    for arguments in [&[][..], &["--log=warn"]] {
        let refused = Command::new(program())
            .args(arguments)
            .env("COUNTERSIGN_LISTEN", "0.0.0.0:0")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        // It wanted to serve: an address that others reach needs a name.
        let words = String::from_utf8_lossy(&refused.stderr);
        assert!(
            words.contains("COUNTERSIGN_PUBLIC_URL"),
            "{arguments:?}: {words}"
        );
        assert_eq!(refused.status.code(), Some(1), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthcheck_ends_well_only_where_a_server_is_ready() {
    let (database, folder) = (Database::create().await, Folder::new("healthcheck"));
    let application = Application::build(
        configured(&database, &folder, &[]),
        system_world(),
        program(),
    )
    .await
    .unwrap();
    let port = application.address().unwrap().port();
    let stop = CancellationToken::new();
    let running = tokio::spawn(application.run_until(stop.clone()));
    // In the image it listens on every address.
    let asked = move || {
        Command::new(program())
            .arg("healthcheck")
            .env("COUNTERSIGN_LISTEN", format!("0.0.0.0:{port}"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };

    let ready = tokio::task::spawn_blocking(asked).await.unwrap();
    assert!(ready.status.success(), "{ready:?}");

    stop.cancel();
    running.await.unwrap().unwrap();
    let gone = tokio::task::spawn_blocking(asked).await.unwrap();
    assert_eq!(gone.status.code(), Some(1));
    let words = String::from_utf8(gone.stderr).unwrap();
    assert!(words.contains("nobody listens on 127.0.0.1"), "{words}");
}

#[test]
fn a_healthcheck_fails_where_something_else_answers() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("--listen={}", other.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        let _ = stream.read(&mut [0; 1_024]);
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 503 no\r\n\r\n");
    });
    let asked = said(&["healthcheck", &listen]);
    answering.join().unwrap();
    assert_eq!(asked.status.code(), Some(1));
    let words = String::from_utf8(asked.stderr).unwrap();
    assert!(words.contains("it answered 503"), "{words}");
}

#[test]
fn the_image_asks_with_a_command_that_there_is() {
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/Dockerfile");
    let image = fs::read_to_string(image).unwrap();
    let (_, check) = image.split_once("HEALTHCHECK ").unwrap();
    let (_, check) = check.split_once("CMD ").unwrap();
    let words: Vec<String> = serde_json::from_str(check.lines().next().unwrap()).unwrap();
    assert_eq!(words[0], "countersign");
    let mut asked: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    asked.push("--help");
    assert!(said(&asked).status.success(), "{words:?}");
}

#[test]
fn the_readme_names_every_variable() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let known = known_variables();
    for name in &known {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
    println!("variables in the README: {}", known.len());
    assert!(known.len() > 10);
}
