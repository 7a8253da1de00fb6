//! The pairs of small documents that another checker tests itself with, by kind of change.

use std::{collections::BTreeSet, fs, path::Path};

use countersign_domain::{drift::ChangeKind, operation::ImportedDocument};
use countersign_spec_import::import;

use super::{compare, graded};
use crate::{corpus::specs, patient};

/// Pairs whose files are not named `…_base` and `…_revision`.
const OTHERS: [(&str, &str); 9] = [
    (
        "dependent_required_base",
        "dependent_required_changed_revision",
    ),
    (
        "request_param_multitype_to_array_31_base",
        "request_param_multitype_to_array_integer_31_revision",
    ),
    (
        "request_param_multitype_to_array_31_base",
        "request_param_multitype_to_constrained_array_31_revision",
    ),
    (
        "request_parameter_default_value_changed_base_renamed",
        "request_parameter_default_value_changed_revision_renamed",
    ),
    (
        "request_parameter_property_type_changed_base_int",
        "request_parameter_property_type_changed_revision",
    ),
    (
        "request_parameter_property_type_changed_base_num",
        "request_parameter_property_type_changed_revision",
    ),
    (
        "request_property_added_base",
        "request_property_added_revision2",
    ),
    (
        "request_property_added_revision",
        "request_property_added_with_default",
    ),
    (
        "request_property_type_changed_base_array_to_object",
        "request_property_type_changed_revision_array_to_object",
    ),
];

/// Pairs in which nothing changes that is compared, and why.
const NOTHING: [(&str, &str); 13] = [
    (
        "add_new_media_type",
        "the media type that is sent stays the same",
    ),
    (
        "component_security_updated",
        "no operation asks for the scheme that is added",
    ),
    (
        "request_parameter_became_enum",
        "its parameter has no place in the path and is left out",
    ),
    (
        "request_parameter_extensible_enum",
        "an extension says nothing about values",
    ),
    (
        "request_parameter_min_increased",
        "its parameter has no place in the path and is left out",
    ),
    (
        "request_property_all_of_annotation_only_added",
        "words alone rule nothing out",
    ),
    (
        "request_property_all_of_annotation_only_added_at_property",
        "words alone rule nothing out",
    ),
    (
        "request_property_any_of_ref_inline_enum",
        "the same is written elsewhere",
    ),
    (
        "request_property_extensible_enum",
        "an extension says nothing about values",
    ),
    (
        "request_xml_type_compatible",
        "XML is sent as text, whatever its schema says",
    ),
    (
        "response_property_all_of_annotation_only_added",
        "words alone rule nothing out",
    ),
    ("webhook", "webhooks are no operations"),
    ("webhook_operation", "webhooks are no operations"),
];

fn read(home: &Path, name: &str) -> Option<ImportedDocument> {
    let bytes = fs::read(home.join(format!("{name}.yaml"))).ok()?;
    import(&bytes, &patient()).ok()
}

/// The kinds of change that a pair's name speaks of.
fn kinds(name: &str) -> &'static [ChangeKind] {
    if name.contains("security") {
        &[ChangeKind::Security, ChangeKind::Scopes]
    } else if name.contains("response") || name.starts_with("additional_properties") {
        &[ChangeKind::Output]
    } else if name.starts_with("request") || name.contains("_param") || name.contains("body") {
        &[ChangeKind::Input]
    } else {
        &ChangeKind::ALL
    }
}

fn pairs(home: &Path) -> Vec<(String, String)> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(home).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix("_base.yaml") {
            names.insert(name.to_owned());
        }
    }
    let of_name = names
        .into_iter()
        .filter(|name| home.join(format!("{name}_revision.yaml")).exists())
        .map(|name| (format!("{name}_base"), format!("{name}_revision")));
    let others = OTHERS.map(|(base, revision)| (base.to_owned(), revision.to_owned()));
    of_name.chain(others).collect()
}

#[test]
fn pairs_that_are_named_for_a_change_show_a_change_of_that_kind() {
    let Some(home) = specs() else { return };
    let home = home.join("drift/oasdiff-checker");
    let (mut matched, mut explained, mut unread, mut missed) = (0, 0, 0, Vec::new());
    for (base, revision) in pairs(&home) {
        let (Some(old), Some(new)) = (read(&home, &base), read(&home, &revision)) else {
            missed.push(format!("{base}: cannot be imported"));
            continue;
        };
        let changes = compare(&old, &new);
        let found = changes
            .iter()
            .any(|change| kinds(&base).contains(&change.kind));
        let short = revision
            .trim_end_matches("_revision")
            .trim_end_matches("_modified");
        let why = NOTHING.iter().find(|(name, _)| *name == short);
        // An importer that does not read answers finds nothing in them.
        let answers = old.operations.iter().any(|one| one.output.is_some());
        if kinds(&base) == [ChangeKind::Output] && !answers {
            unread += 1;
            continue;
        }
        match (found, why) {
            (true, None) => matched += 1,
            (false, Some(_)) => explained += 1,
            (true, Some((_, why))) => {
                missed.push(format!("{revision}: found, though {why}"));
            }
            (false, None) => missed.push(format!("{revision}: {:?}", graded(&changes))),
        }
    }
    println!(
        "pairs: {matched} matched, {explained} explained, {unread} without an answer, {} missed",
        missed.len()
    );
    for one in &missed {
        println!("MISSED {one}");
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
