//! The account the server runs as: PostgreSQL refuses to be root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::ClusterError;

const SEARCH: u32 = 0o1;

/// An account to drop to; there is none to drop to unless we are root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Chooses the account: whoever the data already belongs to, else `postgres`, else `nobody`.
    pub(super) fn for_data(data: &Path) -> Result<Option<Self>, ClusterError> {
        if !we_are_root() {
            return Ok(None);
        }
        let owner = fs::metadata(data)
            .ok()
            .map(|found| Self {
                uid: found.uid(),
                gid: found.gid(),
            })
            .filter(|owner| owner.uid != 0);
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        owner
            .or_else(|| Self::named("postgres", &accounts))
            .or_else(|| Self::named("nobody", &accounts))
            .map(Some)
            .ok_or(ClusterError::NoAccount)
    }

    fn named(name: &str, accounts: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(name) {
                return None;
            }
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Self { uid, gid })
        })
    }

    /// Makes a program run as this account, with none of our groups.
    pub(super) fn apply(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Hands a file or folder to this account.
    pub(super) fn own(self, path: &Path) -> Result<(), ClusterError> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(ClusterError::at(path))
    }

    /// Checks that every folder above this one lets the account through.
    pub(super) fn reaches(self, path: &Path) -> Result<(), ClusterError> {
        let path = std::path::absolute(path).map_err(ClusterError::at(path))?;
        let above: Vec<&Path> = path.ancestors().skip(1).collect();
        for folder in above.into_iter().rev() {
            // A folder that is not there yet will be made by us, and open.
            let Ok(found) = fs::metadata(folder) else {
                return Ok(());
            };
            let shift = if found.uid() == self.uid {
                6
            } else if found.gid() == self.gid {
                3
            } else {
                0
            };
            if found.mode() >> shift & SEARCH == 0 {
                return Err(ClusterError::Unreachable {
                    blocked: folder.to_owned(),
                    uid: self.uid,
                });
            }
        }
        Ok(())
    }
}

fn we_are_root() -> bool {
    // `Uid:` is followed by the real and then the effective user id (proc(5)).
    fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .and_then(|ids| ids.split_whitespace().nth(1))
            == Some("0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "postgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var/lib:/bin/bash\n";

        let found = Account::named("postgres", accounts);

        assert_eq!(found, Some(Account { uid: 101, gid: 104 }));
        assert_eq!(Account::named("nobody", accounts), None);
    }
}
