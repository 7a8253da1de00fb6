//! What goes together: settings become a configuration, or a refusal that says what to do.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf};

use countersign_edge::PublicUrl;
use countersign_egress::Loopback;

use crate::{
    roles::Role,
    settings::{Hidden, ServerSettings},
};

/// The name of the vault's key file in the data folder.
pub(crate) const KEY: &str = "vault.key";
/// The data folder when none is named.
pub const DATA: &str = ".data";

/// A process's whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// What it does.
    pub roles: BTreeSet<Role>,
    /// Where things are kept.
    pub storage: StorageChoice,
    /// The vault's key file, if it was named; without one, the single-machine default keeps it
    /// beside the database it is for.
    pub vault_key: Option<PathBuf>,
    /// How it is reached.
    pub http: HttpChoice,
    /// Whether upstreams may be on this machine.
    pub loopback_upstreams: Loopback,
    /// Most connections that requests share.
    pub connections: u32,
}

/// Where things are kept.
#[derive(Clone, Debug)]
pub enum StorageChoice {
    /// In a private PostgreSQL of our own.
    Embedded {
        /// The folder for what is kept.
        data: PathBuf,
        /// Whether somebody named that folder.
        named: bool,
        /// The folder of PostgreSQL's programs, if it was named.
        pg_bin: Option<PathBuf>,
    },
    /// In what the operator runs.
    External {
        /// The database's URL.
        database: Hidden,
        /// The URL and the prefix of Redis, if there is one.
        redis: Option<(Hidden, String)>,
    },
}

/// How a process is reached.
#[derive(Clone, Debug)]
pub struct HttpChoice {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The origin; `None` is this machine, by the port that is bound.
    pub public_url: Option<PublicUrl>,
    /// Proxies that are believed.
    pub proxy_hops: u8,
    /// Where figures are served.
    pub metrics_listen: Option<SocketAddr>,
}

/// The settings do not go together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// Redis alone.
    #[error(
        "REDIS_URL is set and DATABASE_URL is not; the private database belongs to one process, \
         which needs no Redis: set both, or neither"
    )]
    RedisWithoutDatabase,
    /// A role that seals or opens credentials has no key.
    #[error(
        "the role {0} needs COUNTERSIGN_VAULT_KEY_FILE beside DATABASE_URL; make the file with \
         `(umask 077; head -c 32 /dev/urandom | base64 > vault.key)` and give every role the same"
    )]
    NoVaultKey(Role),
    /// We would be reached by a name we do not know.
    #[error(
        "{0} can be reached from other machines, so COUNTERSIGN_PUBLIC_URL must say by which \
         https origin"
    )]
    NoPublicUrl(SocketAddr),
    /// Both on one address.
    #[error("COUNTERSIGN_METRICS_LISTEN must be another address than COUNTERSIGN_LISTEN")]
    MetricsInPublic,
    /// A variable that nothing reads: most likely a spelling mistake.
    #[error("there is no setting {0}; `countersign serve --help` lists them all")]
    Unknown(String),
}

impl Configuration {
    /// Puts settings together.
    ///
    /// # Errors
    /// When something that is needed is missing or two things contradict each other.
    pub fn new(settings: &ServerSettings) -> Result<Self, ConfigurationError> {
        let roles = chosen(&settings.roles);
        let http = HttpChoice {
            listen: settings.http.listen,
            public_url: settings.http.public_url.clone(),
            proxy_hops: settings.http.proxy_hops,
            metrics_listen: settings.http.metrics_listen,
        };
        check_http(&http)?;
        let (storage, vault_key) = storage(settings, &roles)?;
        let loopback_upstreams = if settings.upstreams.allow_loopback_upstreams {
            Loopback::Allowed
        } else {
            Loopback::Refused
        };
        Ok(Self {
            roles,
            storage,
            vault_key,
            http,
            loopback_upstreams,
            connections: settings.database.database_connections,
        })
    }

    /// Says whether this is the single-machine default.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        matches!(self.storage, StorageChoice::Embedded { .. })
    }
}

fn chosen(roles: &[Role]) -> BTreeSet<Role> {
    if roles.is_empty() {
        Role::ALL.into_iter().collect()
    } else {
        roles.iter().copied().collect()
    }
}

fn check_http(http: &HttpChoice) -> Result<(), ConfigurationError> {
    if http.public_url.is_none() && !http.listen.ip().is_loopback() {
        return Err(ConfigurationError::NoPublicUrl(http.listen));
    }
    if http.metrics_listen == Some(http.listen) && http.listen.port() != 0 {
        return Err(ConfigurationError::MetricsInPublic);
    }
    Ok(())
}

fn storage(
    settings: &ServerSettings,
    roles: &BTreeSet<Role>,
) -> Result<(StorageChoice, Option<PathBuf>), ConfigurationError> {
    let key = settings.vault.vault_key_file.clone();
    let Some(database) = settings.database.database_url.clone() else {
        if settings.redis.redis_url.is_some() {
            return Err(ConfigurationError::RedisWithoutDatabase);
        }
        let named = settings.embedded.data.is_some();
        let data = settings.embedded.data.clone();
        let data = data.unwrap_or_else(|| DATA.into());
        let storage = StorageChoice::Embedded {
            data,
            named,
            pg_bin: settings.embedded.pg_bin.clone(),
        };
        return Ok((storage, key));
    };
    if let (Some(role), None) = (roles.iter().find(|role| role.needs_vault()), &key) {
        return Err(ConfigurationError::NoVaultKey(*role));
    }
    let prefix = settings.redis.redis_prefix.clone();
    let redis = settings.redis.redis_url.clone().map(|url| (url, prefix));
    // A key that no role of this process needs is not read.
    let key = key.filter(|_| roles.iter().any(|role| role.needs_vault()));
    Ok((StorageChoice::External { database, redis }, key))
}

/// Finds the first variable that is called like one of ours and is none.
///
/// # Errors
/// When there is one.
pub fn check_names<'a>(
    variables: impl Iterator<Item = &'a str>,
    known: &BTreeSet<String>,
) -> Result<(), ConfigurationError> {
    let mut ours = variables.filter(|name| name.starts_with("COUNTERSIGN_"));
    match ours.find(|name| !known.contains(*name)) {
        Some(unknown) => Err(ConfigurationError::Unknown(unknown.to_owned())),
        None => Ok(()),
    }
}
