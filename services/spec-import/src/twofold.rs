//! The operations of a document, read by two threads.
//!
//! The first reads what is sent: words, parameters, the schemas of requests. The second finds out
//! what nothing of that depends on: what a call can do to the world, what it answers with, and the
//! digest of the document. They share the document, which nobody changes, and what they know about
//! texts that they have seen, which changes no result. The second is asked about the operations in
//! their order, and what it says is joined to them in that order: the outcome is that of one
//! thread. Both look at a watch that counts what both use, and when either fails, so does the
//! import.

use std::{
    panic::resume_unwind,
    sync::mpsc::{Receiver, sync_channel},
    thread::{self, Builder},
};

use countersign_domain::{
    digest::Digest,
    operation::{ImportedOperation, Method},
    risk::Risk,
};
use serde_json::Value;

use crate::{
    ImportError, Listener, Progress, Stage,
    document::{Dialect, Found},
    evidence::{self, Outlines, Sent},
    older,
    operation::{self, Shared},
    output::{Answer, Answers},
    risk::{self, Evidence, Facts},
    stopwatch::Stopwatch,
    written::Schemas,
};

/// As much as a program's first thread has: schemas are read by recursion.
const STACK_BYTES: usize = 8 << 20;
/// Operations that are asked about together: to wake a thread takes as long as to read one.
const TOGETHER: usize = 32;
/// Lists of those that wait.
const WAITING: usize = 4;
/// Tags of one operation.
const TAGS: usize = 50;
/// Other requests that an operation stands for.
const ALSO: usize = 50;

/// What the second thread is asked about an operation. It borrows what it can: what one thread
/// makes and another takes apart costs both.
pub(crate) struct Question<'d> {
    pub(crate) method: Method,
    pub(crate) path: &'d str,
    /// The paths of servers of its own, if it has any.
    pub(crate) own_servers: Vec<String>,
    pub(crate) id: Option<String>,
    /// The summary and the description.
    pub(crate) texts: [&'d str; 2],
    pub(crate) sent: Vec<Sent<'d>>,
    /// What parts of the body are called by their headers.
    pub(crate) parts: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) value: &'d Value,
    pub(crate) pointer: String,
}

/// What it says.
struct Reply {
    risk: Risk,
    answer: Answer,
    /// The fields of each item, where it answers with a stream of them.
    items: Vec<String>,
    /// What the operation was classified by, if somebody collects that.
    facts: Option<Facts>,
}

/// What the second thread works with.
pub(crate) struct Second<'d> {
    pub(crate) answers: Answers<'d>,
    pub(crate) digest: &'d (dyn Fn() -> Digest + Sync),
    pub(crate) dialect: Dialect,
    pub(crate) collects: bool,
    /// The paths of the document's servers.
    pub(crate) servers: Vec<String>,
    /// Whether a converter says beside operations what else they do.
    pub(crate) is_saved: bool,
}

/// What comes of both.
pub(crate) struct Outcome<'d> {
    pub(crate) operations: Vec<ImportedOperation>,
    pub(crate) schemas: Vec<Schemas>,
    pub(crate) sha256: Digest,
    pub(crate) answers: Answers<'d>,
}

/// Reads every operation.
pub(crate) fn read<'d>(
    shared: &mut Shared<'d>,
    second: Second<'d>,
    found: &[Found<'d>],
    (watch, listener): (&Stopwatch, &mut dyn Listener),
) -> Result<Outcome<'d>, ImportError> {
    thread::scope(|scope| {
        let (ask, asked) = sync_channel(WAITING);
        let root = shared.root;
        let second = Builder::new()
            .name("answers".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, move || second.work(root, &asked, watch))
            .map_err(|_| ImportError::NoThread)?;
        let mut halves = Vec::with_capacity(found.len());
        for some in found.chunks(TOGETHER) {
            listener.progress(progress(halves.len(), found.len()));
            let mut questions = Vec::with_capacity(TOGETHER);
            for one in some {
                watch.check(|| format!("operation {} of {}", halves.len(), found.len()))?;
                let (half, question) = operation::read(shared, one);
                halves.push(half);
                questions.push(question);
            }
            // It has ended early, and says why.
            if ask.send(questions).is_err() {
                break;
            }
        }
        drop(ask);
        let joined = second.join();
        let (replies, sha256, answers) = joined.unwrap_or_else(|panic| resume_unwind(panic))?;
        listener.progress(progress(found.len(), found.len()));
        let mut operations = Vec::with_capacity(halves.len());
        let mut schemas = Vec::with_capacity(halves.len());
        for (half, reply) in halves.into_iter().zip(replies) {
            let (operation, its) = half.whole(reply.risk, reply.answer, &reply.items);
            operations.push(operation);
            schemas.push(its);
            if let Some(facts) = reply.facts {
                listener.facts(facts);
            }
        }
        Ok(Outcome {
            operations,
            schemas,
            sha256,
            answers,
        })
    })
}

const fn progress(done: usize, total: usize) -> Progress {
    Progress {
        stage: Stage::Operations,
        done,
        total,
    }
}

impl<'d> Second<'d> {
    /// Answers until nothing is asked any more.
    fn work(
        mut self,
        root: &'d Value,
        asked: &Receiver<Vec<Question<'d>>>,
        watch: &Stopwatch,
    ) -> Result<(Vec<Reply>, Digest, Answers<'d>), ImportError> {
        let sha256 = (self.digest)();
        let mut outlines = Outlines::of_document(root, self.dialect);
        let mut replies = Vec::new();
        for question in asked.iter().flatten() {
            watch.check(|| format!("the answer of operation {}", replies.len()))?;
            replies.push(self.reply(&question, &mut outlines));
        }
        Ok((replies, sha256, self.answers))
    }

    fn reply(&mut self, question: &Question<'d>, outlines: &mut Outlines<'d>) -> Reply {
        let value = question.value;
        let tags = value.get("tags").and_then(Value::as_array);
        let tags = tags.into_iter().flatten().filter_map(Value::as_str);
        let tags: Vec<String> = tags.take(TAGS).map(str::to_owned).collect();
        let [mut request_fields, response_fields] =
            evidence::fields(outlines, value, &question.sent);
        request_fields.extend_from_slice(&question.parts);
        let [summary, description] = question.texts;
        let mut choices = evidence::choices(outlines, value, &question.sent);
        let servers = match question.own_servers.as_slice() {
            [] => &self.servers,
            own => own,
        };
        let beside = |name: &str| value.get(name).filter(|_| self.is_saved);
        let ordered = beside(older::ORDERED).and_then(Value::as_array);
        let pair = |one: &Value| {
            Some((
                one.get(0)?.as_str()?.to_owned(),
                one.get(1)?.as_str()?.to_owned(),
            ))
        };
        choices
            .listed
            .extend(ordered.into_iter().flatten().filter_map(pair));
        let asks = matches!(question.method, Method::Get | Method::Head);
        let flag = asks.then(|| evidence::flag(&question.sent)).flatten();
        let evidence = Evidence {
            method: question.method,
            servers,
            path: question.path,
            operation_id: question.id.as_deref(),
            summary,
            description,
            tags: &tags,
            request_fields: &request_fields,
            choices: &choices.listed,
            leaves_more_choices: choices.is_cut,
            leaves_open: choices.open.or(flag),
            response_fields: &response_fields,
            sends_a_list: evidence::sends_a_list(outlines, value),
            scopes: &question.scopes,
        };
        let also = beside(older::ALSO).and_then(Value::as_array);
        let also = also.into_iter().flatten().take(ALSO);
        let said = |one: &'d Value| Some((one.get(0)?.as_str()?, one.get(1)?.as_str()?));
        let decides = beside(older::DECIDES).and_then(Value::as_str);
        let mut risk = risk::classify_all(&evidence, also.filter_map(said), decides);
        if let Some(address) = evidence::calls_back(outlines, value) {
            risk::call_back(&mut risk, address);
        }
        Reply {
            risk,
            answer: self.answers.read(value, &question.pointer),
            items: evidence::items(outlines, value),
            facts: self.collects.then(|| Facts::of(&evidence)),
        }
    }
}
