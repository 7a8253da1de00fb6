//! The folder of a private cluster: its lock, its password, its log, its data.
//!
//! The folder and all but the data stay ours, so the server's account can not lead us, who
//! may be root, to write through a link of its making. Only `data` belongs to the server.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign_domain::World;
use countersign_domain::secret::Secret;

use super::account::Account;
use super::binaries::Binaries;
use super::error::ClusterError;
use super::{ADMIN, Options};

const DATA: &str = "data";
const LOCK: &str = "lock";
const LOG: &str = "log";
const NEW: &str = "new";
const PASSWORD: &str = "password";
const PASSWORD_BYTES: usize = 24;
const OURS_ONLY: u32 = 0o600;

/// A cluster's folder, held by this process alone.
pub(super) struct Folder {
    path: PathBuf,
    account: Option<Account>,
    password: Secret,
    // The kernel lets go of it when this process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Makes the folder when there is none and takes it, with its password, for this process.
    pub(super) fn open(path: &Path, world: &World) -> Result<Self, ClusterError> {
        let account = Account::for_data(&path.join(DATA))?;
        if let Some(account) = account {
            account.reaches(path)?;
        }
        make(path)?;
        let path = path.canonicalize().map_err(ClusterError::at(path))?;
        refuse_foreign(&path)?;
        // Again, because a link may have led elsewhere and a umask may have closed what was made.
        if let Some(account) = account {
            account.reaches(&path)?;
        }
        // The server's account passes through; it can list and change nothing.
        let mode = if account.is_some() { 0o711 } else { 0o700 };
        fs::set_permissions(&path, Permissions::from_mode(mode))
            .map_err(ClusterError::at(&path))?;
        let lock = take(&path)?;
        let password = password(&path, world)?;
        Ok(Self {
            path,
            account,
            password,
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder PostgreSQL calls its data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join(DATA)
    }

    pub(super) fn password(&self) -> &Secret {
        &self.password
    }

    pub(super) fn is_initialised(&self) -> bool {
        self.data().join("PG_VERSION").exists()
    }

    /// Prepares a program to run as the server's account and with nothing of our environment,
    /// which may hold secrets.
    pub(super) fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", "/usr/bin:/bin");
        command.stdin(Stdio::null()).current_dir("/");
        if let Some(account) = self.account {
            account.apply(&mut command);
        }
        command
    }

    /// Makes the cluster beside its place and then moves it there, so half a cluster is never taken for one.
    pub(super) fn initialise(
        &self,
        binaries: &Binaries,
        options: Options,
    ) -> Result<(), ClusterError> {
        let new = self.path.join(NEW);
        remove(&new)?;
        DirBuilder::new()
            .mode(0o700)
            .create(&new)
            .map_err(ClusterError::at(&new))?;
        let copy = new.join(PASSWORD);
        write_new(&copy, self.password.expose())?;
        if let Some(account) = self.account {
            account.reaches(binaries.folder())?;
            account.own(&copy)?;
            account.own(&new)?;
        }
        // Debian always has C.UTF-8; elsewhere it may be missing, and C sorts the same.
        self.initdb(binaries, options, "C.UTF-8")
            .or_else(|_| self.initdb(binaries, options, "C"))?;
        let data = self.data();
        fs::rename(new.join(DATA), &data).map_err(ClusterError::at(&data))?;
        remove(&new)
    }

    fn initdb(
        &self,
        binaries: &Binaries,
        options: Options,
        locale: &str,
    ) -> Result<(), ClusterError> {
        let new = self.path.join(NEW);
        let mut command = self.program(&binaries.folder().join("initdb"));
        command.args(["--username", ADMIN, "--auth", "scram-sha-256"]);
        command.args(["--encoding", "UTF8", "--locale", locale, "--data-checksums"]);
        command.arg("--pwfile").arg(new.join(PASSWORD));
        command.arg("--pgdata").arg(new.join(DATA));
        if !options.durable {
            command.arg("--no-sync");
        }
        let output = command
            .output()
            .map_err(ClusterError::at(binaries.folder()))?;
        if output.status.success() {
            return Ok(());
        }
        let detail = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(ClusterError::Failed {
            program: "initdb",
            detail,
        })
    }

    /// Refuses a cluster that another major version made: the server would, too, but less plainly.
    pub(super) fn check_version(&self, binaries: &Binaries) -> Result<(), ClusterError> {
        let file = self.data().join("PG_VERSION");
        let text = fs::read_to_string(&file).map_err(ClusterError::at(&file))?;
        let folder_version = text.trim().to_owned();
        let server_version = binaries.major_version()?;
        if folder_version == server_version {
            return Ok(());
        }
        Err(ClusterError::WrongVersion {
            folder: self.data(),
            folder_version,
            server_version,
        })
    }

    /// Opens a new log, keeping the one of the run before beside it.
    pub(super) fn new_log(&self) -> Result<File, ClusterError> {
        let log = self.path.join(LOG);
        match fs::rename(&log, self.path.join("log.before")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(ClusterError::at(&log)(error)),
            Ok(()) | Err(_) => create_new(&log).map_err(ClusterError::at(&log)),
        }
    }

    /// Returns why the server gave up, by its own log.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read_to_string(self.path.join(LOG)).unwrap_or_default();
        let fatal = log.lines().rev().find(|line| line.contains("FATAL:"));
        fatal
            .or(log.lines().last())
            .unwrap_or("it left no word")
            .to_owned()
    }
}

fn make(path: &Path) -> Result<(), ClusterError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .map_err(ClusterError::at(path))
}

/// Refuses a folder in which there are things that are not ours: it was named by mistake.
fn refuse_foreign(path: &Path) -> Result<(), ClusterError> {
    let entries = fs::read_dir(path).map_err(ClusterError::at(path))?;
    let ours = [DATA, LOCK, LOG, "log.before", NEW, PASSWORD, "password.new"];
    for entry in entries {
        let name = entry.map_err(ClusterError::at(path))?.file_name();
        if !ours.iter().any(|known| name == *known) {
            let why = io::Error::new(ErrorKind::DirectoryNotEmpty, "it holds something else");
            return Err(ClusterError::at(path)(why));
        }
    }
    Ok(())
}

fn take(path: &Path) -> Result<File, ClusterError> {
    let file = path.join(LOCK);
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(OURS_ONLY)
        .open(&file)
        .map_err(ClusterError::at(&file))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ClusterError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(ClusterError::at(&file)(error)),
    }
}

/// Reads the superuser's password, or makes one when there is none yet.
fn password(path: &Path, world: &World) -> Result<Secret, ClusterError> {
    let file = path.join(PASSWORD);
    match fs::read_to_string(&file) {
        Ok(text) => return Ok(Secret::new(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(ClusterError::at(&file)(error)),
    }
    let secret = Secret::new(hex(&world.bytes::<PASSWORD_BYTES>()));
    let draft = path.join("password.new");
    remove(&draft)?;
    write_new(&draft, secret.expose())?;
    fs::rename(&draft, &file).map_err(ClusterError::at(&file))?;
    Ok(secret)
}

fn write_new(path: &Path, text: &str) -> Result<(), ClusterError> {
    create_new(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(ClusterError::at(path))
}

fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OURS_ONLY)
        .open(path)
}

fn remove(path: &Path) -> Result<(), ClusterError> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(ClusterError::at(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every write");
        text
    })
}
