//! What a successful answer is: its status, its media type and, where it is JSON, its schema.
//!
//! The schema is what the document says of an answer, read from the reader's side: properties that
//! are only ever sent are gone. It always stands by itself and within [`BUDGET`] bytes. What does
//! not fit loses its words first, then its deeper parts, each of which becomes any value; only if
//! nothing worth telling is left is there no schema. Of what is left out a digest is kept, to be
//! compared with the next import. A broken schema of an answer never turns an operation off: real
//! APIs break them, and the answer itself is what counts.

mod brought;
mod success;
mod told;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    ptr,
    sync::Arc,
};

use countersign_domain::{digest::Digest, media_type, operation::Output, schema, text};
use foldhash::quality::RandomState;
use serde_json::{Value, value::RawValue};

use brought::Brought;
pub(crate) use success::{rank, successes};

use crate::{
    body,
    marks::Marks,
    notes::{At, Notes},
    reference,
    schema::{Definitions, discriminator::Discriminators, measure::measure},
    version::{ITEM_SCHEMA, newer},
};

/// Bytes of one output schema.
pub(crate) const BUDGET: usize = 16 << 10;
/// A schema this many times too large is not worked on.
const HOPELESS: usize = 16 * BUDGET;
/// Bytes of all output schemas of a document.
const ALL: usize = 24 << 20;
/// Nesting of a schema.
const DEPTH: usize = 100;
/// Nesting that is kept of a root that is too large by itself, tried from the left.
const SHALLOW: [usize; 4] = [6, 4, 2, 1];
/// References from a root to the definition it stands for.
const HOPS: usize = 8;

/// How a schema is gathered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// Everything, or nothing.
    Whole,
    /// Everything but words, or nothing.
    Wordless,
    /// Without words, and without the definitions that do not fit.
    Parts,
}

/// The schemas of answers made so far. Many operations answer with the same thing, and a schema
/// that is the same is made once and kept once.
#[derive(Debug, Default)]
struct Made {
    /// By what stands at the root, as JSON.
    known: HashMap<String, Option<Fitting>, RandomState>,
    /// Bytes of all that were told, as often as they were.
    bytes: usize,
}

/// A schema that can be told.
#[derive(Clone, Debug)]
struct Fitting {
    schema: Arc<RawValue>,
    bytes: usize,
    /// What is remarkable about its texts, but for those at the root as they were written.
    marks: Marks,
    /// What chooses among the alternatives of the definitions that it brings along, and patterns.
    discriminators: Discriminators,
    patterns: BTreeMap<String, String>,
    /// Of what is left out and all the rest.
    whole: Option<Digest>,
}

impl Made {
    fn of(&mut self, definitions: &mut Definitions<'_>, root: &Value) -> Option<Fitting> {
        let key = root.to_string();
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let made = fit(definitions, root);
        self.known.insert(key, made.clone());
        made
    }
}

/// What the answers of a document are read with.
pub(crate) struct Answers<'d> {
    definitions: Definitions<'d>,
    made: Made,
    /// The headers of responses, in words, by where those lie in memory.
    headers: HashMap<usize, BTreeMap<String, String>, RandomState>,
}

/// What an operation answers with.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    output: Option<Output>,
    /// The schema, as JSON: operations that answer with the same thing share it.
    schema: Option<Arc<RawValue>>,
    /// What is remarkable about its texts.
    marks: Marks,
    /// What else is a success, in words, by status.
    successes: BTreeMap<String, String>,
    /// Where a schema stands that cannot be shown, or not whole, and why.
    left_out: Option<(String, String)>,
    /// Where a schema of each item stands, and there is none of them all.
    items: Option<String>,
}

impl Answer {
    /// Notes what there is to say about it. The schema comes apart.
    pub(crate) fn tell(
        self,
        pointer: &str,
        notes: &mut Notes,
    ) -> (
        Option<Output>,
        Option<Arc<RawValue>>,
        BTreeMap<String, String>,
    ) {
        let what = "what its answer is said to be";
        self.marks.tell(what, pointer, notes);
        if let Some(place) = &self.items {
            let why = "agents are told the names of its fields, and no schema";
            notes.info("item_schema_left_out", place, why);
        }
        if let Some((place, why)) = &self.left_out {
            notes.info("output_schema_left_out", place, why);
        }
        (self.output, self.schema, self.successes)
    }
}

impl<'d> Answers<'d> {
    /// Begins with the definitions of the side that answers.
    pub(crate) fn of(definitions: Definitions<'d>) -> Self {
        Self {
            definitions,
            made: Made::default(),
            headers: HashMap::default(),
        }
    }

    /// Reads the answer of success of the operation at a pointer.
    pub(crate) fn read(&mut self, operation: &'d Value, pointer: &str) -> Answer {
        let answer = self.of_success(operation, pointer);
        let answer = answer.unwrap_or_else(|| Answer {
            left_out: success::lost(self.definitions.root, operation, pointer),
            ..Answer::default()
        });
        let successes = self.others(operation, pointer, answer.output.as_ref());
        Answer {
            successes,
            ..answer
        }
    }

    fn of_success(&mut self, operation: &'d Value, pointer: &str) -> Option<Answer> {
        let root = self.definitions.root;
        let (status, success, pointer) = success::described(root, operation, pointer)?;
        let content = success.get("content")?.as_object()?;
        let plain = content.get_key_value("application/json");
        let (media, value) = plain.or_else(|| body::prefer_json(content))?;
        let headers = self.headers.entry(ptr::from_ref(success).addr());
        let headers = headers.or_insert_with(|| told::headers(root, success));
        let output = Output {
            status: text::strip(status, 20),
            media_type: text::strip(media, 120),
            headers: headers.clone(),
            ..Output::default()
        };
        let at = At::Pointer(&pointer);
        let at = at.key("content");
        let (value, place) = reference::follow(root, value, at.key(media).to_string()).ok()?;
        let told = |schema: &&Value| media_type::is_json(media) || is_of_any_media(media, schema);
        let mut answer = Answer {
            output: Some(output),
            ..Answer::default()
        };
        if let Some(given) = value.get("schema").filter(told) {
            self.add_schema(given, place, &mut answer);
        } else {
            let item = newer(value, ITEM_SCHEMA);
            let place = |name| At::Pointer(&place).key(name).to_string();
            answer.items = item.map(|(name, _)| place(name));
            if let Some(given) = value.get("schema").or(item.map(|(_, given)| given)) {
                let mut unheard = Notes::of_operation();
                let (root, _) = self.definitions.inline(given, &at, &mut unheard);
                let whole = Some(self.definitions.whole(&root));
                answer.output = answer.output.map(|output| Output { whole, ..output });
            }
        }
        Some(answer)
    }

    fn add_schema(&mut self, given: &Value, place: String, answer: &mut Answer) {
        let Self {
            definitions, made, ..
        } = self;
        let at = At::Pointer(&place);
        // What else is wrong with it concerns nobody who sends something.
        let mut unheard = Notes::of_operation();
        let (root, links) = definitions.inline(given, &at.key("schema"), &mut unheard);
        let broken = links.broken.as_ref();
        let broken =
            broken.map(|why| format!("of the schema of the answer, a part is unknown: {why}"));
        answer.left_out = broken.map(|why| (place.clone(), why));
        match made.of(definitions, &root) {
            Some(fitting) if made.bytes + fitting.bytes <= ALL => {
                made.bytes += fitting.bytes;
                answer.marks = fitting.marks.and(links.marks);
                if let Some(output) = &mut answer.output {
                    let (brought, inline) = (fitting.discriminators, &links.discriminators);
                    output.discriminators = told::placed(brought, inline);
                    output.patterns = told::placed(fitting.patterns, &links.patterns);
                    output.whole = fitting.whole;
                }
                answer.schema = Some(fitting.schema);
            }
            Some(_) | None => {
                if let Some(output) = &mut answer.output {
                    output.whole = Some(definitions.whole(&root));
                }
                let why = "the schema of the answer is too large to be shown to agents";
                answer.left_out = Some((place, why.to_owned()));
            }
        }
    }
}

/// Spring says `*/*` of everything; what has parts can only be JSON.
fn is_of_any_media(media: &str, schema: &Value) -> bool {
    let is_text = schema.get("type").is_some_and(|name| name == "string");
    matches!(media, "*/*" | "application/*") && !is_text
}

/// Makes a schema that fits.
fn fit(definitions: &mut Definitions<'_>, root: &Value) -> Option<Fitting> {
    if let Some(found) = gather(definitions, Cow::Borrowed(root), Attempt::Whole) {
        return Some(found);
    }
    let bare = Cow::Owned(wordless(root.clone()));
    if let Some(found) = gather(definitions, bare, Attempt::Wordless) {
        return Some(found);
    }
    let root = stood_for(definitions, root.clone())?;
    let shallow = |depth| {
        let mut root = root.clone();
        schema::cut(&mut root, depth);
        root
    };
    let shown = std::iter::once(root.clone())
        .chain(SHALLOW.into_iter().map(shallow))
        .map(wordless)
        .find(|root| measure(root).0 <= BUDGET / 2)?;
    let parts = gather(definitions, Cow::Owned(shown), Attempt::Parts)?;
    let whole = Some(definitions.whole(&root));
    Some(Fitting { whole, ..parts })
}

fn wordless(mut schema: Value) -> Value {
    schema::drop_words(&mut schema, 0);
    schema
}

/// Collects definitions, nearest first. Those that do not fit, or cannot be used, are any value.
fn gather(
    definitions: &mut Definitions<'_>,
    mut root: Cow<'_, Value>,
    attempt: Attempt,
) -> Option<Fitting> {
    let (mut bytes, depth) = measure(&root);
    if bytes > BUDGET || depth > DEPTH {
        return None;
    }
    let mut open = VecDeque::from(schema::references(&root));
    let mut seen: HashSet<String, RandomState> = HashSet::default();
    let mut kept = Vec::new();
    let mut all = true;
    while let Some(name) = open.pop_front() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some((_, text)) = definitions.usable(&name) else {
            all = false;
            continue;
        };
        let size = text.get().len();
        let size = match attempt {
            Attempt::Whole => Some(size),
            Attempt::Wordless | Attempt::Parts if size > HOPELESS => None,
            Attempt::Wordless | Attempt::Parts => {
                definitions.wordless(&name).map(|text| text.get().len())
            }
        };
        match size.filter(|size| bytes + size <= BUDGET) {
            Some(size) => {
                bytes += size + name.len() + 4;
                open.extend(definitions.leads_to(&name));
                kept.push(name);
            }
            None if attempt == Attempt::Parts => all = false,
            None => return None,
        }
    }
    let brought = Brought::of(kept, all);
    brought.unlink(&mut root);
    let marks = brought.names.iter().map(|name| definitions.marks(name));
    let marks = Marks::all(marks).and(Marks::of_schema(&root));
    let names = || brought.names.iter();
    Some(Fitting {
        marks,
        discriminators: names()
            .flat_map(|name| definitions.discriminators_in(name))
            .collect(),
        patterns: names()
            .flat_map(|name| definitions.patterns_in(name))
            .collect(),
        whole: None,
        schema: brought.put(definitions, &root, attempt).into(),
        bytes,
    })
}

/// The definition that a root is nothing but a reference to.
fn stood_for(definitions: &mut Definitions<'_>, mut root: Value) -> Option<Value> {
    for _ in 0..HOPS {
        let Some(name) = schema::target(&root) else {
            return Some(root);
        };
        let name = name.to_owned();
        let (definition, text) = definitions.usable(&name)?;
        if text.get().len() > HOPELESS {
            return None;
        }
        root = definition.clone();
    }
    None
}
