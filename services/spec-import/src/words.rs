//! What a document says in words: cut to size, hidden characters taken out, and said so.

use countersign_domain::text;
use serde_json::Value;

use crate::{document::Found, marks::Marks, markup, name, notes::Notes, operation::Reading};

const TITLE: usize = 120;
const DESCRIPTION: usize = 1_024;
/// Fields that are named in words.
pub(crate) const FIELDS: usize = 30;

/// What the document says about an operation in words.
pub(crate) struct Words<'d> {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    /// As they were written.
    pub(crate) summary: &'d str,
    pub(crate) full: &'d str,
    pub(crate) title: String,
    pub(crate) description: String,
    /// What is remarkable about all of it, and about the path.
    pub(crate) marks: Marks,
}

impl<'d> Words<'d> {
    pub(crate) fn read(cx: &mut Reading<'_, 'd>, found: &Found<'d>, value: &'d Value) -> Self {
        let mut text_of = |key: &str| match value.get(key) {
            Some(Value::String(words)) => words.as_str(),
            None | Some(Value::Null) => "",
            Some(_) => {
                let at = format!("{}/{key}", cx.pointer);
                cx.notes.warning(
                    "text_expected",
                    &at,
                    &format!("{key} is not a text and is left out"),
                );
                ""
            }
        };
        let (id, mut summary, mut full) = (
            text_of("operationId"),
            text_of("summary"),
            text_of("description"),
        );
        if summary.trim().is_empty() && full.trim().is_empty() {
            (summary, full) = of_path(found);
        }
        if !id.is_ascii() {
            let text =
                "the operationId has letters beyond ASCII; the name is made of method and path";
            cx.notes.warning("name_from_path", &cx.pointer, text);
        }
        if !value.is_null() && summary.trim().is_empty() && full.trim().is_empty() {
            cx.notes.info(
                "without_words",
                &cx.pointer,
                "there is neither a summary nor a description",
            );
        }
        let fallback = format!("{} {}", found.method, found.path);
        // What is looked at is what is shown, from its first letter on.
        let (of_summary, short) = Marks::read(summary.trim());
        let (of_full, long) = Marks::read(full.trim());
        let title = [&*short, id, fallback.as_str()]
            .into_iter()
            .map(one_line)
            .find(|line| !line.is_empty())
            .unwrap_or_default();
        let full_text = if full.trim().is_empty() { short } else { long };
        let full_text = full_text.trim();
        if full_text.chars().nth(DESCRIPTION).is_some() {
            let text = format!("the description is cut at {DESCRIPTION} characters");
            cx.notes.info(
                "description_cut",
                &format!("{}/description", cx.pointer),
                &text,
            );
        }
        let description = text::strip(full_text, DESCRIPTION);
        let (name, is_cut) = name::suggest(found.method, found.path, Some(id));
        if is_cut {
            let text = format!("the name is too long and is cut to {name:?}");
            let at = format!("{}/operationId", cx.pointer);
            cx.notes.info("name_cut", &at, &text);
        }
        let of_names = [id, found.path].map(Marks::of);
        let of_name = Marks::of_name(&name);
        let marks = [of_summary, of_full, of_name].into_iter().chain(of_names);
        Self {
            marks: Marks::all(marks),
            description,
            name,
            id: Some(text::strip(id, 300)).filter(|id| !id.is_empty()),
            title,
            summary,
            full,
        }
    }
}

impl Words<'_> {
    /// Tells agents, behind the description, what each item of a stream holds: there is no schema
    /// of the whole answer.
    pub(crate) fn tell_items(&mut self, fields: &[String], pointer: &str, notes: &mut Notes) {
        if fields.is_empty() {
            return;
        }
        let names = fields[..fields.len().min(FIELDS)].join(", ");
        let hint = format!("Each item of the answer has these fields: {names}.");
        Marks::of_names(&hint).tell("what its answer is said to be", pointer, notes);
        let hint = text::strip(&hint, DESCRIPTION / 2);
        let room = DESCRIPTION - hint.chars().count() - 1;
        let words = text::strip(&self.description, room);
        self.description = [words.as_str(), &hint].join(" ").trim_start().into();
    }
}

/// What is said about all methods of a path together.
fn of_path<'d>(found: &Found<'d>) -> (&'d str, &'d str) {
    let of = |key: &str| {
        let mut texts = found
            .items
            .iter()
            .filter_map(|(item, _)| item.get(key)?.as_str());
        texts.next().unwrap_or_default()
    };
    (of("summary"), of("description"))
}

/// A text as agents are shown it: without markup, without hidden characters, cut to size.
pub(crate) fn shown(words: &str, limit: usize) -> String {
    text::strip(&markup::plain(words), limit)
}

/// White space of any kind becomes one space; hidden characters go.
pub(crate) fn one_line(words: &str) -> String {
    let start: String = words.chars().take(4 * TITLE).collect();
    let joined = start.split_whitespace().collect::<Vec<_>>().join(" ");
    text::strip(&joined, TITLE).trim().to_owned()
}
