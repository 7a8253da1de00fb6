//! A private cluster seen from outside: through connections, processes and files.

mod survival;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use countersign_domain::{Clock, Entropy, Timestamp, World};
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use super::{Binaries, Cluster, ClusterError, Options};

const TESTING: Options = Options { durable: false };
const DURABLE: Options = Options { durable: true };
struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

struct Always(u8);

impl Entropy for Always {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

fn world(byte: u8) -> World {
    World::new(Arc::new(Epoch), Arc::new(Always(byte)))
}

fn binaries() -> Binaries {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../.tools");
    Binaries::find(None, std::env::var_os("PATH").as_deref(), &tools).unwrap()
}

fn start(folder: &Path, options: Options) -> Result<Cluster, ClusterError> {
    Cluster::start(&binaries(), folder, options, &world(1))
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Whatever the umask, the server's account has to pass through.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn ask(cluster: &Cluster, query: &'static str) -> String {
    on_a_runtime(async {
        let mut connection = PgConnection::connect(cluster.admin_url().expose()).await?;
        sqlx::query_scalar(query).fetch_one(&mut connection).await
    })
}

fn run(cluster: &Cluster, statements: &'static str) {
    on_a_runtime(async {
        let mut connection = PgConnection::connect(cluster.admin_url().expose()).await?;
        connection.execute(statements).await
    });
}

fn on_a_runtime<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work).unwrap()
}

fn server_pid(folder: &Path) -> Option<u32> {
    let file = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    file.lines().next()?.trim().parse().ok()
}

fn is_alive(pid: u32) -> bool {
    // A zombie has ended; only its parent has not looked yet.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn we_are_root(folder: &TempDir) -> bool {
    fs::metadata(folder.path()).unwrap().uid() == 0
}

#[test]
fn a_fresh_folder_becomes_a_server_that_answers() {
    let folder = folder();
    let inside = folder.path().join("cluster");

    let cluster = start(&inside, TESTING).unwrap();

    assert_eq!(ask(&cluster, "SHOW server_encoding"), "UTF8");
    assert_eq!(ask(&cluster, "SHOW password_encryption"), "scram-sha-256");
    assert_eq!(ask(&cluster, "SHOW listen_addresses"), "127.0.0.1");
    assert_eq!(ask(&cluster, "SHOW data_checksums"), "on");
    assert_eq!(ask(&cluster, "SHOW fsync"), "off");
    cluster.stop().unwrap();
}

#[test]
fn a_durable_cluster_leaves_no_promise_out() {
    let folder = folder();

    let cluster = start(folder.path(), DURABLE).unwrap();

    for setting in [
        "SHOW fsync",
        "SHOW synchronous_commit",
        "SHOW full_page_writes",
    ] {
        assert_eq!(ask(&cluster, setting), "on", "{setting}");
    }
}

#[test]
fn the_password_is_for_its_owner_only_and_the_server_is_never_root() {
    let folder = folder();

    let cluster = start(folder.path(), TESTING).unwrap();

    let password = fs::metadata(folder.path().join("password")).unwrap();
    assert_eq!(password.mode() & 0o777, 0o600);
    let pid = server_pid(folder.path()).unwrap();
    assert_ne!(fs::metadata(format!("/proc/{pid}/cwd")).unwrap().uid(), 0);
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("CARGO"));
    let forged = cluster.admin_url().expose().replacen("0101", "0202", 1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    assert!(runtime.block_on(PgConnection::connect(&forged)).is_err());
}

#[test]
fn a_restart_keeps_what_was_committed() {
    let folder = folder();
    let cluster = start(folder.path(), DURABLE).unwrap();
    run(&cluster, "CREATE TABLE kept AS SELECT 'yes' AS answer");
    let password = fs::read(folder.path().join("password")).unwrap();
    cluster.stop().unwrap();

    let again = Cluster::start(&binaries(), folder.path(), DURABLE, &world(2)).unwrap();

    assert_eq!(ask(&again, "SELECT answer FROM kept"), "yes");
    assert_eq!(fs::read(folder.path().join("password")).unwrap(), password);
}

#[test]
fn two_clusters_run_side_by_side() {
    let (one, other) = (folder(), folder());
    let first = start(one.path(), TESTING).unwrap();
    let second = start(other.path(), TESTING).unwrap();

    run(&first, "CREATE TABLE mine AS SELECT 'first' AS answer");

    assert_ne!(first.port(), second.port());
    assert_eq!(
        ask(&second, "SELECT to_regclass('mine') IS NULL || ''"),
        "true"
    );
}

#[test]
fn a_folder_has_one_owner_at_a_time() {
    let folder = folder();
    let owner = start(folder.path(), TESTING).unwrap();

    let refused = start(folder.path(), TESTING).unwrap_err();

    assert!(matches!(refused, ClusterError::InUse(_)), "{refused}");
    assert_eq!(ask(&owner, "SELECT 'still here'"), "still here");
}

#[test]
fn stopping_and_dropping_leave_nothing_running() {
    for stop in [|cluster: Cluster| cluster.stop().unwrap(), drop] {
        let folder = folder();
        let cluster = start(folder.path(), TESTING).unwrap();
        let pid = server_pid(folder.path()).unwrap();

        stop(cluster);

        assert!(!is_alive(pid));
        assert_eq!(server_pid(folder.path()), None);
    }
}

#[test]
fn a_closed_folder_above_is_named() {
    let closed = folder();
    if !we_are_root(&closed) {
        eprintln!("skipped: only root runs the server as another account");
        return;
    }
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();

    let refused = start(&closed.path().join("cluster"), TESTING).unwrap_err();

    let ClusterError::Unreachable { blocked, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(blocked, closed.path());
    assert!(Cluster::check_folder(&closed.path().join("cluster")).is_err());
}

#[test]
fn a_folder_that_holds_something_else_is_left_alone() {
    let folder = folder();
    fs::write(folder.path().join("thesis.txt"), "").unwrap();

    let refused = start(folder.path(), TESTING).unwrap_err();

    assert!(
        matches!(refused, ClusterError::Unusable { .. }),
        "{refused}"
    );
    assert!(!folder.path().join("password").exists());
}

#[test]
fn a_folder_of_another_version_is_refused_with_both_versions() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/PG_VERSION"), "9.6\n").unwrap();

    let refused = start(folder.path(), TESTING).unwrap_err();

    assert!(
        matches!(refused, ClusterError::WrongVersion { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("9.6"), "{refused}");
}

#[test]
fn the_log_holds_no_statement_and_no_value() {
    let folder = folder();
    let cluster = start(folder.path(), TESTING).unwrap();
    run(
        &cluster,
        "CREATE TABLE person (mail text PRIMARY KEY); INSERT INTO person VALUES ('ada@example.com')",
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let refused = runtime.block_on(async {
        let mut connection = PgConnection::connect(cluster.admin_url().expose()).await?;
        connection
            .execute("INSERT INTO person VALUES ('ada@example.com')")
            .await
    });
    assert!(refused.is_err());
    cluster.stop().unwrap();

    let log = fs::read_to_string(folder.path().join("log")).unwrap();

    assert!(log.contains("person_pkey"), "{log}");
    assert!(!log.contains("ada@example.com"), "{log}");
}

#[test]
fn binaries_are_not_guessed_behind_a_named_folder() {
    let empty = folder();

    let refused = Binaries::find(Some(empty.path()), None, Path::new("/")).unwrap_err();

    assert!(matches!(refused, ClusterError::NotBinaries(_)), "{refused}");
}

#[test]
fn the_newest_package_is_newest_by_number() {
    let packages = folder();
    for version in ["9", "15", "17"] {
        let bin = packages.path().join(version).join("bin");
        fs::create_dir_all(&bin).unwrap();
        let programs: &[&str] = if version == "17" {
            &["initdb"]
        } else {
            &["initdb", "postgres", "pg_ctl"]
        };
        for program in programs {
            fs::write(bin.join(program), "").unwrap();
        }
    }

    let found = Binaries::newest_under(packages.path()).unwrap();

    assert!(
        found.folder().ends_with("15/bin"),
        "{}",
        found.folder().display()
    );
}
