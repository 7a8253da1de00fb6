//! The operator's key file: what everything in the local vault is sealed under.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_domain::World;
use zeroize::Zeroizing;

/// Only its owner may read or write it, and nobody may run it.
const MODE: u32 = 0o600;
/// A line of base64; anything longer is something else.
const LONGEST: u64 = 256;

/// The key in the key file. It has no `Debug`.
pub struct MasterKey(pub(crate) Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Makes a new key.
    #[must_use]
    pub fn generate(world: &World) -> Self {
        Self(Zeroizing::new(world.bytes()))
    }
}

/// The key file cannot be used; the process must not start.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It is not there, or cannot be read or written.
    #[error("the vault's key file {path} cannot be used")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Others than its owner could read or change it.
    #[error("the vault's key file {path} has mode {mode:04o}; it must be 0600")]
    TooOpen {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It does not hold a key.
    #[error("the vault's key file {path} does not hold 32 bytes in base64")]
    NotAKey {
        /// Which file.
        path: PathBuf,
    },
}

/// The place of the key file: 32 random bytes in base64, readable by its owner alone.
#[derive(Clone, Debug)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// Names the file.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When the file is not there, others could read it, or it does not hold a key.
    pub fn read(&self) -> Result<MasterKey, KeyFileError> {
        let file = File::open(&self.0).map_err(|cause| self.io(cause))?;
        let metadata = file.metadata().map_err(|cause| self.io(cause))?;
        let mode = metadata.mode() & 0o7777;
        if mode & !MODE != 0 {
            return Err(KeyFileError::TooOpen {
                path: self.0.clone(),
                mode,
            });
        }
        // The file may be anything, of any length.
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST)
            .read_to_string(&mut text)
            .map_err(|cause| self.io(cause))?;
        self.decode(text.trim())
    }

    /// Reads the key, or makes the file when there is none yet.
    ///
    /// # Errors
    /// As [`KeyFile::read`], or when the file cannot be made.
    pub fn read_or_create(&self, world: &World) -> Result<MasterKey, KeyFileError> {
        match fs::exists(&self.0) {
            Ok(true) => self.read(),
            Ok(false) => self.create(world),
            Err(cause) => Err(self.io(cause)),
        }
    }

    /// Makes the file with a new key. An existing file is never written over: what is sealed
    /// under its key would be lost.
    ///
    /// # Errors
    /// When there is a file already, or it cannot be written.
    pub fn create(&self, world: &World) -> Result<MasterKey, KeyFileError> {
        let key = MasterKey::generate(world);
        self.write(&key).map_err(|cause| self.io(cause))?;
        Ok(key)
    }

    fn write(&self, key: &MasterKey) -> io::Result<()> {
        let mut line = Zeroizing::new(STANDARD.encode(key.0.as_slice()));
        line.push('\n');
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(MODE)
            .open(&self.0)?;
        // Whatever the process's umask left of the mode.
        file.set_permissions(fs::Permissions::from_mode(MODE))?;
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        // The name must survive a crash as the bytes do.
        File::open(self.0.parent().unwrap_or(Path::new(".")))?.sync_all()
    }

    fn decode(&self, text: &str) -> Result<MasterKey, KeyFileError> {
        let mut key = Zeroizing::new([0; 32]);
        // Its own estimate of the length is a little more than the key.
        let mut decoded = Zeroizing::new([0; 48]);
        match STANDARD.decode_slice(text, decoded.as_mut_slice()) {
            Ok(32) => {
                key.copy_from_slice(&decoded[..32]);
                Ok(MasterKey(key))
            }
            Ok(_) | Err(_) => Err(KeyFileError::NotAKey {
                path: self.0.clone(),
            }),
        }
    }

    fn io(&self, cause: io::Error) -> KeyFileError {
        KeyFileError::Io {
            path: self.0.clone(),
            cause,
        }
    }
}
