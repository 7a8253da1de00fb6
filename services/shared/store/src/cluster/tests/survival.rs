//! What a private cluster survives: killed servers, killed owners and what they leave.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{DURABLE, TESTING, ask, folder, is_alive, run, server_pid, start};

/// Tells a second run of the test binary which folder to own until it is killed.
const OWNED_FOLDER: &str = "COUNTERSIGN_TEST_OWNED_FOLDER";

fn kill(pid: u32) {
    assert!(
        Command::new("/bin/kill")
            .args(["-KILL", &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "waited in vain for {what}"
        );
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_that_was_killed_comes_back_with_its_commits() {
    let folder = folder();
    let cluster = start(folder.path(), DURABLE).unwrap();
    run(&cluster, "CREATE TABLE kept AS SELECT 'yes' AS answer");
    kill(server_pid(folder.path()).unwrap());
    drop(cluster);
    assert!(
        server_pid(folder.path()).is_some(),
        "a killed server leaves its pid file"
    );

    let again = start(folder.path(), DURABLE).unwrap();

    assert_eq!(ask(&again, "SELECT answer FROM kept"), "yes");
}

#[test]
fn a_stale_pid_file_with_the_number_of_another_process_is_no_obstacle() {
    let folder = folder();
    start(folder.path(), TESTING).unwrap().stop().unwrap();
    let file = folder.path().join("data/postmaster.pid");
    fs::write(
        &file,
        format!("{}\n/elsewhere\n0\n5432\n", std::process::id()),
    )
    .unwrap();

    let again = start(folder.path(), TESTING).unwrap();

    assert_eq!(ask(&again, "SELECT 'ready'"), "ready");
}

#[test]
fn a_killed_owner_takes_its_server_along_and_the_next_one_finds_the_commits() {
    if let Some(folder) = std::env::var_os(OWNED_FOLDER) {
        let cluster = start(Path::new(&folder), DURABLE).unwrap();
        run(&cluster, "CREATE TABLE kept AS SELECT 'yes' AS answer");
        fs::write(PathBuf::from(folder).with_extension("ready"), "").unwrap();
        sleep(Duration::from_mins(10));
    }
    let folder = folder();
    let owned = folder.path().join("cluster");
    let mut first = another_owner(&owned);
    wait_for("the other owner", || owned.with_extension("ready").exists());
    let pid = server_pid(&owned).unwrap();

    first.kill().unwrap();
    first.wait().unwrap();

    wait_for("its server to go", || !is_alive(pid));
    let heir = start(&owned, DURABLE).unwrap();
    assert_eq!(ask(&heir, "SELECT answer FROM kept"), "yes");
}

fn another_owner(folder: &Path) -> Child {
    let this_test = "a_killed_owner_takes_its_server_along_and_the_next_one_finds_the_commits";
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("cluster::tests::survival::{this_test}")])
        .env(OWNED_FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_server_that_outlived_owner_and_keeper_is_stopped_and_replaced() {
    let folder = folder();
    let cluster = start(folder.path(), TESTING).unwrap();
    run(&cluster, "CREATE TABLE kept AS SELECT 'yes' AS answer");
    let orphan = server_pid(folder.path()).unwrap();
    for keeper in parents_of(orphan) {
        kill(keeper);
    }
    drop(cluster);
    assert!(is_alive(orphan));

    let heir = start(folder.path(), TESTING).unwrap();

    assert!(!is_alive(orphan));
    assert_eq!(ask(&heir, "SELECT answer FROM kept"), "yes");
}

/// Returns the keeper of a server and the keeper's watcher.
fn parents_of(server: u32) -> Vec<u32> {
    let field = |pid: u32, name: &str| -> Option<u32> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))?
            .trim()
            .parse()
            .ok()
    };
    let keeper = field(server, "PPid:").unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut found: Vec<u32> = processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != server && field(*pid, "PPid:") == Some(keeper))
        .collect();
    found.push(keeper);
    found
}

#[test]
fn an_interrupted_initdb_is_begun_again() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("new/data")).unwrap();
    fs::write(folder.path().join("new/data/PG_VERSION"), "15\n").unwrap();

    let cluster = start(folder.path(), TESTING).unwrap();

    assert_eq!(ask(&cluster, "SELECT 'whole'"), "whole");
    assert!(!folder.path().join("new").exists());
}
