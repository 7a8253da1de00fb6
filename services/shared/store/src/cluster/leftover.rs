//! What an earlier run may have left in a cluster's folder: a server, or only its pid file.
//!
//! We hold the folder's lock, so a server found here has lost its owner. PostgreSQL's own
//! check of a stale pid file is fooled when the number has been given to another
//! process, as happens in containers, so we look at who really lives in the folder.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::binaries::Binaries;
use super::error::ClusterError;
use super::folder::Folder;

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Stops what still runs in the folder and removes a pid file nobody stands behind.
pub(super) fn clear(folder: &Folder, binaries: &Binaries) -> Result<(), ClusterError> {
    let data = folder.data();
    let pid_file = data.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&pid_file) else {
        return Ok(());
    };
    let server = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    if server.is_some_and(|pid| lives_in(pid, &data)) {
        stop(folder, binaries)?;
    }
    // The children of a server that was killed end by themselves, and may still be writing.
    let began = Instant::now();
    while has_inhabitants(&data) {
        if began.elapsed() > PATIENCE {
            let seconds = PATIENCE.as_secs();
            return Err(ClusterError::TooSlow {
                folder: data,
                what: "end",
                seconds,
            });
        }
        sleep(PAUSE);
    }
    if pid_file.exists() {
        fs::remove_file(&pid_file).map_err(ClusterError::at(&pid_file))?;
    }
    Ok(())
}

fn stop(folder: &Folder, binaries: &Binaries) -> Result<(), ClusterError> {
    tracing::warn!(db.folder = %folder.path().display(), "stopping a PostgreSQL that lost its owner");
    for mode in ["fast", "immediate"] {
        let stopped = folder
            .program(&binaries.folder().join("pg_ctl"))
            .arg("-D")
            .arg(folder.data())
            .args(["-m", mode, "-w", "-t", "15", "stop"])
            .output()
            .map_err(ClusterError::at(binaries.folder()))?;
        if stopped.status.success() {
            break;
        }
    }
    Ok(())
}

/// Every process of a server works in its data directory.
fn lives_in(pid: u32, data: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data)
}

fn has_inhabitants(data: &Path) -> bool {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
                .is_some_and(|pid| lives_in(pid, data))
        })
}
