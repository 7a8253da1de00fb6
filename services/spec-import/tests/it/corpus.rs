//! Real documents, where they lie beside the checkout.

use std::{
    collections::HashSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use countersign_domain::operation::ImportedDocument;
use countersign_spec_import::{compile, import, inspect};

use crate::patient;

/// Document, operations, and how many of them cannot be called.
const DOCUMENTS: [(&str, usize, usize); 19] = [
    ("docusign/esignature.rest.swagger-v2.json", 314, 19),
    ("kubernetes/swagger.json", 1123, 12),
    ("netlify/swagger.yml", 174, 0),
    ("sendgrid/oai.yaml", 334, 0),
    ("slack/slack_web_openapi_v2.json", 174, 0),
    ("zoom/openapi.v2.json", 155, 0),
    ("github/api.github.com.json", 1223, 0),
    ("figma/openapi.yaml", 47, 0),
    ("notion/notion-openapi.json", 24, 0),
    ("clerk/bapi-2026-05-12.yml", 249, 0),
    ("box/openapi.json", 296, 2),
    ("intercom/api.intercom.io.yaml", 231, 0),
    ("museum/openapi.yaml", 8, 0),
    ("spotify/official-spotify-open-api.yml", 96, 0),
    ("xero/xero_accounting.yaml", 235, 0),
    ("lob/lob-api-bundled.yml", 105, 0),
    ("klaviyo/beta.json", 148, 0),
    ("svix/openapi.json", 43, 2),
    ("stripe/spec3.yaml", 468, 0),
];

pub(crate) fn specs() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    if home.is_dir() {
        return Some(home);
    }
    eprintln!(
        "skipped: ../shared/specs is not beside the checkout, so no real document was imported"
    );
    None
}

pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    if let Ok(bytes) = fs::read(path) {
        return bytes;
    }
    let packed = fs::File::open(path.with_added_extension("gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

pub(crate) fn is_document(path: &Path) -> bool {
    let kind = path.extension().and_then(|kind| kind.to_str());
    kind.is_some_and(|kind| ["json", "yaml", "yml"].contains(&kind))
}

/// What must hold for every document, friendly or not.
pub(crate) fn check(name: &str, document: &ImportedDocument) {
    let mut names = HashSet::new();
    for operation in &document.operations {
        let place = format!("{name}: {} {}", operation.method, operation.path);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(
            (1..=64).contains(&operation.name.len()) && operation.name.chars().all(fits),
            "{place}"
        );
        assert!(
            names.insert(operation.name.as_str()),
            "{place}: the name is not unique"
        );
        assert!(
            !operation.title.is_empty() && operation.title.chars().count() <= 120,
            "{place}"
        );
        assert!(operation.description.chars().count() <= 1_024, "{place}");
        assert_eq!(
            operation.unsupported.is_some(),
            has_error(operation),
            "{place}"
        );
        if operation.unsupported.is_none() {
            compile(&operation.input_schema).unwrap_or_else(|why| panic!("{place}: {why}"));
        }
        if let Some(schema) = operation.output.as_ref().and_then(|o| o.schema.as_ref()) {
            compile(schema).unwrap_or_else(|why| panic!("{place}: {why}"));
            assert!(schema.to_string().len() <= 17 << 10, "{place}");
        }
        let keys: HashSet<&str> = operation
            .binds
            .iter()
            .map(|bind| bind.key.as_str())
            .collect();
        assert_eq!(keys.len(), operation.binds.len(), "{place}");
        for key in keys {
            let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            assert!(
                (1..=64).contains(&key.len()) && key.chars().all(fits),
                "{place}: {key}"
            );
        }
    }
    let lines = inspect::table(document).lines().count();
    assert!(lines > document.operations.len(), "{name}: a line for each");
}

fn has_error(operation: &countersign_domain::operation::ImportedOperation) -> bool {
    use countersign_domain::operation::Severity;
    operation
        .diagnostics
        .iter()
        .any(|note| note.severity == Severity::Error)
}

fn import_one(home: &Path, (name, expected, closed): &(&str, usize, usize)) -> usize {
    let document = import(&bytes(&home.join(name)), &patient()).unwrap();
    let unsupported = document
        .operations
        .iter()
        .filter(|o| o.unsupported.is_some())
        .count();
    assert_eq!(
        (document.operations.len(), unsupported),
        (*expected, *closed),
        "{name}"
    );
    check(name, &document);
    document.operations.len()
}

#[test]
fn every_operation_of_real_documents_is_imported_and_its_schema_compiles() {
    let Some(home) = specs() else { return };
    let (home, mut operations) = (&home, 0);
    std::thread::scope(|scope| {
        let started: Vec<_> = DOCUMENTS
            .chunks(DOCUMENTS.len().div_ceil(2))
            .map(|some| {
                scope.spawn(move || some.iter().map(|one| import_one(home, one)).sum::<usize>())
            })
            .collect();
        operations = started.into_iter().map(|half| half.join().unwrap()).sum();
    });
    println!(
        "operations of {} real documents imported: {operations}",
        DOCUMENTS.len()
    );
}

#[test]
fn odd_documents_never_panic() {
    let Some(home) = specs() else { return };
    let mut open = [
        "mermade-pass",
        "mermade-fail",
        "oas-examples",
        "oai-examples",
        "drift/oasdiff-checker",
    ]
    .map(|folder| home.join(folder))
    .to_vec();
    let (mut count, mut imported) = (0, 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if is_document(&path) {
                count += 1;
                if let Ok(document) = import(&bytes(&path), &patient()) {
                    imported += 1;
                    check(&path.to_string_lossy(), &document);
                }
            }
        }
    }
    println!("odd documents: {count}, imported: {imported}");
}
