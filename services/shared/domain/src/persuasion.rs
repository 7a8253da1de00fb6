//! Knows text that tries to tell a model what to do (T79). Where an imported document says it, it
//! stays as it is, as data, and is marked; the mark keeps its tool from being turned on together
//! with others, so that a person reads it first. Members cannot write it in the first place.
//!
//! A short list, because ordinary prose about an API must not be marked: "you must be signed in"
//! speaks to a person, "do not tell the user" does not. Whoever knows the list can write around
//! it. What protects is that nothing is on by default and that risk is never read out of the text.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};
use regex_syntax::is_word_character;

use crate::text;

/// Shorter texts say nothing.
const SHORTEST: usize = 10;

/// What is said to models and not to people. Matched on lower case with single spaces.
const SAID_TO_MODELS: [&str; 14] = [
    r"(^|[.!?:;>*]|and|then) ?(please )?(ignore|disregard|forget) ((all|any|every|the|your|of|my) ){0,3}(previous|prior|above|earlier|preceding|other|former|system) (\w+ ){0,2}(instruction|prompt|rule|message|context|direction|guideline|tool)",
    r"(^|[.!?:;>*]) ?(please )?(ignore|disregard|forget) ((all|any|every|the|your) ){1,2}(\w+ )?(instructions|policy|policies|guidelines|guardrails|safety)\b",
    r"</?(system|assistant|instructions?)>",
    r"\[/?inst\]|<\|(im_start|im_end|system|user|assistant|endoftext)\|>",
    r"\b(do not|don't|never|without) (tell|telling|inform|informing|mention|mentioning|reveal|revealing)( (this|it|that|anything|any of this))?( to)? (the )?(user|human|operator|reviewer|customer|person)\b",
    r"\b(before|after|when|whenever|instead of) (using|calling|invoking|running) (this|any|other|another|the) (other )?(tool|function)s?\b",
    r"\b(you are|you're|act as|pretend to be|pretend you are) (now )?(an? |in )?(\w+ )?(ai|llm|language model|chatbot|dan|developer mode|jailbroken|unrestricted)\b",
    r"\b(send|forward|post|upload|e-?mail|mail|exfiltrate|leak|append|paste) (\w+ ){0,4}(api[ _-]?keys?|tokens?|passwords?|credentials?|secrets?|private keys?|conversation|chat history|system prompt|environment variables?) (\w+ ){0,4}(to|at) (https?://|[\w.+-]+@)",
    r"\b(reveal|print|repeat|output|leak|send|show|include) (\w+ ){0,3}(system prompt|hidden instructions|your instructions)",
    r"\b(the )?(assistant|ai agent|llm|language model) (must|shall|has to|is required to) (also |always |first |never |not |now )?(call|invoke|send|use|ignore|read|include|reveal|approve|skip|delete)\b",
    r"\b(silently|secretly|quietly) (\w+ )?(approve|accept|call|invoke|run|send|execute|delete|copy|forward|include)\b",
    r"\b(approve|confirm|allow|accept) (every|all|any) (future |further |following |other )?(tool )?(calls?|actions?)\b",
    r"\b(do not|don't|never|without) (ask|asking|wait|waiting) (the (user|human|reviewer) )?for (a )?(confirmation|approval|permission|countersignature)\b",
    r"\bfrom now on,? (you|obey|follow|always|only|every|ignore|respond|answer)\b",
];

/// Names of fewer words are the names of things.
const FEWEST: usize = 3;
/// What stands between the words of a name.
const JOINS: [char; 2] = ['_', '-'];

/// What writes a word in bold or as code, in the midst of a phrase.
const EMPHASIS: [u8; 3] = *b"*`~";

/// What no text says, and what may begin with any letter: a list that holds it is walked through
/// at once, which costs less than to search each text for the many beginnings of the others.
const SAID_BY_NOBODY: &str = r"\w\x00";

/// Of texts in ASCII, or made so: letters beyond it would make the list many times as large.
static PHRASES: LazyLock<RegexSet> = LazyLock::new(|| {
    let phrases = SAID_TO_MODELS.into_iter().chain([SAID_BY_NOBODY]);
    let built = RegexSetBuilder::new(phrases).unicode(false).build();
    built.expect("the list is tested")
});

/// Says whether a text tells a model what to do.
#[must_use]
pub fn instructs(words: &str) -> bool {
    if words.len() < SHORTEST {
        return false;
    }
    // What is said to a model has several words, or brackets around one.
    if !words.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '[')) {
        let joined = words.split(JOINS).nth(FEWEST - 1).is_some();
        return joined && says(&words.replace(JOINS, " "));
    }
    says(words)
}

fn says(words: &str) -> bool {
    let plain = ascii_plain(words).unwrap_or_else(|| plain(words));
    PHRASES.is_match(&plain)
        || urges(&plain)
        || without_emphasis(&plain).is_some_and(|bare| PHRASES.is_match(&bare))
}

/// A plain text without what writes a word in bold or as code, if it has any.
fn without_emphasis(plain: &str) -> Option<String> {
    if !EMPHASIS.iter().any(|mark| plain.as_bytes().contains(mark)) {
        return None;
    }
    let mut bare = vec![0; plain.len()];
    let mut length = 0;
    for byte in plain.bytes() {
        bare[length] = byte;
        length += usize::from(!EMPHASIS.contains(&byte));
    }
    bare.truncate(length);
    String::from_utf8(bare).ok()
}

/// `<important>`, as it is said to models. The documentation of a large cloud puts paragraphs and
/// lists into it, and speaks of no file on the reader's machine.
fn urges(plain: &str) -> bool {
    const OPENS: &str = "<important>";
    // Most texts have no bracket at all, which is seen at once.
    plain.contains('<')
        && plain.match_indices(OPENS).any(|(at, _)| {
            let inside = plain[at + OPENS.len()..].trim_start();
            let documents = inside.starts_with("<p>") || inside.starts_with("<ul>");
            !documents || inside.contains("~/") || inside.contains("/etc/")
        })
}

/// Lower case with single spaces, and nothing that does not show. No phrase has a letter beyond
/// ASCII or a digit, and none asks more of a character than whether it belongs to a word: a digit
/// stands for those that do, a character that nobody writes for the others.
fn plain(words: &str) -> String {
    let lower = text::strip(words, usize::MAX).to_lowercase();
    let single = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let ascii = |character: char| match character {
        other if other.is_ascii() => other,
        word if is_word_character(word) => '0',
        _ => '\u{1}',
    };
    single.chars().map(ascii).collect()
}

/// The same of a text in ASCII, in one go.
fn ascii_plain(words: &str) -> Option<String> {
    if !words.is_ascii() {
        return None;
    }
    let mut plain = vec![0; words.len()];
    // What is no more than that is not kept: what does not show, and a gap behind another.
    let (mut length, mut least) = (0, GAP);
    for byte in words.bytes() {
        let shown = SHOWN[usize::from(byte)];
        // Written in any case, and written over where it is not kept.
        plain[length] = shown;
        length += usize::from(shown > least);
        least = match shown {
            NOTHING => least,
            GAP => GAP,
            _ => NOTHING,
        };
    }
    plain.truncate(length - usize::from(length > 0 && least == GAP));
    String::from_utf8(plain).ok()
}

/// What does not show.
const NOTHING: u8 = 0;
const GAP: u8 = b' ';

/// What each byte of ASCII is in a plain text.
const SHOWN: [u8; 256] = {
    let mut shown = [NOTHING; 256];
    let mut visible = b'!';
    while visible <= b'~' {
        shown[visible as usize] = visible.to_ascii_lowercase();
        visible += 1;
    }
    shown[b' ' as usize] = GAP;
    shown[b'\n' as usize] = GAP;
    shown[b'\t' as usize] = GAP;
    shown
};

#[cfg(test)]
mod tests;
