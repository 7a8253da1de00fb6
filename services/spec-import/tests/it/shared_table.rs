//! What becomes of each document of the shared hostile collection (T77 to T81): one row for every
//! file, and for every large one that its generator makes. A file without a row fails.
//!
//! Time and memory of the same files are measured where they are read apart, in the platform.

use std::{collections::BTreeMap, fs, io::Write as _, path::Path, process::Command};

use countersign_domain::{Fault as _, operation::ImportedDocument};
use countersign_spec_import::import;
use flate2::{Compression, write::GzEncoder};

use crate::{
    corpus::{self, specs},
    patient,
};

/// What is promised about one document.
enum Promise {
    /// Refused as a whole, with this code and a text that holds these words.
    Refused(&'static str, &'static str),
    /// Imported: what can be called, what cannot, and codes that must be said.
    Imported {
        on: &'static [&'static str],
        off: &'static [&'static str],
        said: &'static [&'static str],
    },
}
use Promise::{Imported, Refused};

type Row = (&'static str, Promise);

/// Everything can be called.
const fn all(on: &'static [&'static str], said: &'static [&'static str]) -> Promise {
    Imported { on, off: &[], said }
}

/// Nothing can be called.
const fn none(off: &'static [&'static str], said: &'static [&'static str]) -> Promise {
    Imported { on: &[], off, said }
}

const READING: [Row; 10] = [
    (
        "01-yaml-billion-laughs.yaml",
        Refused("too_many_aliases", "limit"),
    ),
    ("02-yaml-dup-keys.yaml", Refused("duplicate_key", "line 6")),
    (
        "03-json-dup-keys.json",
        Refused("duplicate_key", "line 1, column 231"),
    ),
    ("04-yaml-norway.yaml", all(&["GET /geo"], &[])),
    (
        "05-yaml-tags.yaml",
        Refused("unreadable", "unsupported tag"),
    ),
    ("06-yaml-merge-keys.yaml", all(&["GET /a"], &[])),
    ("07-version-float.yaml", all(&[], &["version_is_a_number"])),
    (
        "08-truncated.json",
        Refused("not_json_or_yaml", "line 1, column 75"),
    ),
    (
        "09-html-instead.json",
        Refused("looks_like_html", "doctype"),
    ),
    (
        "10-deep-schema.json",
        Refused("too_deep", "127 levels at line 204"),
    ),
];

const REFERENCES: [Row; 8] = [
    (
        "20-ref-file.json",
        none(&["GET /a"], &["reference_outside"]),
    ),
    (
        "21-ref-relative-escape.json",
        all(&[], &["reference_outside", "no_operations"]),
    ),
    (
        "22-ref-metadata.json",
        none(&["GET /a"], &["reference_outside"]),
    ),
    ("23-ref-self.json", none(&["POST /a"], &["schema_unusable"])),
    (
        "24-ref-cycle.json",
        none(&["POST /a"], &["schema_unusable"]),
    ),
    (
        "25-ref-missing.json",
        Imported {
            on: &["GET /b"],
            off: &["GET /a"],
            said: &["reference_missing"],
        },
    ),
    ("26-ref-bomb.json", all(&["POST /a"], &[])),
    (
        "27-param-ref-cycle.json",
        none(&["GET /a"], &["reference_endless"]),
    ),
];

const TEXTS: [Row; 4] = [
    (
        "30-names.json",
        all(
            &[
                "GET /a",
                "POST /a",
                "GET /b",
                "GET /c",
                "GET /d",
                "GET /e",
                "GET /f",
                "GET /g",
                "GET /h",
                "GET /i",
                "GET /j",
                "DELETE /k",
                "GET /l",
                "GET /m",
            ],
            &["text_hidden_characters", "name_from_path"],
        ),
    ),
    (
        "31-prompt-injection.json",
        all(
            &["GET /orders", "POST /orders"],
            &[
                "text_instructs",
                "text_hidden_characters",
                "text_links",
                "text_images",
            ],
        ),
    ),
    (
        "32-huge-description.json",
        all(&["GET /a"], &["description_cut"]),
    ),
    (
        "33-spoofed-risk.json",
        all(&["DELETE /a", "GET /charge"], &[]),
    ),
];

const REQUESTS: [Row; 10] = [
    (
        "40-path-traversal.json",
        all(
            &["GET /users/{id}/notes/{note}", "GET /files/{path}"],
            &["allow_reserved_left_out"],
        ),
    ),
    (
        "41-crlf-header.json",
        all(&["GET /a"], &["header_reserved", "parameter_name_invalid"]),
    ),
    (
        "42-path-templates.json",
        Imported {
            on: &[
                "GET /c/{z}.{fmt}",
                "GET /e?admin=true#f",
                "GET /g/{missing}",
            ],
            off: &[
                "GET /a/{x}/{x}",
                "GET /b/{y",
                "GET //evil.example/d",
                "GET /../admin",
                "GET http://evil.example/f",
                "GET noslash",
                "GET /h\r\nX: y",
            ],
            said: &["path_unusable", "path_variable_undeclared"],
        },
    ),
    (
        "43-servers.json",
        Imported {
            on: &["GET /a"],
            off: &["GET /b"],
            said: &[
                "server_unusable",
                "server_relative",
                "server_variable_unbounded",
                "server_of_its_own",
                "own_servers_unusable",
            ],
        },
    ),
    (
        "44-security.json",
        all(
            &["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"],
            &["security_scheme_unsupported", "security_scheme_missing"],
        ),
    ),
    ("45-redos.json", all(&["GET /a"], &["pattern_not_checked"])),
    (
        "46-collisions.json",
        all(&["PUT /u/{id}"], &["argument_renamed"]),
    ),
    ("47-keys.json", all(&["GET /s"], &["argument_renamed"])),
    (
        "48-bodies.json",
        all(
            &[
                "POST /form",
                "POST /mp",
                "PUT /bin",
                "POST /xml",
                "POST /arr",
                "POST /one",
                "GET /getbody",
            ],
            &["body_as_text", "body_on_get"],
        ),
    ),
    (
        "49-styles.json",
        all(&["GET /m/{matrix}/{label}/{arr}"], &[]),
    ),
];

const REST: [Row; 3] = [
    (
        "50-webhooks-only.json",
        all(&[], &["no_operations", "webhooks_left_out"]),
    ),
    ("51-31-features.json", all(&["POST /a"], &[])),
    (
        "52-ambiguous-paths.json",
        all(
            &["GET /a/{x}", "DELETE /a/{y}", "GET /a/", "GET /a"],
            &["path_ambiguous"],
        ),
    ),
];

const BIG: [Row; 5] = [
    ("100mb.json", Refused("too_large", "limit")),
    ("deep.json", Refused("too_deep", "levels")),
    ("gzip-bomb-source.json", Refused("too_large", "limit")),
    (
        "many-ops.json",
        Refused("too_many_operations", "limit is 5000"),
    ),
    ("one-long-string.json", Refused("too_large", "limit")),
];

/// What is wrong about a document, if anything.
fn wrong(name: &str, bytes: &[u8], promise: &Promise) -> Option<String> {
    match (promise, import(bytes, &patient())) {
        (Refused(code, words), Err(error))
            if error.code() == *code && error.to_string().contains(words) =>
        {
            None
        }
        (_, Err(error)) => Some(format!("{name} was refused: {error} ({})", error.code())),
        (Refused(..), Ok(_)) => Some(format!("{name} was imported")),
        (Imported { on, off, said }, Ok(document)) => {
            corpus::check(name, &document);
            let (can, cannot, codes) = outcome(&document);
            let all_said = said.iter().all(|code| codes.contains(code));
            let is_right = can == *on && cannot == *off && all_said;
            (!is_right).then(|| format!("{name}: on {can:?}, off {cannot:?}, said {codes:?}"))
        }
    }
}

fn outcome(document: &ImportedDocument) -> (Vec<String>, Vec<String>, Vec<&str>) {
    let (mut can, mut cannot, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for operation in &document.operations {
        let place = format!("{} {}", operation.method, operation.path);
        match &operation.unsupported {
            None => can.push(place),
            Some(reason) => {
                assert!(!reason.is_empty());
                cannot.push(place);
            }
        }
        codes.extend(operation.diagnostics.iter().map(|note| note.code.as_str()));
    }
    codes.extend(document.diagnostics.iter().map(|note| note.code.as_str()));
    (can, cannot, codes)
}

/// Every document of a folder against the row with its name, and no row without a document.
fn check(folder: &Path, rows: Vec<&Row>) -> usize {
    let mut rows: BTreeMap<&str, &Promise> = rows
        .into_iter()
        .map(|(name, promise)| (*name, promise))
        .collect();
    let count = rows.len();
    let mut problems = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() || name == "gen.py" {
            continue;
        }
        match rows.remove(name.as_str()) {
            Some(promise) => problems.extend(wrong(&name, &fs::read(&path).unwrap(), promise)),
            None => problems.push(format!("{name} has no row in the table")),
        }
    }
    problems.extend(
        rows.keys()
            .map(|name| format!("{name} is not in the folder")),
    );
    assert!(problems.is_empty(), "{problems:#?}");
    count
}

#[test]
fn t77_to_t81_every_shared_hostile_document_has_the_end_that_is_promised() {
    let Some(home) = specs() else { return };
    let rows = READING
        .iter()
        .chain(&REFERENCES)
        .chain(&TEXTS)
        .chain(&REQUESTS)
        .chain(&REST);
    let count = check(&home.join("hostile"), rows.collect());
    println!("shared hostile documents with the end that is promised: {count}");
}

#[test]
fn t77_every_large_document_is_refused_by_the_limit_it_breaks() {
    let Some(home) = specs() else { return };
    let folder = std::env::temp_dir().join(format!("countersign-table-{}", std::process::id()));
    // Its own copy: the generator writes the small ones beside itself.
    fs::create_dir_all(folder.join("big")).unwrap();
    let generator = folder.join("gen.py");
    fs::copy(home.join("hostile/gen.py"), &generator).unwrap();
    let made = Command::new("python3")
        .arg(&generator)
        .arg("big")
        .arg(folder.join("big"))
        .status();
    if made.is_ok_and(|status| status.success()) {
        let count = check(&folder.join("big"), BIG.iter().collect());
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        let bomb = fs::read(folder.join("big/gzip-bomb-source.json")).unwrap();
        packed.write_all(&bomb).unwrap();
        let error = import(&packed.finish().unwrap(), &patient()).unwrap_err();
        assert_eq!(error.code(), "unpacked_too_large");
        println!("large documents refused: {}", count + 1);
    } else {
        eprintln!("skipped: the large documents could not be made, python3 is needed for them");
    }
    fs::remove_dir_all(&folder).unwrap();
}
