//! Archives and gzip files, friendly and not.

use std::io::{Cursor, Write as _};

use countersign_domain::Fault as _;
use countersign_spec_import::{
    Limits,
    bundle::{Bundle, pack_folder},
    import, import_files,
};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    bundles::{ROOT, library},
    patient,
};

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive
            .start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let mut changed = 0;
    for start in 0..=bytes.len() - from.len() {
        if bytes[start..].starts_with(from) {
            bytes[start..start + from.len()].copy_from_slice(to);
            changed += 1;
        }
    }
    assert!(changed > 0);
    bytes
}

#[test]
fn what_is_wrong_with_an_archive_is_said_in_words() {
    let whole = zipped(&library());
    for (packed, says) in [
        (zipped(&[]), "there is no file in it"),
        (
            whole[..whole.len() / 2].to_vec(),
            "the archive cannot be read: its end is missing",
        ),
    ] {
        let error = import(&packed, &patient()).unwrap_err();
        assert_eq!(error.to_string(), says);
    }
    let small = Limits {
        raw_bytes: 10,
        ..patient()
    };
    let error = import(ROOT.as_bytes(), &small).unwrap_err();
    let says = "the file is larger than the limit of 10 bytes";
    assert_eq!(error.to_string(), says);
}

#[test]
fn an_archive_is_read_like_the_folder_it_was_made_of() {
    let packed = zipped(&library());
    let from_archive = import(&packed, &patient()).unwrap();
    let mut bundle = Bundle::from_files(library(), &patient()).unwrap();
    let from_folder = import_files(&mut bundle, None, &patient()).unwrap();
    assert_eq!(
        json!(from_archive.operations),
        json!(from_folder.operations)
    );
    assert_eq!(
        json!(from_archive.diagnostics),
        json!(from_folder.diagnostics)
    );
    let again = Bundle::from_archive(&packed, &patient()).unwrap();
    assert!(again.is_some());
    assert!(
        Bundle::from_archive(ROOT.as_bytes(), &patient())
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_gzip_file_is_read_like_what_is_in_it() {
    let text =
        r#"{"openapi":"3.1.0","info":{"title":"A","version":"1"},"paths":{"/a":{"get":{}}}}"#;
    let plain = import(text.as_bytes(), &patient()).unwrap();
    let packed = import(&gzipped(text.as_bytes()), &patient()).unwrap();
    assert_eq!(json!(plain.operations), json!(packed.operations));
}

#[test]
fn an_archive_that_could_do_harm_is_refused_and_says_why() {
    let one = |name: &str| zipped(&[(name.to_owned(), ROOT.as_bytes().to_vec())]);
    let mut linked = ZipWriter::new(Cursor::new(Vec::new()));
    linked
        .add_symlink("openapi.yaml", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let linked = linked.finish().unwrap().into_inner();
    let plain = one("openapi.yaml");
    let mut locked = plain.clone();
    locked[6] |= 1;
    let central = memchr::memmem::rfind(&locked, b"PK\x01\x02").unwrap();
    locked[central + 8] |= 1;
    let two = zipped(&[
        ("aa.yaml".to_owned(), b"a".to_vec()),
        ("ab.yaml".to_owned(), b"b".to_vec()),
    ]);
    let cases = [
        (
            "unsafe_file_name",
            replaced(&one("aa/x.yaml"), b"aa/x", b"../x"),
        ),
        (
            "unsafe_file_name",
            replaced(&one("aa/x.yaml"), b"aa/x", b"/a/x"),
        ),
        (
            "unsafe_file_name",
            replaced(&one("aa/x.yaml"), b"aa/x", b"..\\x"),
        ),
        (
            "unsafe_file_name",
            replaced(&one("aa/x.yaml"), b"aa/x", b"c:/x"),
        ),
        (
            "unsafe_file_name",
            replaced(&one("aa/x.yaml"), b"aa/x", b"a\0/x"),
        ),
        (
            "unsafe_file_name",
            replaced(&one("aa/x.yaml"), b"aa/x", b"a\xff/x"),
        ),
        ("archive_link", linked),
        ("archive_encrypted", locked),
        ("archive_unreadable", replaced(&two, b"ab.yaml", b"aa.yaml")),
        ("archive_unreadable", plain[..plain.len() / 2].to_vec()),
        ("archive_unreadable", gzipped(&plain)[..40].to_vec()),
        ("root_missing", zipped(&[])),
    ];
    for (code, bytes) in &cases {
        let error = import(bytes, &patient()).unwrap_err();
        assert_eq!(error.code(), *code, "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    println!("archives refused: {}", cases.len());
}

#[test]
fn what_unpacks_to_more_than_the_limit_is_refused_while_it_is_unpacked() {
    let limits = Limits {
        raw_bytes: 1 << 20,
        unpacked_bytes: 2 << 20,
        files: 3,
        ..patient()
    };
    let zeros = vec![b' '; 20 << 20];
    let bomb = gzipped(&zeros);
    assert!(bomb.len() < 1 << 20);
    let many = |count: usize| {
        let name = |index| (format!("{index}.yaml"), b"a: 1".to_vec());
        (0..count).map(name).collect::<Vec<_>>()
    };
    let mut halves = many(2);
    for half in &mut halves {
        half.1 = vec![b' '; (1 << 20) + 1];
    }
    let cases = [
        ("unpacked_too_large", bomb),
        (
            "unpacked_too_large",
            zipped(&[("a.yaml".to_owned(), zeros)]),
        ),
        ("unpacked_too_large", zipped(&halves)),
        ("too_many_files", zipped(&many(4))),
        ("too_large", zipped(&library()).repeat(1_000)),
    ];
    for (code, bytes) in &cases {
        let error = import(bytes, &limits).unwrap_err();
        assert_eq!(error.code(), *code, "{error}");
    }
    let refused = Bundle::from_files(many(4), &limits).unwrap_err();
    assert_eq!(refused.code(), "too_many_files");
    let refused = Bundle::from_files(halves, &limits).unwrap_err();
    assert_eq!(refused.code(), "unpacked_too_large");
    println!("bombs refused: {}", cases.len() + 2);
}

#[test]
fn a_folder_is_read_as_the_archive_of_it() {
    let limits = patient();
    let zip = zipped(&library());
    let folder = pack_folder(library(), &limits).unwrap();
    let [one, other] = [zip, folder].map(|bytes| import(&bytes, &limits).unwrap());
    let [one, other] = [one, other].map(|document| json!(document.operations));
    assert_eq!(one, other);
    assert!(!one.as_array().unwrap().is_empty());
    let again = pack_folder(library(), &limits).unwrap();
    assert_eq!(again, pack_folder(library(), &limits).unwrap());
}

#[test]
fn a_folder_has_the_names_and_the_limits_of_an_archive() {
    let with = |name: &str| {
        vec![
            ("api.json".to_owned(), b"{}".to_vec()),
            (name.to_owned(), b"{}".to_vec()),
        ]
    };
    let outside = [
        "../x.json",
        "/etc/passwd",
        "a/../../x.json",
        "c:x.json",
        "a\\..\\x.json",
        "a\u{0}.json",
        "",
        "./api.json",
    ];
    for name in outside {
        let error = pack_folder(with(name), &patient()).unwrap_err();
        let expected = if name == "./api.json" {
            "duplicate_file"
        } else {
            "unsafe_file_name"
        };
        assert_eq!(error.code(), expected, "{name:?}");
    }
    let one = Limits {
        files: 1,
        ..patient()
    };
    assert_eq!(
        pack_folder(with("b.json"), &one).unwrap_err().code(),
        "too_many_files"
    );
    let small = Limits {
        unpacked_bytes: 3,
        ..patient()
    };
    assert_eq!(
        pack_folder(with("b.json"), &small).unwrap_err().code(),
        "unpacked_too_large"
    );
    println!("names that a folder cannot have: {}", outside.len());
}
