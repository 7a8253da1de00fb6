//! An argument of an operation, and the part of the request that it fills.

use serde::{Deserialize, Serialize};

use super::PartEncoding;
use crate::media_type;

/// One argument's place in the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// The argument's key in the input schema.
    pub key: String,
    /// Which part of the request it fills.
    pub place: Place,
    /// Its name on the wire.
    pub wire: String,
    /// How arrays and objects are written (`OpenAPI` "style").
    pub style: Style,
    /// Whether each element stands by itself (`OpenAPI` "explode").
    pub explode: bool,
    /// Reserved characters are left as they are; query only.
    pub allow_reserved: bool,
    /// The value is written as this media type instead of by style.
    pub content_type: Option<String>,
    /// Where the value is the whole query, written as a form: properties whose `encoding` says
    /// other than the default. Where it is a list of lists: `[]`, which says how each is joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encoding: Vec<PartEncoding>,
    /// Must be given.
    pub required: bool,
}

impl Bind {
    /// Whether it is the whole query and no form, so that nothing can be added to it, not even a
    /// credential.
    #[must_use]
    pub fn fills_the_query(&self) -> bool {
        self.place == Place::Querystring && !self.is_form()
    }

    /// Whether its value is written as a form.
    #[must_use]
    pub fn is_form(&self) -> bool {
        let media = self.content_type.as_deref().unwrap_or_default();
        media_type::essence(media) == "application/x-www-form-urlencoded"
    }
}

/// The part of a request that an argument fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// One segment of the path.
    Path,
    /// The query.
    Query,
    /// The whole query; then no other argument is in it.
    Querystring,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

impl Place {
    /// The words that people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Querystring => "whole query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// How a parameter that is an array or an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "OpenAPI 3.2 section 4.12.3 says what they are")]
pub enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    Cookie,
}

impl Style {
    /// Every style there is.
    pub const ALL: [Self; 8] = [
        Self::Simple,
        Self::Label,
        Self::Matrix,
        Self::Form,
        Self::SpaceDelimited,
        Self::PipeDelimited,
        Self::DeepObject,
        Self::Cookie,
    ];

    /// The word that documents have for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Label => "label",
            Self::Matrix => "matrix",
            Self::Form => "form",
            Self::SpaceDelimited => "spaceDelimited",
            Self::PipeDelimited => "pipeDelimited",
            Self::DeepObject => "deepObject",
            Self::Cookie => "cookie",
        }
    }
}
