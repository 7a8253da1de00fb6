//! Reads a path template: what it points at, and what it orders.

use super::{
    lexicon::Lexicon,
    template::pieces,
    tokens::{singular, words},
    verbs::{Act, Verb},
};

/// One segment of a path, or the written part of one, that is not a parameter.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its words.
    pub(super) words: Vec<String>,
    /// Written in the plural: a collection, not an order to do something.
    pub(super) plural: bool,
    /// A parameter stands directly before it.
    pub(super) after_parameter: bool,
}

impl Segment {
    fn read(literal: &str, after_parameter: bool, lexicon: &Lexicon) -> Self {
        let mut words = words(literal);
        // `reFunds` is cut into harmless pieces; a server that folds case sees the whole.
        let whole = singular(literal.to_lowercase());
        if words.len() > 1 && lexicon.knows_whole(&whole) {
            words = vec![whole];
        } else if let Some(order) = lexicon.glued_order(&words) {
            words = order;
        }
        let plural = words
            .last()
            .is_some_and(|last| !literal.to_lowercase().ends_with(last.as_str()));
        Self {
            words,
            plural,
            after_parameter,
        }
    }
}

/// What the path says.
#[derive(Debug)]
pub(super) struct Path {
    /// The segments that are not parameters, versions left out.
    pub(super) segments: Vec<Segment>,
    /// The last segment is a parameter: one thing, not a collection.
    pub(super) ends_in_parameter: bool,
    /// Any parameter at all: something that already exists.
    pub(super) has_parameter: bool,
    /// The verb in the last segment, and its word.
    pub(super) action: Option<(Verb, String)>,
    /// It begins with `/admin/api`.
    pub(super) is_admin_api: bool,
    /// Index of that verb in the last segment.
    order_at: usize,
    /// Index of the segment that names what is acted on.
    pub(super) head: Option<usize>,
}

impl Path {
    /// Reads a path template.
    pub(super) fn read(path: &str, lexicon: &Lexicon) -> Self {
        let mut segments: Vec<Segment> = Vec::new();
        let (mut ends_in_parameter, mut has_parameter) = (false, false);
        for piece in pieces(path) {
            if !segments.is_empty() && is_oneself(&piece.literals) {
                (ends_in_parameter, has_parameter) = (true, true);
                continue;
            }
            let leads = piece.is_version() && segments.is_empty();
            let is_read = if piece.is_variable() {
                piece.is_mixed() && !leads
            } else {
                !piece.is_version()
            };
            // A dash says nothing, and hides no word before it.
            let says = |literal: &str| is_read && literal.contains(char::is_alphanumeric);
            for literal in piece.literals.iter().filter(|literal| says(literal)) {
                segments.push(Segment::read(literal, ends_in_parameter, lexicon));
                ends_in_parameter = false;
            }
            if piece.is_variable() {
                (ends_in_parameter, has_parameter) = (true, true);
            }
        }
        let action = segments
            .last()
            .and_then(|last| action(last, ends_in_parameter, lexicon));
        let alone = action.is_some() && segments.last().is_some_and(|last| last.words.len() == 1);
        let order_at = action.map_or(0, |(_, at)| at);
        let ordered = |(found, at): (Verb, usize)| {
            let word = segments.last().and_then(|last| last.words.get(at))?;
            Some((found, word.clone()))
        };
        let action = action.and_then(ordered);
        let head = segments.len().checked_sub(if alone { 2 } else { 1 });
        Self {
            segments,
            ends_in_parameter,
            has_parameter,
            action,
            is_admin_api: path.starts_with("/admin/api/"),
            order_at,
            head,
        }
    }

    /// The segment that names what is acted on.
    pub(super) fn head(&self) -> Option<&Segment> {
        self.segments.get(self.head?)
    }

    /// The words of a segment without the verb that the path orders.
    pub(super) fn things(&self, at: usize) -> impl DoubleEndedIterator<Item = &String> {
        let ordered = self.action.is_some() && at + 1 == self.segments.len();
        let words: &[String] = self.segments.get(at).map_or(&[], |segment| &segment.words);
        let words = words.iter().enumerate();
        words
            .filter(move |(word, _)| !ordered || *word != self.order_at)
            .map(|(_, word)| word)
    }

    /// Every word of the path.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }
}

/// Doubtful verbs that are meant as verbs even before a plural.
const QUESTIONS: &[&str] = &[
    "search", "query", "list", "count", "preview", "estimate", "filter", "explain",
];

/// Noun-like verbs that are meant as verbs behind one thing: `/quarantine/{id}/release`.
const ORDERS: &[&str] = &[
    "lock", "release", "hold", "switch", "process", "mark", "sort", "play",
];

/// Words before a verb that say how many it is about.
const MANY: &[&str] = &["bulk", "batch", "mass", "multi"];

/// `@me` stands for whoever calls, as a parameter would.
fn is_oneself(literals: &[&str]) -> bool {
    matches!(literals, ["me" | "@me" | "self" | "~me"])
}

/// The verb that a last segment orders, such as `refund`, `search-invoices`, `batch-retrieve`,
/// `campaign-clone`.
fn action(last: &Segment, then_parameter: bool, lexicon: &Lexicon) -> Option<(Verb, usize)> {
    let at = last
        .words
        .iter()
        .position(|word| !MANY.contains(&word.as_str()))?;
    let first = lexicon.verb(&last.words[at]);
    let Some(found) = first else {
        let (word, before) = last.words.split_last()?;
        let found = lexicon.verb(word).filter(|found| found.clear)?;
        let ordered = !before.is_empty() && !last.plural && !then_parameter;
        return ordered.then_some((found, before.len()));
    };
    let one_word = last.words.len() == 1;
    // `/verification-email` is a mail.
    let qualifies = |word: &str| word.ends_with("tion") || word.ends_with("ence");
    if !one_word && at == 0 && qualifies(&last.words[0]) {
        return None;
    }
    // `/reports`, `/charges` are collections; a noun-like change verb alone names a thing.
    let ordered = last.after_parameter && !last.plural && ORDERS.contains(&found.base);
    let noun_like = !found.clear && found.act == Act::Change && !ordered;
    let asks = QUESTIONS.contains(&found.base);
    // `/call_logs`, `/load_balancers` begin with a noun; `/search-invoices` does not.
    let names_a_thing = if one_word {
        last.plural || noun_like
    } else {
        last.plural && !found.clear && !asks
    };
    let doubtful = !found.clear && then_parameter;
    (!names_a_thing && !doubtful).then_some((found, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_of_a_path_is_its_last_word_of_command() {
        let act = |path| {
            Path::read(path, &Lexicon::whole())
                .action
                .map(|(_, word)| word)
        };
        assert_eq!(act("/v1/invoices/{id}/void").as_deref(), Some("void"));
        assert_eq!(act("/v2/search-invoices").as_deref(), Some("search"));
        assert_eq!(act("/files.delete").as_deref(), Some("delete"));
        assert_eq!(act("/items/{id}:purge").as_deref(), Some("purge"));
        assert_eq!(act("/v1/charges"), None);
        assert_eq!(act("/users/{id}"), None);
    }
}
