//! A whole process over a database that an operator runs.

use std::{fs, io::Write as _, net::SocketAddr, os::unix::fs::OpenOptionsExt as _, path::PathBuf};

use countersign_testkit::Database;
use platform::{application::Application, configuration::Configuration, system_world};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use crate::{configuration::settings, program};

/// A folder of a test's own, gone with it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// A vault key, as `deploy/compose-secrets` writes it.
    pub(crate) fn key(&self) -> String {
        let path = self.0.join("vault.key");
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .expect("a file");
        file.write_all(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
            .expect("a line");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn get(address: SocketAddr, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a listener");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

pub(crate) fn configured(database: &Database, folder: &Folder, more: &[&str]) -> Configuration {
    let url = format!("--database-url={}", database.url());
    let key = format!("--vault-key-file={}", folder.key());
    let mut flags = vec![url.as_str(), &key, "--listen=127.0.0.1:0"];
    flags.extend(more);
    Configuration::new(&settings(&flags)).expect("good settings")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_ready_answers_by_its_name_and_ends_when_told() {
    let (database, folder) = (Database::create().await, Folder::new("serving"));
    let configuration = configured(&database, &folder, &["--metrics-listen=127.0.0.1:0"]);
    let application = Application::build(configuration, system_world(), program())
        .await
        .unwrap();
    let address = application.address().unwrap();
    let figures = application.metrics_address().unwrap();
    let ours = format!("localhost:{}", address.port());
    let stop = CancellationToken::new();
    let running = tokio::spawn(application.run_until(stop.clone()));

    // A probe knows only the address.
    let ready = get(address, "/readyz", "10.0.0.7").await;
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(ready.contains("\"ready\":true"), "{ready}");
    let page = get(address, "/sign-up", &ours).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("content-security-policy"), "{page}");
    let elsewhere = get(address, "/sign-up", "rebound.example").await;
    assert!(elsewhere.starts_with("HTTP/1.1 307"), "{elsewhere}");
    assert!(
        elsewhere.contains(&format!("location: http://{ours}/sign-up")),
        "{elsewhere}"
    );
    let nothing = get(address, "/metrics", &ours).await;
    assert!(nothing.starts_with("HTTP/1.1 404"), "{nothing}");
    let counted = get(figures, "/metrics", "prometheus").await;
    assert!(
        counted.contains("countersign_records_committed"),
        "{counted}"
    );

    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_serves_its_own_routes_and_no_others() {
    let (database, folder) = (Database::create().await, Folder::new("role"));
    let configuration = configured(&database, &folder, &["--role=oauth"]);
    let application = Application::build(configuration, system_world(), program())
        .await
        .unwrap();
    let address = application.address().unwrap();
    let ours = format!("localhost:{}", address.port());
    let stop = CancellationToken::new();
    let running = tokio::spawn(application.run_until(stop.clone()));

    let metadata = get(address, "/.well-known/oauth-authorization-server", &ours).await;
    assert!(metadata.starts_with("HTTP/1.1 200"), "{metadata}");
    let page = get(address, "/sign-in", &ours).await;
    assert!(page.starts_with("HTTP/1.1 404"), "{page}");

    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_schema_that_is_not_current_is_refused_with_what_to_do() {
    let (database, folder) = (Database::create().await, Folder::new("schema"));
    let mut admin = database.admin().await;
    sqlx::query("UPDATE _sqlx_migrations SET success = false")
        .execute(&mut admin)
        .await
        .unwrap();

    let configuration = configured(&database, &folder, &[]);
    let refused = Application::build(configuration, system_world(), program()).await;

    let error = refused.err().map(|error| format!("{error:#}"));
    assert!(
        error
            .as_ref()
            .is_some_and(|text| text.contains("countersign migrate")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_login_that_may_not_make_roles_migrates_and_asks() {
    let database = Database::create().await;
    let login = database.url();

    countersign_migrations::create_roles(&login).await.unwrap();
    countersign_migrations::migrate(&login).await.unwrap();

    assert!(countersign_migrations::is_current(&login).await.unwrap());
}

#[tokio::test]
async fn a_version_before_the_schemas_migrates_and_serves() {
    let database = Database::create().await;
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'of a version to come', true, '', 0)";
    let mut admin = database.admin().await;
    sqlx::query(newer).execute(&mut admin).await.unwrap();

    countersign_migrations::migrate(&database.url())
        .await
        .unwrap();

    let current = countersign_migrations::is_current(&database.url()).await;
    assert!(current.unwrap());
}
