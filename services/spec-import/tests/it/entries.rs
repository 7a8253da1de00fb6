//! The main documents of the collection that lies beside the checkout.

use std::{fs, path::Path};

use countersign_domain::operation::ImportedDocument;
use countersign_spec_import::{ImportError, bundle::Bundle, import, import_files};

use crate::{at, corpus::specs, patient};

/// Every file below a folder.
fn bundle(home: &Path) -> Bundle {
    let (mut files, mut open) = (Vec::new(), vec![home.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(home).unwrap().to_str().unwrap();
                files.push((name.to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    Bundle::from_files(files, &patient()).unwrap()
}

fn digitalocean(home: &Path) -> Result<ImportedDocument, ImportError> {
    import_files(&mut bundle(&home.join("digitalocean")), None, &patient())
}

#[test]
fn every_main_document_is_imported_whole() {
    let Some(home) = specs() else { return };
    let entries = fs::read_to_string(home.join("ENTRIES.txt")).unwrap();
    let (mut imported, mut operations, mut off) = (0, 0, 0);
    for name in entries.lines() {
        let result = if name.starts_with("digitalocean/") {
            digitalocean(&home)
        } else {
            let packed = Path::new(name).with_added_extension("gz");
            let bytes = fs::read(home.join(name)).or_else(|_| fs::read(home.join(packed)));
            import(&bytes.unwrap(), &patient())
        };
        let document = result.unwrap_or_else(|error| panic!("{name}: {error}"));
        imported += 1;
        assert!(!document.operations.is_empty(), "{name}");
        operations += document.operations.len();
        off += document
            .operations
            .iter()
            .filter(|one| one.unsupported.is_some())
            .count();
    }
    assert_eq!(imported, entries.lines().count());
    println!("main documents: {imported}, operations: {operations}, off: {off}");
}

#[test]
fn all_of_a_document_of_three_thousand_files_can_be_called_but_what_names_no_host() {
    let Some(home) = specs() else { return };
    let document = digitalocean(&home).unwrap();
    assert_eq!(document.operations.len(), 659);
    let off: Vec<&str> = document
        .operations
        .iter()
        .filter(|one| one.unsupported.is_some())
        .map(|one| one.path.as_str())
        .collect();
    // The first names a placeholder where its host ought to be.
    assert_eq!(off, ["/api/v1/chat/completions", "/<upload_url>"]);
    let create = at(&document, "POST", "/v2/droplets");
    assert_eq!(create.operation_id.as_deref(), Some("droplets_create"));
    let definitions = create.input_schema["$defs"].as_object().unwrap();
    assert!(
        definitions.keys().any(|name| name.starts_with("droplet")),
        "{:?}",
        definitions.keys()
    );
    let cut = document
        .operations
        .iter()
        .flat_map(|one| &one.diagnostics)
        .filter(|note| note.code == "description_cut");
    for note in cut {
        assert!(note.pointer.starts_with("resources/"), "{}", note.pointer);
        assert!(note.pointer.contains(".yml#/"), "{}", note.pointer);
    }
}
