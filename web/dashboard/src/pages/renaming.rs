//! The form that gives something another name.

use askama::{Template, filters::HtmlSafe};
use countersign_domain::name::Title;
use serde::Deserialize;

use crate::{field::Field, frame::Frame, inert::Inert, parts::CsrfField};

/// The form, as it is drawn.
#[derive(Template)]
#[template(path = "parts/renaming.html")]
pub(crate) struct Renaming {
    csrf: CsrfField,
    /// Where it is sent.
    to: String,
    name: Field,
}

impl HtmlSafe for Renaming {}

/// The form, as it is sent.
#[derive(Deserialize)]
pub(crate) struct RenamingForm {
    name: String,
}

impl Renaming {
    pub(crate) fn new(frame: &Frame, to: String, name: &Inert) -> Self {
        Self {
            csrf: frame.csrf.clone(),
            to,
            name: Field::text("name", "Name").value(name.to_string()),
        }
    }

    /// Reads the name, or says what is to be mended.
    pub(crate) fn read(&mut self, form: RenamingForm) -> Option<Title> {
        self.name = self.name.clone().value(form.name);
        self.name.parse()
    }
}
