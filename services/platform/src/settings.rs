//! What an operator may set: the environment's words and the flags of the same meaning.
//!
//! A struct a concern. They are only read here; what goes together is decided in
//! [`crate::configuration`].

use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr, sync::Arc};

use clap::Args;
use countersign_domain::secret::Secret;
use countersign_edge::PublicUrl;
use countersign_telemetry::{LogFormat, LogOptions};

use crate::roles::Role;

/// A setting that is not to be shown.
#[derive(Clone)]
pub struct Hidden(Arc<Secret>);

impl Hidden {
    /// Returns the setting itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl FromStr for Hidden {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Arc::new(Secret::new(text.to_owned()))))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// The log.
#[derive(Args, Clone, Debug)]
pub struct LogSettings {
    /// How the log looks: human or json.
    #[arg(
        long,
        env = "COUNTERSIGN_LOG_FORMAT",
        default_value = "human",
        global = true
    )]
    pub log_format: LogFormat,
    /// What is logged, such as `info,countersign_queue=debug`.
    #[arg(long, env = "COUNTERSIGN_LOG", global = true)]
    pub log: Option<String>,
}

/// Parts of the libraries below us that say at their start what we say better.
const QUIET: &str = "actix_server=warn,sqlx::postgres::notice=error";

impl LogSettings {
    /// What the telemetry wants to know; this much is logged unless something was said.
    #[must_use]
    pub fn options(&self, level: &str) -> LogOptions {
        let quiet = || format!("{level},{QUIET}");
        LogOptions {
            format: self.log_format,
            filter: self.log.clone().unwrap_or_else(quiet),
        }
    }
}

/// The database. Without a URL, a private PostgreSQL is started in the data folder.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// The login's URL: a member of `countersign_app` and `countersign_system`, nothing more.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<Hidden>,
    /// Most connections that requests of this process share.
    #[arg(
        long,
        env = "COUNTERSIGN_DATABASE_CONNECTIONS",
        default_value_t = 16,
        value_parser = clap::value_parser!(u32).range(2..=500)
    )]
    pub database_connections: u32,
}

/// Redis. Without a URL, wake-ups stay in the process, and polls do the rest.
#[derive(Args, Clone, Debug)]
pub struct RedisSettings {
    /// Where Redis is.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<Hidden>,
    /// Sets the keys of this installation apart from all others.
    #[arg(long, env = "COUNTERSIGN_REDIS_PREFIX", default_value = "countersign")]
    pub redis_prefix: String,
}

/// What belongs to the single-machine default.
#[derive(Args, Clone, Debug)]
pub struct EmbeddedSettings {
    /// The folder for what is kept: the private database and the vault's key. [default: .data]
    #[arg(long, env = "COUNTERSIGN_DATA")]
    pub data: Option<PathBuf>,
    /// The folder of PostgreSQL's programs, if they are not where they usually are.
    #[arg(long, env = "PG_BIN")]
    pub pg_bin: Option<PathBuf>,
}

/// How we are reached.
#[derive(Args, Clone, Debug)]
pub struct HttpSettings {
    /// The address to listen on.
    #[arg(long, env = "COUNTERSIGN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The origin people and agents know us by; https unless on this machine only.
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,
    /// How many proxies in front of us to believe about a client's address.
    #[arg(
        long,
        env = "COUNTERSIGN_PROXY_HOPS",
        default_value_t = 0,
        value_parser = clap::value_parser!(u8).range(0..=8)
    )]
    pub proxy_hops: u8,
    /// Where `/metrics` is served, for the operator's network only. Nowhere by default.
    #[arg(long, env = "COUNTERSIGN_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
}

/// The vault.
#[derive(Args, Clone, Debug)]
pub struct VaultSettings {
    /// The key file everything in the vault is sealed under: 32 bytes in base64, mode 0600.
    #[arg(long, env = "COUNTERSIGN_VAULT_KEY_FILE")]
    pub vault_key_file: Option<PathBuf>,
}

/// The APIs behind us.
#[derive(Args, Clone, Debug)]
pub struct UpstreamSettings {
    /// Allows upstreams on this very machine. For development only.
    #[arg(long, env = "COUNTERSIGN_ALLOW_LOOPBACK_UPSTREAMS")]
    pub allow_loopback_upstreams: bool,
}

/// Everything a serving process may be told.
#[derive(Args, Clone, Debug)]
pub struct ServerSettings {
    /// What this process does; repeat it for several. [default: everything]
    #[arg(long = "role", value_delimiter = ',')]
    pub roles: Vec<Role>,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// Redis.
    #[command(flatten)]
    pub redis: RedisSettings,
    /// The single-machine default.
    #[command(flatten)]
    pub embedded: EmbeddedSettings,
    /// How we are reached.
    #[command(flatten)]
    pub http: HttpSettings,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultSettings,
    /// Upstreams.
    #[command(flatten)]
    pub upstreams: UpstreamSettings,
}
