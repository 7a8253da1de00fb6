//! What a document says about one operation, kept beyond the document.

use countersign_domain::operation::Method;

use super::Evidence;
use crate::{Listener, Progress};

/// Evidence that owns its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    method: Method,
    servers: Vec<String>,
    path: String,
    choices: Vec<(String, String)>,
    leaves_more_choices: bool,
    leaves_open: Option<String>,
    operation_id: Option<String>,
    texts: [String; 2],
    sends_a_list: bool,
    lists: [Vec<String>; 4],
}

impl Facts {
    /// Copies evidence.
    #[must_use]
    pub fn of(evidence: &Evidence<'_>) -> Self {
        let lists = [
            evidence.tags,
            evidence.request_fields,
            evidence.response_fields,
            evidence.scopes,
        ];
        Self {
            method: evidence.method,
            servers: evidence.servers.to_vec(),
            path: evidence.path.to_owned(),
            choices: evidence.choices.to_vec(),
            leaves_more_choices: evidence.leaves_more_choices,
            leaves_open: evidence.leaves_open.map(str::to_owned),
            operation_id: evidence.operation_id.map(str::to_owned),
            texts: [evidence.summary, evidence.description].map(str::to_owned),
            sends_a_list: evidence.sends_a_list,
            lists: lists.map(<[String]>::to_vec),
        }
    }

    /// The evidence again.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_> {
        let [summary, description] = &self.texts;
        let [tags, request_fields, response_fields, scopes] = &self.lists;
        Evidence {
            method: self.method,
            servers: &self.servers,
            path: &self.path,
            choices: &self.choices,
            leaves_more_choices: self.leaves_more_choices,
            leaves_open: self.leaves_open.as_deref(),
            operation_id: self.operation_id.as_deref(),
            summary,
            description,
            tags,
            request_fields,
            response_fields,
            sends_a_list: self.sends_a_list,
            scopes,
        }
    }

    /// The method and path.
    #[must_use]
    pub fn operation(&self) -> (Method, &str) {
        (self.method, &self.path)
    }
}

/// Collects the evidence of every operation of a document.
#[derive(Debug, Default)]
pub(crate) struct Collector(Vec<Facts>);

impl Collector {
    pub(crate) fn finish(self) -> Vec<Facts> {
        self.0
    }
}

impl Listener for Collector {
    fn progress(&mut self, _: Progress) {}

    fn collects(&self) -> bool {
        true
    }

    fn facts(&mut self, facts: Facts) {
        self.0.push(facts);
    }
}
