//! What is kept keeps the promises: the documents that fuzzing begins with, and every input that
//! ever broke one (`seeds/*/found-…`).

use std::{fs, path::Path};

use countersign_fuzz::{importer, mutate, request};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const FIXTURES: &str = "../../services/spec-import/tests/fixtures";

fn each(folder: &str, visit: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(Path::new(HERE).join(folder)).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            visit(&path, &fs::read(&path).expect("a file"));
        }
    }
}

#[test]
fn every_document_that_is_kept_keeps_the_promises_of_the_importer() {
    let mut tried = 0;
    let hostile = format!("{FIXTURES}/hostile");
    for folder in ["seeds/importer", FIXTURES, &hostile] {
        each(folder, &mut |path, bytes| {
            println!("{}", path.display());
            importer::check(bytes);
            tried += 1;
        });
    }
    println!("{tried} documents");
    assert!(tried > 30);
}

#[test]
fn every_request_that_is_kept_keeps_the_promises_of_the_builder() {
    let mut tried = 0;
    each("seeds/request", &mut |path, bytes| {
        println!("{}", path.display());
        request::check(bytes);
        tried += 1;
    });
    println!("{tried} requests (T63)");
    assert!(tried > 5);
}

#[test]
fn a_changed_document_is_still_json_and_follows_from_its_seed() {
    each(FIXTURES, &mut |path, bytes| {
        if path.extension().is_none_or(|ending| ending != "json") {
            return;
        }
        for seed in 0..20 {
            let changed = mutate::document(bytes, seed);
            assert_eq!(changed, mutate::document(bytes, seed));
            let is_json =
                |text: Vec<u8>| serde_json::from_slice::<serde_json::Value>(&text).is_ok();
            assert!(changed.is_none_or(is_json), "{} {seed}", path.display());
        }
    });
}
