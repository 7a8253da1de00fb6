//! Paths that leave it to a variable what is called, and who may fill it in.

use super::*;

/// Says what nobody would mind, whatever the path.
const HARMLESS: (&str, &str) = ("updateNote", "Update a note");

#[track_caller]
fn assert_held(method: Method, path: &str, code: &str) {
    for (name, summary) in [HARMLESS, ("searchNotes", "Search notes"), ("", "")] {
        let risk = risk(method, path, name, summary);
        assert!(risk.high_risk, "{method} {path} ({summary}): {risk:#?}");
        let codes: Vec<_> = risk.reasons.iter().map(|one| one.code.as_str()).collect();
        assert!(codes.contains(&code), "{method} {path}: {codes:?}");
    }
}

#[track_caller]
fn assert_ordinary(method: Method, path: &str) {
    let risk = risk(method, path, HARMLESS.0, HARMLESS.1);
    assert!(!risk.high_risk, "{method} {path}: {:#?}", risk.reasons);
}

#[test]
fn a_variable_cannot_hide_what_an_acting_call_does() {
    let cases = [
        // A word finished by its caller.
        ("/v1/refund{s}", "path_word_open"),
        ("/v1/{re}funds", "path_word_open"),
        ("/v1/re{f}unds", "path_word_open"),
        ("/v1/r{a}e{b}", "path_word_open"),
        ("/v1/notes/{id}/c{ancel}", "path_word_open"),
        ("/v1/notes/v{oid}", "path_word_open"),
        ("/v1/note-{kind}", "path_word_open"),
        ("/v1/note{a.b}", "path_word_open"),
        // A thing that its caller names.
        ("/{a}/{b}/{c}", "path_thing_open"),
        ("/{anything}", "path_thing_open"),
        ("/v1/{a}", "path_thing_open"),
        ("/v{version}/{a}", "path_thing_open"),
        ("/api/v2/{a}/notes", "path_thing_open"),
        ("/{a}.json", "path_thing_open"),
        ("/{note.notes}", "path_thing_open"),
        ("/@{a}/notes", "path_thing_open"),
        ("/{a}-{b}/notes", "path_thing_open"),
        ("/", "path_thing_open"),
        ("/v1", "path_thing_open"),
        // An order that its caller gives.
        ("/v1/notes/{id}:{verb}", "path_order_open"),
        ("/v1/notes:{note}", "path_order_open"),
        ("/api/files.{format}", "path_order_open"),
        ("/v1/notes/{id}/{note}", "path_order_open"),
        ("/v1/notes/{action}", "path_order_open"),
        ("/v1/notes/{id}/{Verb}.json", "path_order_open"),
        // A word that its server reads and we do not.
        ("/v1/%72efunds", "path_escaped"),
    ];
    for (path, code) in cases {
        for method in [Method::Post, Method::Put, Method::Patch] {
            assert_held(method, path, code);
        }
    }
    println!(
        "{} paths with 3 methods and 3 texts each, none is ordinary",
        cases.len()
    );
}

#[test]
fn a_removal_is_no_switch_where_a_variable_hides_what_is_removed() {
    let paths = [
        "/{a}/{b}/star",
        "/v1/{a}s/{id}/star",
        "/v1/notes/{id}/sta{r}",
    ];
    for path in paths {
        let risk = risk(Method::Delete, path, "unstarNote", "Unstar a note");
        assert!(risk.high_risk, "{path}: {risk:#?}");
    }
    println!("{} removals, none is a switch", paths.len());
}

#[test]
fn the_literal_part_of_a_mixed_segment_counts_as_a_word() {
    let refund = risk(Method::Post, "/v1/refund{s}", HARMLESS.0, HARMLESS.1);
    assert_eq!(refund.class, RiskClass::Billing, "{:#?}", refund.reasons);
    let secret = risk(Method::Get, "/v1/secret{s}", "getNote", "Get a note");
    assert_eq!(secret.class, RiskClass::Auth, "{:#?}", secret.reasons);
}

#[test]
fn a_read_of_whatever_its_caller_names_is_not_turned_on_in_bulk() {
    let paths = [
        "/",
        "/{a}",
        "/{a}/{b}/{c}",
        "/v1/{a}",
        "/v1/not{es}",
        "/v1/%74okens",
    ];
    for path in paths {
        let risk = risk(Method::Get, path, "getNote", "Get a note");
        assert_eq!(risk.class, RiskClass::Read, "{path}");
        assert!(risk.high_risk, "{path}");
    }
    let known = [
        "/v1/notes/{id}",
        "/{tenant}/notes",
        "/files/{id}/thumbnail.{extension}",
        "/repos/{owner}/{repo}/compare/{base}...{head}",
        "/v{version}/notes",
    ];
    for path in known {
        let risk = risk(Method::Get, path, "getNote", "Get a note");
        assert_eq!(
            (risk.class, risk.high_risk),
            (RiskClass::Read, false),
            "{path}"
        );
    }
    println!(
        "{} open reads held, {} known ones not",
        paths.len(),
        known.len()
    );
}

#[test]
fn ordinary_paths_with_variables_stay_ordinary() {
    let paths = [
        "/v1/notes/{id}",
        "/v1/notes/{id}/",
        "/2010-04-01/Notes/{Sid}.json",
        "/v{version}/notes/{id}",
        "/api/v{api-version}/notes/{id}",
        "/notes/{note.id}",
        "/odata/Notes({id})",
        "/odata/Notes(Book={book},Page={page})",
        "/books/{a}/{b}/notes",
        "/notes/{id}#title",
    ];
    for path in paths {
        assert_ordinary(Method::Patch, path);
    }
    // The path itself says that it searches, whichever the collection.
    let search = risk(
        Method::Post,
        "/{index}/_search",
        "search",
        "Search an index",
    );
    assert_eq!((search.class, search.high_risk), (RiskClass::Read, false));
}
