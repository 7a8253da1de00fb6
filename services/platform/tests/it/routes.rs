//! The table of everything that answers.

/// The golden file: `countersign routes > services/platform/tests/it/routes.txt` writes it anew,
/// and whoever reviews the change sees who may call what.
const REVIEWED: &str = include_str!("routes.txt");

#[test]
fn what_answers_and_to_whom_was_reviewed() {
    let table = platform::admin::routes();
    assert_eq!(
        table, REVIEWED,
        "review the difference, then write the file anew"
    );
    println!(
        "{} routes, each with who may call it",
        table.lines().count()
    );
}

#[test]
fn nothing_but_doors_and_probes_is_open_to_anybody() {
    let doors = [
        "/",
        "/healthz",
        "/readyz",
        "/sign-in",
        "/sign-up",
        "/oauth/",
        "/.well-known/",
        "/invitations/",
        "/assets/",
    ];
    let mut open = 0;
    for line in platform::admin::routes()
        .lines()
        .filter(|line| line.ends_with("  public"))
    {
        let path = line.split_whitespace().nth(1).unwrap();
        let known = doors
            .iter()
            .any(|door| path == *door || (door.len() > 1 && path.starts_with(door)));
        assert!(known, "{line}");
        open += 1;
    }
    println!("{open} public routes, all of them doors, files of pages or probes");
}
