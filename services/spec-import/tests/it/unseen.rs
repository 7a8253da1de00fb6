//! Documents as other people's generators write them, one small one for each kind, and what
//! becomes of every operation in them.
//!
//! What is written down in `unseen.txt` was read by a person once; any difference fails.

use std::{fmt::Write as _, fs, path::Path};

use countersign_domain::operation::{
    Diagnostic, ImportedDocument, ImportedOperation, SchemeUse, Security,
};
use countersign_spec_import::{compile, import};
use serde_json::{Value, json};

use crate::patient;

/// Longer schemas are cut; what matters is at their beginning.
const SCHEMA: usize = 1_500;

fn home() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/unseen"
    ))
}

fn read(name: &str) -> ImportedDocument {
    let bytes = fs::read(home().join(name)).unwrap();
    import(&bytes, &patient()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn all() -> Vec<(String, ImportedDocument)> {
    let mut names: Vec<String> = fs::read_dir(home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), read(&name)))
        .collect()
}

fn notes(lines: &mut String, notes: &[Diagnostic]) {
    for note in notes {
        writeln!(lines, "    ! {} {}", note.code, note.pointer).unwrap();
    }
}

fn security(of: &Security) -> String {
    match of {
        Security::Undeclared => "undeclared".to_owned(),
        Security::Public => "public".to_owned(),
        Security::AnyOf(ways) => {
            let way = |uses: &Vec<SchemeUse>| {
                let names: Vec<_> = uses.iter().map(|one| one.name.as_str()).collect();
                names.join("+")
            };
            ways.iter().map(way).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn told(one: &ImportedOperation) -> String {
    let mut lines = format!("  {} {} {}\n", one.method, one.path, one.name);
    if let Some(reason) = &one.unsupported {
        writeln!(lines, "    off: {reason}").unwrap();
    }
    for bind in &one.binds {
        let must = if bind.required { "!" } else { "" };
        let star = if bind.explode { "*" } else { "" };
        let media = bind.content_type.as_deref().unwrap_or_default();
        writeln!(
            lines,
            "    {}{must} {:?} {:?} {:?}{star} {media}",
            bind.key, bind.place, bind.wire, bind.style
        )
        .unwrap();
    }
    if let Some(body) = &one.body {
        let must = if body.required { "!" } else { "" };
        writeln!(lines, "    body{must} {:?} {}", body.kind, body.media_type).unwrap();
        for part in &body.encoding {
            let star = if part.explode { "*" } else { "" };
            let media = part.content_type.as_deref().unwrap_or_default();
            writeln!(
                lines,
                "      {} {:?}{star} {media}",
                part.property, part.style
            )
            .unwrap();
        }
    }
    let input = one.input_schema.to_string();
    writeln!(
        lines,
        "    {}",
        input.chars().take(SCHEMA).collect::<String>()
    )
    .unwrap();
    if let Some(output) = &one.output {
        let checked = if output.schema.is_some() {
            "checked"
        } else {
            "as it is"
        };
        writeln!(
            lines,
            "    answers {} {} {checked}",
            output.status, output.media_type
        )
        .unwrap();
    }
    writeln!(lines, "    lets in: {}", security(&one.security)).unwrap();
    notes(&mut lines, &one.diagnostics);
    lines
}

#[test]
fn every_operation_becomes_what_is_written_down() {
    let (mut lines, mut operations) = (String::new(), 0);
    for (name, document) in all() {
        writeln!(lines, "{name}: {}", document.format).unwrap();
        for server in &document.servers {
            writeln!(lines, "    at {}", server.url).unwrap();
        }
        notes(&mut lines, &document.diagnostics);
        for operation in &document.operations {
            lines.push_str(&told(operation));
            operations += 1;
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../fixtures" }, {
        insta::assert_snapshot!("unseen", lines);
    });
    println!("N = {operations} operations of documents of kinds not seen before");
}

/// What an operation says about arguments.
fn takes(document: &str, name: &str, arguments: &Value) -> bool {
    let document = read(document);
    let mut operations = document.operations.iter();
    let operation = operations.find(|one| one.name == name).unwrap();
    compile(&operation.input_schema)
        .unwrap()
        .is_valid(arguments)
}

#[test]
fn parts_of_an_all_of_that_close_themselves_let_their_neighbours_in() {
    let whole = json!({"body": {"id": "1", "name": "n"}});
    assert!(takes("all-of.yaml", "post_a", &whole));
    let short = json!({"body": {"id": "1"}});
    assert!(!takes("all-of.yaml", "post_a", &short));
}

#[test]
fn alternatives_with_a_discriminator_may_accept_each_others_values() {
    let cat = json!({"body": {"petType": "cat"}});
    assert!(takes("all-of.yaml", "post_b", &cat));
    assert!(!takes("all-of.yaml", "post_b", &json!({"body": {}})));
}

#[test]
fn choices_of_another_type_are_those_that_can_be_sent() {
    for (arguments, fits) in [
        (json!({"year": "2023"}), true),
        (json!({"year": "2022"}), false),
        (json!({"flag": "true"}), true),
        (json!({"size": 2}), true),
        (json!({"size": 3}), false),
        (json!({"version": "1.10"}), true),
    ] {
        assert_eq!(
            takes("numbers.yaml", "get_enums", &arguments),
            fits,
            "{arguments}"
        );
    }
}

#[test]
fn null_is_accepted_beside_a_reference_where_that_is_said() {
    assert!(takes(
        "nullable.yaml",
        "post_a",
        &json!({"body": {"r": null, "s": null}})
    ));
    assert!(!takes(
        "nullable.yaml",
        "post_a",
        &json!({"body": {"r": 1}})
    ));
}

#[test]
fn a_parameter_fills_the_variable_that_it_means() {
    let document = read("paths.yaml");
    let wires: Vec<&str> = document
        .operations
        .iter()
        .filter(|one| one.path.starts_with("/v/") || one.path.starts_with("/jax/"))
        .flat_map(|one| one.binds.iter().map(|bind| bind.wire.as_str()))
        .collect();
    assert_eq!(wires, ["id", "id: [0-9]+", "rest:.*"]);
}

#[test]
fn children_that_build_on_the_parent_that_lists_them_can_be_sent() {
    let cat = json!({"kind": "cat", "meow": true});
    let tiger = json!({"kind": "tiger", "meow": false, "stripes": 40});
    for (name, body, fits) in [
        ("post_pets", cat.clone(), true),
        ("post_pets", json!({"kind": "dog", "bark": true}), true),
        ("post_pets", json!({"kind": "fish"}), false),
        ("post_pets", json!({"meow": true}), false),
        ("post_cats", cat, true),
        ("post_cats", json!({"meow": true}), false),
        ("post_tigers", tiger, true),
        (
            "post_tigers",
            json!({"kind": "tiger", "stripes": 40}),
            false,
        ),
    ] {
        let arguments = json!({ "body": body });
        assert_eq!(
            takes("family.yaml", name, &arguments),
            fits,
            "{name}: {arguments}"
        );
    }
}

#[test]
fn nobody_is_asked_for_a_token_that_a_credential_fills_in() {
    let document = read("token-again.json");
    let asked: Vec<_> = document
        .operations
        .iter()
        .flat_map(|one| {
            one.binds
                .iter()
                .map(|bind| format!("{} {}", one.name, bind.key))
        })
        .collect();
    assert_eq!(asked, ["chat_list cursor", "invitations_accept token"]);
}

#[test]
fn patterns_of_other_languages_refuse_no_text_that_they_mean() {
    let document = |pattern: &str| {
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {
            "parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "pattern": pattern}}],
            "responses": {}}}}})
    };
    for (pattern, text) in [
        (r"\A\d+\z", "12"),
        (r"\A\d+\Z", "12"),
        ("(?i)abc", "ABC"),
        ("/^abc$/i", "ABC"),
        ("#^abc$#", "abc"),
        ("~^abc$~", "abc"),
        (r"^\p{L}+$", "né"),
        ("[[:alpha:]]+", "abc"),
        (r"^(?P<year>\d{4})$", "2024"),
        (r"^[^\s]{1,5000}$", "abc"),
        ("*", "abc"),
    ] {
        let bytes = document(pattern).to_string().into_bytes();
        let imported = import(&bytes, &patient()).unwrap();
        let schema = &imported.operations[0].input_schema;
        let arguments = json!({ "q": text });
        assert!(compile(schema).unwrap().is_valid(&arguments), "{pattern}");
    }
}
