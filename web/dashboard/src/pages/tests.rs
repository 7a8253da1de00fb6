//! Every page, drawn from samples: once to look at, once with hostile text in every place that
//! text from outside reaches.

mod drawn;
mod samples;

use std::{fs, path::Path};

/// What a hostile document, agent or person may put anywhere.
const HOSTILE: &str =
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>'\u{202e}evil\u{200b}\u{e0041}&";

#[test]
fn hostile_text_stays_text_on_every_page() {
    let pages = drawn::pages(HOSTILE);
    let mut places = 0;
    for (name, html) in &pages {
        let lower = html.to_lowercase();
        assert_eq!(
            lower.matches("<script").count(),
            1,
            "{name}: only our script"
        );
        assert!(!lower.contains("<img src=x"), "{name}");
        assert!(!lower.contains("\"><script"), "{name}");
        for hidden in ['\u{202e}', '\u{200b}', '\u{e0041}'] {
            assert!(!html.contains(hidden), "{name} hides {hidden:?}");
        }
        places += html.matches("⟦U+202E⟧evil⟦U+200B⟧⟦U+E0041⟧").count();
    }
    let problem = drawn::problem_page(HOSTILE);
    assert!(!problem.contains("<script") && !problem.contains('\u{202e}'));
    assert!(places > 100, "the samples reach {places} places only");
    println!(
        "{} pages, hostile text in {places} places, inert in all",
        pages.len()
    );
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    let mut forms = 0;
    for (name, html) in drawn::pages("Orders") {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.contains("method=\"post\"") {
                assert!(
                    form.contains("name=\"csrf\" value=\"sample-token\""),
                    "{name}: {form}"
                );
                forms += 1;
            } else {
                assert!(form.contains("method=\"get\""), "{name}: {form}");
            }
        }
    }
    assert!(forms > 30, "only {forms} forms");
    println!("{forms} forms, each with the token");
}

#[test]
fn who_answers_after_the_end_of_the_session_is_led_back_to_the_same_request() {
    let pages = drawn::pages("Orders");
    let consent = pages.iter().find(|(name, _)| *name == "consent").unwrap();
    let form = "<form method=\"post\" action=\"/oauth/consent?request=authz_";
    assert!(consent.1.contains(form), "{}", consent.1);
}

#[test]
fn a_consent_names_each_tool_and_folds_many_of_a_class() {
    let pages = drawn::pages("");
    let (_, html) = pages.iter().find(|(name, _)| *name == "consent").unwrap();
    let scopes: Vec<_> = html.split("<details").skip(1).collect();
    assert!(
        scopes[0].starts_with("><summary><strong>40 tools"),
        "folded"
    );
    assert_eq!(scopes[0].matches("runs at once").count(), 40);
    assert!(
        scopes[1].starts_with(" open><summary><strong>1 tool"),
        "open"
    );
    assert!(scopes[1].contains("each call held"));
}

#[test]
fn every_id_is_there_once_and_every_field_has_a_label() {
    for (name, html) in drawn::pages("Orders") {
        let ids: Vec<_> = attributes(&html, "id");
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        let twice: Vec<_> = once
            .iter()
            .filter(|id| ids.iter().filter(|other| other == id).count() > 1)
            .collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
        for target in attributes(&html, "for")
            .iter()
            .chain(&attributes(&html, "aria-labelledby"))
        {
            assert!(ids.contains(target), "{name}: nothing has the id {target}");
        }
        for described in attributes(&html, "aria-describedby") {
            for target in described.split(' ') {
                assert!(ids.contains(&target), "{name}: nothing has the id {target}");
            }
        }
    }
}

/// On a phone the row of a table is a card, in which no head stands over a cell.
#[test]
fn a_cell_of_a_card_says_what_it_is() {
    let mut cells = 0;
    for (name, html) in drawn::pages("Orders") {
        for table in html.split("<table").skip(1) {
            let table = table.split("</table>").next().unwrap();
            let classes = table.split('>').next().unwrap();
            if classes.contains("class=\"review\"") {
                continue;
            }
            assert!(classes.contains("class=\"cards"), "{name}: {classes}");
            for cell in table.split("<td").skip(1) {
                let cell = cell.split("</td>").next().unwrap();
                let (start, content) = cell.split_once('>').unwrap();
                let says = start.contains("data-label=\"")
                    || content.contains("<button")
                    || content.contains("class=\"button");
                assert!(says || content.is_empty(), "{name}: {cell}");
                cells += 1;
            }
        }
    }
    assert!(cells > 60, "only {cells} cells");
}

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let after = html.split(start.as_str()).skip(1);
    after.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn no_template_turns_escaping_off() {
    let mut seen = 0;
    for folder in [
        "templates",
        "templates/pages",
        "templates/parts",
        "src",
        "src/pages",
        "src/pages/review",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let banned = [
                concat!("|", "safe"),
                concat!("| ", "safe"),
                concat!("escape = ", "\"none\""),
            ];
            for banned in banned {
                assert!(!text.contains(banned), "{}", path.display());
            }
            // Inline handlers and styles are refused by our own policy, so they would not work.
            for inert in [
                concat!(" on", "click="),
                concat!(" sty", "le=\""),
                concat!("java", "script:"),
            ] {
                assert!(!text.contains(inert), "{}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 40);
}

#[test]
fn only_parts_that_are_templates_are_left_unescaped() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut parts = 0;
    for file in ["parts.rs", "field.rs", "chart.rs"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        for name in text.split("impl HtmlSafe for ").skip(1) {
            let name = name.split(' ').next().unwrap();
            let at = text.find(&format!("struct {name} {{")).unwrap();
            let before = &text[at.saturating_sub(90)..at];
            assert!(before.contains("#[template(path = \"parts/"), "{name}");
            parts += 1;
        }
    }
    println!("{parts} kinds of part");
}

/// Writes the pages down to be looked at, with the assets beside them.
#[test]
fn the_pages_can_be_looked_at() {
    let folder = std::env::temp_dir().join("countersign-pages");
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, html) in drawn::pages("Orders & Returns") {
        assert!(html.contains("</html>"), "{name}");
        fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    fs::write(
        folder.join("problem.html"),
        drawn::problem_page("It has been logged."),
    )
    .unwrap();
    for (path, content) in crate::assets::all() {
        fs::write(folder.join(path.trim_start_matches('/')), content).unwrap();
    }
}
