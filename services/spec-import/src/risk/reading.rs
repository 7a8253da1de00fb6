//! Reads what a document says about one operation into words, verbs and objects.
//!
//! Nothing is judged here.

use std::rc::Rc;

use countersign_domain::operation::Method;

use super::{
    Evidence,
    lexicon::Lexicon,
    path::Path,
    phrase::{Phrase, besides::besides},
    tokens::{first_sentence, words},
    verbs::Verb,
};

/// Everything that was read about one operation.
#[derive(Debug)]
pub(super) struct Reading<'l> {
    /// The words that are known.
    pub(super) lexicon: &'l Lexicon,
    /// The method.
    pub(super) method: Method,
    /// The path.
    pub(super) path: Rc<Path>,
    /// The operationId.
    pub(super) name: Phrase,
    /// The summary, or the description where the summary says nothing.
    pub(super) text: Phrase,
    /// Words of the description's first sentence, where the summary was read.
    pub(super) aside: Vec<String>,
    /// What summary or description say that a GET does besides reading.
    pub(super) besides: Option<(Verb, String)>,
    /// Words of the tags.
    pub(super) tags: Vec<String>,
    /// There is no name and no text at all.
    pub(super) mute: bool,
}

/// Whether a body may say what is done, as in a POST: a QUERY is asked by one, and of a method by
/// its own name nothing is known.
pub(super) const fn posts(method: Method) -> bool {
    matches!(method, Method::Post | Method::Query | Method::Other(_))
}

impl<'l> Reading<'l> {
    /// Whether a body may say what is done.
    pub(super) const fn posts(&self) -> bool {
        posts(self.method)
    }

    /// Reads the evidence.
    pub(super) fn of(evidence: &Evidence<'_>, lexicon: &'l Lexicon) -> Self {
        let path = Rc::new(Path::read(evidence.path, lexicon));
        Self::along(path, evidence, lexicon)
    }

    /// Reads the evidence but for its path, which was read.
    pub(super) fn along(path: Rc<Path>, evidence: &Evidence<'_>, lexicon: &'l Lexicon) -> Self {
        let name = evidence.operation_id.unwrap_or_default();
        let summary = Phrase::of_text(evidence.summary, name, lexicon);
        let (text, aside) = if summary.verb.is_none() {
            let description = Phrase::of_text(evidence.description, name, lexicon);
            if description.verb.is_none() {
                (summary, Vec::new())
            } else {
                (description, summary.rest)
            }
        } else {
            (summary, words(first_sentence(evidence.description)))
        };
        let texts = [evidence.summary, evidence.description].into_iter();
        let mut texts = texts.filter(|_| evidence.method == Method::Get);
        let empty = |text: &str| !text.chars().any(char::is_alphanumeric);
        Self {
            lexicon,
            method: evidence.method,
            name: Phrase::of_name(name, (evidence.method, &path), lexicon),
            path,
            text,
            aside,
            besides: texts.find_map(|text| besides(text, lexicon)),
            tags: evidence.tags.iter().flat_map(|tag| words(tag)).collect(),
            mute: empty(name) && empty(evidence.summary) && empty(evidence.description),
        }
    }
}
