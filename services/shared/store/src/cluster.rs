//! A private PostgreSQL server, for when nobody has configured one.
//!
//! It is the real server in a folder of ours, so the SQL, the row-level security and the
//! code paths are those of production. What always holds:
//!
//! * One process owns a folder, by a lock that dies with it; the server dies with its
//!   owner, even one that is killed, because a keeper watches a pipe only the owner holds.
//! * The server never runs as root and never sees our environment: it listens on loopback,
//!   asks for a random password, and its log holds no statements and no values.
//! * A folder is either a complete cluster or will be made again: `initdb` works beside
//!   it and is renamed into place.
//!
//! Everything here blocks; call it from `spawn_blocking` when on a runtime.
//! Start at [`Cluster::start`].

mod account;
mod binaries;
mod error;
mod folder;
mod leftover;
mod server;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use countersign_domain::World;
use countersign_domain::secret::Secret;

pub use binaries::Binaries;
pub use error::ClusterError;

use account::Account;
use folder::Folder;
use server::Server;

/// The superuser of a private cluster; it only prepares databases and roles.
pub const ADMIN: &str = "postgres_admin";

/// How a private cluster treats what it was told to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether a commit survives a power cut; only tests may say no.
    pub durable: bool,
}

/// A running private PostgreSQL server; dropping it stops the server.
pub struct Cluster {
    // Declared first, so it is stopped before the folder's lock is let go.
    server: Server,
    folder: Folder,
}

impl Cluster {
    /// Starts the server of a folder, which is made and filled when it is not there yet.
    ///
    /// As root, the server runs as the account `postgres` (or `nobody`), so every folder
    /// above this one must let that account through.
    pub fn start(
        binaries: &Binaries,
        data_dir: &Path,
        options: Options,
        world: &World,
    ) -> Result<Self, ClusterError> {
        let folder = Folder::open(data_dir, world)?;
        if folder.is_initialised() {
            folder.check_version(binaries)?;
            leftover::clear(&folder, binaries)?;
        } else {
            folder.initialise(binaries, options)?;
        }
        let server = Server::start(&folder, binaries, options)?;
        tracing::info!(
            db.port = server.port(),
            db.folder = %folder.path().display(),
            "private PostgreSQL is ready"
        );
        Ok(Self { server, folder })
    }

    /// Says whether a folder could hold a private cluster, naming the folder above it that is in the way.
    pub fn check_folder(data_dir: &Path) -> Result<(), ClusterError> {
        match Account::for_data(&data_dir.join("data"))? {
            Some(account) => account.reaches(data_dir),
            None => Ok(()),
        }
    }

    /// Returns the address of the database `postgres` as the superuser.
    #[must_use]
    pub fn admin_url(&self) -> Secret {
        Secret::new(format!(
            "postgres://{ADMIN}:{}@127.0.0.1:{}/postgres",
            self.folder.password().expose(),
            self.port()
        ))
    }

    /// Returns the loopback port the server listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Stops the server and waits until it is gone.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.server.stop()
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("folder", &self.folder.path())
            .field("port", &self.port())
            .finish_non_exhaustive()
    }
}
