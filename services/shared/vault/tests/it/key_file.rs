//! The operator's key file.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
};

use countersign_testkit::world;
use countersign_vault::{KeyFile, KeyFileError};

#[test]
fn a_key_file_is_made_once_for_its_owner_alone_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let file = KeyFile::at(path.clone());

    assert!(matches!(file.read(), Err(KeyFileError::Io { .. })));
    file.read_or_create(&world()).unwrap();
    let written = fs::read(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);

    file.read_or_create(&world()).unwrap();
    assert!(file.create(&world()).is_err());
    assert_eq!(fs::read(&path).unwrap(), written);
}

#[test]
fn a_key_file_that_others_could_read_or_change_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let file = KeyFile::at(path.clone());
    file.create(&world()).unwrap();
    let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();

    for mode in [0o640, 0o604, 0o660, 0o602, 0o700, 0o644, 0o4600] {
        set(mode);
        let refused = file.read().err().unwrap();
        let wanted = format!("has mode {mode:04o}; it must be 0600");
        assert!(refused.to_string().ends_with(&wanted), "{refused}");
    }
    for mode in [0o600, 0o400] {
        set(mode);
        assert!(file.read().is_ok(), "{mode:o}");
    }
}

#[test]
fn a_file_that_holds_no_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let file = KeyFile::at(path.clone());
    let long = "A".repeat(1000);
    for text in ["", "\n", "not base64!", "c2hvcnQ=", &long] {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(
            matches!(file.read(), Err(KeyFileError::NotAKey { .. })),
            "{text}"
        );
    }
}
