//! The schema as text, and who may use what of it, are reviewed files.

use std::{fs, path::Path};

use countersign_graphql::{ACCESS, access_table, sdl};

/// Compares with a reviewed file. What differs is written beside the build, to be looked at and
/// copied.
fn reviewed(name: &str, now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let was = fs::read_to_string(&file).unwrap_or_default();
    if was != now {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&new, now).unwrap();
        panic!("{} differs; see {}", file.display(), new.display());
    }
}

#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    reviewed("schema.graphql", &sdl());
}

#[test]
fn who_may_use_what_is_what_was_reviewed() {
    reviewed("access.txt", &access_table());
}

/// The schema without its descriptions.
fn bare() -> Vec<String> {
    let sdl = sdl();
    let mut inside = false;
    let mut lines = Vec::new();
    for line in sdl.lines() {
        let marks = line.matches("\"\"\"").count();
        let short = line.trim_start().starts_with('"');
        if marks == 0 && !inside && !short {
            lines.push(line.to_owned());
        }
        inside ^= marks == 1;
    }
    lines
}

/// The name of the field on a line of a type.
fn name(line: &str) -> Option<&str> {
    let field = line.strip_prefix("  ")?;
    field.split(['(', ':']).next().map(str::trim)
}

/// The names of a type's fields, in order.
fn fields(of: &str) -> Vec<String> {
    let (lines, start) = (bare(), format!("type {of} {{"));
    let body = lines.iter().skip_while(|line| **line != start).skip(1);
    body.take_while(|line| *line != "}")
        .filter_map(|line| name(line).map(str::to_owned))
        .collect()
}

#[test]
fn no_field_that_asks_for_authority_is_missing_from_the_table() {
    for of in ["Query", "Mutation", "Tenant"] {
        let lines = ACCESS.iter().filter(|line| line.on == of);
        let listed: Vec<&str> = lines.map(|line| line.field).collect();
        assert_eq!(fields(of), listed, "{of}");
    }
    println!("{} fields, each with who may use it", ACCESS.len());
}

#[test]
fn nothing_that_comes_out_has_a_place_for_a_secret() {
    let mut inside = false;
    let mut fields = 0;
    for line in bare() {
        if !line.starts_with(' ') {
            inside = line.starts_with("type ");
        }
        let Some(name) = name(&line).filter(|_| inside) else {
            continue;
        };
        fields += 1;
        let lower = name.to_lowercase();
        for telltale in ["secret", "password", "accesstoken", "refreshtoken"] {
            assert!(!lower.contains(telltale), "{line}");
        }
    }
    println!("{fields} fields that can be read, none for a secret");
    assert!(fields > 150);
}
