//! Looks at everything that serving needs.

use std::{env, fmt::Write as _, net::TcpListener, path::Path, process::ExitCode};

use countersign_domain::secret::Secret;
use countersign_queue::{Redis, RedisOptions};
use countersign_store::cluster::{Binaries, Cluster};
use countersign_vault::KeyFile;

use crate::{
    admin::print,
    configuration::{Configuration, KEY, StorageChoice},
    embedded::CLUSTER,
    settings::ServerSettings,
};

/// What was found, and how much of it is wrong.
#[derive(Default)]
struct Findings {
    told: String,
    wrong: usize,
}

impl Findings {
    fn good(&mut self, what: &str) {
        let _ = writeln!(self.told, "ok    {what}");
    }

    fn note(&mut self, what: &str) {
        let _ = writeln!(self.told, "note  {what}");
    }

    fn wrong(&mut self, what: &str) {
        let _ = writeln!(self.told, "WRONG {what}");
        self.wrong += 1;
    }
}

/// Looks, tells, and fails when something has to be done before serving.
pub(crate) async fn doctor(settings: &ServerSettings) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    match Configuration::new(settings) {
        Ok(configuration) => look(&configuration, &mut findings).await,
        Err(error) => findings.wrong(&error.to_string()),
    }
    let Findings { told, wrong } = findings;
    if wrong == 0 {
        return print(&format!(
            "{told}\nnothing stands in the way of `countersign serve`\n"
        ));
    }
    print(&format!(
        "{told}\n{wrong} to mend before `countersign serve`\n"
    ))?;
    Ok(ExitCode::FAILURE)
}

async fn look(configuration: &Configuration, findings: &mut Findings) {
    findings.good("the settings go together");
    match TcpListener::bind(configuration.http.listen) {
        Ok(_) => findings.good(&format!("{} is free", configuration.http.listen)),
        Err(error) => findings.wrong(&format!(
            "cannot listen on {}: {error}; if no server of ours runs, set COUNTERSIGN_LISTEN",
            configuration.http.listen
        )),
    }
    match &configuration.storage {
        StorageChoice::Embedded { data, pg_bin, .. } => {
            embedded(data, pg_bin.as_deref(), findings);
        }
        StorageChoice::External { database, redis } => {
            database_answers(database.expose(), findings).await;
            match redis {
                Some((url, prefix)) => redis_answers(url.expose(), prefix, findings).await,
                None => findings.note("no REDIS_URL: other processes are found by polling"),
            }
        }
    }
    vault_opens(configuration, findings);
}

fn embedded(data: &Path, pg_bin: Option<&Path>, findings: &mut Findings) {
    findings.note("no DATABASE_URL: the single-machine default with a private PostgreSQL");
    let path = env::var_os("PATH");
    match Binaries::find(pg_bin, path.as_deref(), Path::new(".tools")) {
        Ok(found) => findings.good(&format!("PostgreSQL is in {}", found.folder().display())),
        Err(error) => findings.wrong(&error.to_string()),
    }
    match Cluster::check_folder(&data.join(CLUSTER)) {
        Ok(()) => findings.good(&format!("{} can hold the database", data.display())),
        Err(error) => findings.note(&error.to_string()),
    }
}

async fn database_answers(url: &str, findings: &mut Findings) {
    match countersign_migrations::is_current(url).await {
        Ok(true) => findings.good("the database answers and its schema is current"),
        Ok(false) => findings.wrong("the schema is not current: run `countersign migrate`"),
        Err(error) => {
            let why = std::error::Error::source(&error).map(ToString::to_string);
            let why = why.unwrap_or_default();
            findings.wrong(&format!("{error}: check DATABASE_URL ({why})"));
        }
    }
}

async fn redis_answers(url: &str, prefix: &str, findings: &mut Findings) {
    let options = RedisOptions {
        url: Secret::new(url.to_owned()),
        prefix: prefix.to_owned(),
        consumer: "doctor".to_owned(),
    };
    match Redis::open(&options) {
        Ok(redis) if redis.answers().await => findings.good("Redis answers"),
        Ok(_) => findings.wrong("Redis does not answer: check REDIS_URL"),
        Err(_) => findings.wrong("REDIS_URL cannot be read"),
    }
}

fn vault_opens(configuration: &Configuration, findings: &mut Findings) {
    let path = match (&configuration.vault_key, &configuration.storage) {
        (Some(named), _) => named.clone(),
        (None, StorageChoice::Embedded { data, .. }) => data.join(KEY),
        (None, StorageChoice::External { .. }) => {
            findings.note("no role here opens credentials, so no vault key is needed");
            return;
        }
    };
    if configuration.is_embedded() && !path.exists() {
        findings.note(&format!("{} will be made", path.display()));
        return;
    }
    match KeyFile::at(path).read() {
        Ok(_) => findings.good("the vault's key file can be used"),
        Err(error) => findings.wrong(&error.to_string()),
    }
}
