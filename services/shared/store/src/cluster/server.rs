//! Starts the server as a child of a keeper, and stops it.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Options;
use super::binaries::Binaries;
use super::error::ClusterError;
use super::folder::Folder;

const KEEPER: &str = include_str!("keeper.sh");
const PAUSE: Duration = Duration::from_millis(10);
// Long, because a server that was killed first replays what it had promised.
const READY: Duration = Duration::from_mins(2);
const GONE: Duration = Duration::from_secs(30);
/// Another process can take the free port between our look and the server's.
const PORT_ATTEMPTS: usize = 5;
/// `sun_path` of unix(7) is 108 bytes; the name in it is `/.s.PGSQL.65535` and a final zero.
const LONGEST_SOCKET_FOLDER: usize = 108 - 16;

const ALWAYS: [&str; 9] = [
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "timezone=UTC",
    "log_timezone=UTC",
    // Statements, keys and values are the tenants'; they do not belong in a log.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length_on_error=0",
    "log_checkpoints=off",
    "logging_collector=off",
];
const NOT_DURABLE: [&str; 3] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
];

/// A running server and the keeper that watches over it.
pub(super) struct Server {
    keeper: Child,
    port: u16,
    folder: PathBuf,
    /// `pg_ctl stop -m immediate`, for a server that does not go when it is asked.
    force: Command,
}

impl Server {
    /// Starts the server on a free loopback port and waits until it answers.
    pub(super) fn start(
        folder: &Folder,
        binaries: &Binaries,
        options: Options,
    ) -> Result<Self, ClusterError> {
        for _ in 0..PORT_ATTEMPTS {
            if let Some(server) = Self::attempt(folder, binaries, options)? {
                return Ok(server);
            }
        }
        Err(ClusterError::Failed {
            program: "postgres",
            detail: folder.last_words(),
        })
    }

    /// Starts once; nothing comes back when somebody else got the port first.
    fn attempt(
        folder: &Folder,
        binaries: &Binaries,
        options: Options,
    ) -> Result<Option<Self>, ClusterError> {
        let port = free_port().map_err(ClusterError::at(folder.path()))?;
        let log = folder.new_log()?;
        let keeper = command(folder, binaries, options, port)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            // Away from the terminal's group: Ctrl-C is for us, who stop the server last.
            .process_group(0)
            .spawn()
            .map_err(ClusterError::at(Path::new("/bin/sh")))?;
        let mut force = folder.program(&binaries.folder().join("pg_ctl"));
        force
            .arg("-D")
            .arg(folder.data())
            .args(["-m", "immediate", "-W", "stop"]);
        let mut server = Self {
            keeper,
            port,
            folder: folder.data(),
            force,
        };
        let began = Instant::now();
        while !server.is_ready() {
            if server.has_ended() {
                let detail = folder.last_words();
                return if detail.contains("could not create any TCP/IP sockets") {
                    Ok(None)
                } else {
                    Err(ClusterError::Failed {
                        program: "postgres",
                        detail,
                    })
                };
            }
            if began.elapsed() > READY {
                return Err(server.too_slow("start", READY));
            }
            sleep(PAUSE);
        }
        Ok(Some(server))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server and waits until it is gone; stopping twice is stopping once.
    pub(super) fn stop(&mut self) -> Result<(), ClusterError> {
        // The keeper sees the pipe close.
        drop(self.keeper.stdin.take());
        if self.ends_within(GONE) {
            return Ok(());
        }
        let _ = self
            .force
            .output()
            .map_err(ClusterError::at(&self.folder))?;
        if self.ends_within(GONE) {
            Ok(())
        } else {
            Err(self.too_slow("stop", GONE))
        }
    }

    fn ends_within(&mut self, limit: Duration) -> bool {
        let began = Instant::now();
        while !self.has_ended() {
            if began.elapsed() > limit {
                return false;
            }
            sleep(PAUSE);
        }
        true
    }

    /// The server says so itself in the eighth line of its pid file, which is what `pg_ctl -w` reads.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.folder.join("postmaster.pid")).is_ok_and(|file| {
            file.lines()
                .nth(7)
                .is_some_and(|state| state.trim() == "ready")
        })
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.keeper.try_wait(), Ok(None))
    }

    fn too_slow(&self, what: &'static str, limit: Duration) -> ClusterError {
        ClusterError::TooSlow {
            folder: self.folder.clone(),
            what,
            seconds: limit.as_secs(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(db.folder = %self.folder.display(), "{error}");
        }
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn command(folder: &Folder, binaries: &Binaries, options: Options, port: u16) -> Command {
    let data = folder.data();
    let mut command = folder.program(Path::new("/bin/sh"));
    command.arg("-c").arg(KEEPER).arg("keeper");
    command.arg(binaries.folder().join("postgres"));
    command.arg("-D").arg(&data).arg("-p").arg(port.to_string());
    let sockets = if data.as_os_str().as_bytes().len() > LONGEST_SOCKET_FOLDER {
        OsString::new()
    } else {
        data.into_os_string()
    };
    command.arg("-k").arg(sockets);
    let relaxed: &[&str] = if options.durable { &[] } else { &NOT_DURABLE };
    for setting in ALWAYS.iter().chain(relaxed) {
        command.arg("-c").arg(setting);
    }
    command
}
