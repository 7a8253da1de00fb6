//! The form that removes something for good: a reason and a ticked box.

use askama::{Template, filters::HtmlSafe};
use countersign_domain::name::Statement;
use serde::Deserialize;

use crate::{field::Field, frame::Frame, inert::Inert, parts::CsrfField};

/// The form, as it is drawn.
#[derive(Template)]
#[template(path = "parts/removal.html")]
pub(crate) struct Removal {
    csrf: CsrfField,
    /// Where it is sent.
    to: String,
    name: Inert,
    reason: Field,
    /// The box was sent empty.
    pub(crate) unconfirmed: bool,
}

impl HtmlSafe for Removal {}

/// The form, as it is sent.
#[derive(Deserialize)]
pub(crate) struct RemovalForm {
    reason: String,
    confirm: Option<String>,
}

impl Removal {
    pub(crate) fn new(frame: &Frame, to: String, name: &Inert) -> Self {
        Self {
            csrf: frame.csrf.clone(),
            to,
            name: name.clone(),
            reason: Field::reason(),
            unconfirmed: false,
        }
    }

    /// Reads why, or says what is to be mended: without the tick nothing is removed.
    pub(crate) fn read(&mut self, form: RemovalForm) -> Option<Statement> {
        self.reason = self.reason.clone().value(form.reason);
        self.unconfirmed = form.confirm.is_none();
        let reason = self.reason.parse();
        reason.filter(|_| !self.unconfirmed)
    }
}
