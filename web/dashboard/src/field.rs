//! One field of a form, with its label, its hint and what is wrong with it tied together.

use std::{fmt, str::FromStr};

use askama::{Template, filters::HtmlSafe};

use crate::inert::Inert;

/// One field of a form. Also its `id`; the error's is `{id}-error`, the hint's `{id}-hint`.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/field.html")]
pub(crate) struct Field {
    name: &'static str,
    id: String,
    label: &'static str,
    kind: Kind,
    value: String,
    hint: Option<String>,
    error: Option<Inert>,
    autocomplete: &'static str,
    required: bool,
}

impl HtmlSafe for Field {}

#[derive(Clone, Debug)]
enum Kind {
    Input(&'static str),
    Area(u8),
    Select(Vec<Choice>),
}

#[derive(Clone, Debug)]
struct Choice {
    value: String,
    label: String,
}

impl Field {
    fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            id: name.to_owned(),
            label,
            kind,
            value: String::new(),
            hint: None,
            error: None,
            autocomplete: "off",
            required: true,
        }
    }

    /// A line of text.
    pub(crate) fn text(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Input("text"))
    }

    /// An e-mail address.
    pub(crate) fn email(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Input("email"))
    }

    /// A URL.
    pub(crate) fn url(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Input("url"))
    }

    /// A secret; it never has a value.
    pub(crate) fn secret(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Input("password"))
    }

    /// Some lines of text.
    pub(crate) fn area(name: &'static str, label: &'static str, rows: u8) -> Self {
        Self::new(name, label, Kind::Area(rows))
    }

    /// One of several.
    pub(crate) fn select(
        name: &'static str,
        label: &'static str,
        choices: impl IntoIterator<Item = (impl fmt::Display, impl fmt::Display)>,
    ) -> Self {
        let choices = choices.into_iter().map(|(value, label)| Choice {
            value: value.to_string(),
            label: label.to_string(),
        });
        Self::new(name, label, Kind::Select(choices.collect()))
    }

    /// Why something is decided.
    pub(crate) fn reason() -> Self {
        Self::area("reason", "Reason", 2).hint("Kept in the audit log: 3 to 500 characters.")
    }

    /// Sets an id that differs from the name, where a page has the name twice.
    pub(crate) fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Keeps what was typed.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Says what is wanted.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what browsers may fill in.
    pub(crate) const fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    /// May be left empty.
    pub(crate) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Says what is wrong; an error may repeat names from outside.
    pub(crate) fn wrong(&mut self, error: impl fmt::Display) {
        self.error = Some(Inert::new(sentence(&error.to_string())));
    }

    /// Something is wrong.
    pub(crate) const fn is_wrong(&self) -> bool {
        self.error.is_some()
    }

    /// What was typed.
    pub(crate) fn typed(&self) -> &str {
        &self.value
    }

    /// Reads what was typed as what it should be, or says beside the field why it is not.
    pub(crate) fn parse<T>(&mut self) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        self.value
            .parse()
            .map_err(|error: T::Err| self.wrong(error))
            .ok()
    }

    fn described_by(&self) -> String {
        let parts = [
            self.error.as_ref().map(|_| format!("{}-error", self.id)),
            self.hint.as_ref().map(|_| format!("{}-hint", self.id)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Makes an error's text a sentence: errors start in lowercase and have no full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    first.map_or_else(String::new, |first| {
        format!("{first}{}{stop}", characters.as_str())
    })
}
