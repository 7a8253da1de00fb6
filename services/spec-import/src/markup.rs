//! Links, images and HTML in texts (T58, T79): noticed, and not shown to agents.
//!
//! Whoever draws a text for a person may follow an image or a link in it, and a model may be moved
//! to. What agents are shown therefore has none: an image is its caption, a link its words with the
//! address behind them, a tag is gone. The document itself keeps every word, and values that go
//! over the wire are never touched. Code between backticks is not markup and stays.

mod entities;
mod spans;

use std::borrow::Cow;

use memchr::memchr3_iter;

use self::spans::{Places, code, pairs};

/// Longer texts are cut before anybody is shown them.
const BYTES: usize = 16 << 10;
/// Longer addresses lead nowhere.
const ADDRESS: usize = 2_000;
/// What is taken away may join what is left to new markup; more rounds only help an attacker.
const ROUNDS: usize = 4;
/// Elements that end a line.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "important",
    "li",
    "note",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "tr",
    "ul",
];
/// Elements that do not; `<id>` is none and stays.
const INLINE: [&str; 66] = [
    "a",
    "abbr",
    "acronym",
    "applet",
    "area",
    "audio",
    "b",
    "base",
    "bdi",
    "bdo",
    "big",
    "body",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "del",
    "details",
    "dfn",
    "embed",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "head",
    "header",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "link",
    "main",
    "map",
    "mark",
    "math",
    "meta",
    "nav",
    "nobr",
    "noscript",
    "object",
    "q",
    "s",
    "samp",
    "script",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "tbody",
];
const MORE_INLINE: [&str; 11] = [
    "template", "textarea", "tfoot", "th", "thead", "title", "tt", "u", "var", "video", "wbr",
];

/// What kinds of markup a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markup {
    pub(crate) links: bool,
    pub(crate) images: bool,
    pub(crate) html: bool,
}

impl Markup {
    /// The kinds that either has.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            links: self.links | other.links,
            images: self.images | other.images,
            html: self.html | other.html,
        }
    }
}

/// The text without markup.
pub(crate) fn plain(words: &str) -> Cow<'_, str> {
    if !may_have(words) {
        return Cow::Borrowed(words);
    }
    let start = beginning(words);
    Cow::Owned(settled(start, Pass::over(start).run()).0)
}

/// What kinds of markup a text has, and the text without it.
pub(crate) fn read(words: &str) -> (Markup, Cow<'_, str>) {
    let addresses = Markup {
        links: words.contains("://"),
        ..Markup::default()
    };
    if !may_have(words) {
        return (addresses, Cow::Borrowed(words));
    }
    let (first, found) = Pass::over(words).run();
    let start = beginning(words);
    let (shown, beneath) = if start.len() == words.len() {
        settled(start, (first, found))
    } else {
        settled(start, Pass::over(start).run())
    };
    let shown_addresses = Markup {
        links: shown.contains("://"),
        ..beneath
    };
    (addresses.and(found).and(shown_addresses), Cow::Owned(shown))
}

fn beginning(words: &str) -> &str {
    &words[..words.floor_char_boundary(BYTES)]
}

/// Goes through a text until nothing changes any more, from what came of the first time on.
fn settled(before: &str, (first, mut found): (String, Markup)) -> (String, Markup) {
    if first == before {
        return (first, found);
    }
    let mut text = first;
    for _ in 1..ROUNDS {
        if !may_have(&text) {
            return (text, found);
        }
        let (next, beneath) = Pass::over(&text).run();
        found = found.and(beneath);
        if next == text {
            return (text, found);
        }
        text = next;
    }
    (text.replace('<', "‹").replace("](", "] ("), found)
}

fn may_have(words: &str) -> bool {
    let bytes = words.as_bytes();
    memchr3_iter(b'<', b']', b'&', bytes).any(|at| match bytes[at] {
        b'<' => true,
        b']' => matches!(bytes.get(at + 1), Some(b'(' | b':')),
        _ => entities::first(&words[at..]).is_some(),
    })
}

/// One way through a text, in time that grows with its length.
struct Pass<'t> {
    text: &'t str,
    out: String,
    found: Markup,
    /// Where code begins, and where it ends.
    code: Places,
    /// Where a bracket opens, and where it closes.
    pairs: Places,
    /// Links whose words are being copied: where those end, where the link does, and the address.
    open: Vec<(usize, usize, Option<&'t str>)>,
    /// Nothing of this kind comes any more.
    no_more_tags: bool,
    no_more_comments: bool,
}

impl<'t> Pass<'t> {
    fn over(text: &'t str) -> Self {
        let code = code(text);
        let pairs = pairs(text, &code);
        Self {
            text,
            out: String::with_capacity(text.len()),
            found: Markup::default(),
            code,
            pairs,
            open: Vec::new(),
            no_more_tags: false,
            no_more_comments: false,
        }
    }

    fn run(mut self) -> (String, Markup) {
        let mut at = 0;
        while at < self.text.len() {
            at = self.step(at);
        }
        (self.out, self.found)
    }

    /// Copies or leaves out what stands here; returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        let text = self.text;
        // Nothing else begins or ends anything.
        let ordinary = text[at..].find(['`', '<', '!', '[', ']', '\\', '&']);
        let ordinary = ordinary.unwrap_or(text.len() - at);
        if ordinary > 0 {
            self.out.push_str(&text[at..at + ordinary]);
            return at + ordinary;
        }
        if let Some(end) = self.code.get(&at).copied() {
            self.out.push_str(&text[at..end]);
            return end;
        }
        if let Some((_, end, address)) = self.open.pop_if(|(words, ..)| *words == at) {
            self.address(address);
            return end;
        }
        let rest = &text[at..];
        let taken = match rest.as_bytes()[0] {
            b'<' => self.tag(rest),
            b'&' => self.entity(rest),
            b'!' if rest.starts_with("![") => self.link(at + 1, true).then_some(2),
            b'[' if self.link(at, false) => Some(1),
            b'[' => self.definition(at),
            _ => None,
        };
        if let Some(taken) = taken {
            return at + taken;
        }
        let mut characters = rest.chars();
        self.out.extend(characters.next());
        // What is escaped is no markup.
        if rest.starts_with('\\') && characters.as_str().starts_with(['[', '!', '<', '`', '\\']) {
            self.out.extend(characters.next());
        }
        text.len() - characters.as_str().len()
    }

    /// `[words](address)`, from its first bracket.
    fn link(&mut self, at: usize, is_image: bool) -> bool {
        let text = self.text;
        let Some(close) = self.pairs.get(&at).copied() else {
            return false;
        };
        let Some(end) = self.pairs.get(&(close + 1)).copied() else {
            return false;
        };
        if !text[close + 1..].starts_with('(') || end - close > ADDRESS {
            return false;
        }
        let target = text[close + 2..end].trim();
        let address = target.split_whitespace().next().unwrap_or_default();
        let address = address.trim_matches(['<', '>']);
        if !is_image && !is_address(address) {
            return false;
        }
        let shown = address.starts_with("https://") || address.starts_with("http://");
        let words = &text[at + 1..close];
        let address = (shown && !is_image && words != address).then_some(address);
        self.found.images |= is_image;
        self.found.links |= !is_image;
        self.open.push((close, end + 1, address));
        true
    }

    fn address(&mut self, address: Option<&str>) {
        if let Some(address) = address {
            self.out.push_str(" (");
            self.out.push_str(address);
            self.out.push(')');
        }
    }

    /// `[name]: address` at the beginning of a line, which `[words][name]` would lead to.
    fn definition(&mut self, at: usize) -> Option<usize> {
        let text = self.text;
        let line = text[..at].trim_end_matches([' ', '\t']);
        if !(line.is_empty() || line.ends_with('\n')) {
            return None;
        }
        let close = *self.pairs.get(&at)?;
        let behind = text[close + 1..].strip_prefix(':')?.trim_start();
        let address = behind.split_whitespace().next().unwrap_or_default();
        if !is_address(address) {
            return None;
        }
        self.found.links = true;
        self.out.push_str(&text[at + 1..close]);
        Some(close + 1 - at)
    }

    /// A tag, a comment or an address between angle brackets, from the first of these.
    fn tag(&mut self, rest: &str) -> Option<usize> {
        if rest.starts_with("<!--") {
            return Some(self.comment(rest));
        }
        if rest.starts_with("<https://") || rest.starts_with("<http://") {
            let inner = &rest[1..=rest[1..].find(['>', '<', ' ', '\n'])?];
            if !rest[1 + inner.len()..].starts_with('>') {
                return None;
            }
            self.found.links = true;
            self.out.push_str(inner);
            return Some(inner.len() + 2);
        }
        let name = rest[1..].trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric())?;
        let behind = &name[end..];
        let name = name[..end.min(12)].to_ascii_lowercase();
        let is_block = BLOCKS.contains(&name.as_str());
        let is_known =
            is_block || INLINE.contains(&name.as_str()) || MORE_INLINE.contains(&name.as_str());
        if !is_known || !behind.starts_with(['>', '/', ' ', '\t', '\n']) {
            return None;
        }
        self.found.html = true;
        self.found.images |= ["img", "svg", "video"].contains(&name.as_str());
        self.found.links |= name == "a";
        if is_block && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        let close = if self.no_more_tags {
            None
        } else {
            rest.find('>')
        };
        self.no_more_tags |= close.is_none();
        // One that is never closed is text, without the bracket that makes it more.
        Some(close.map_or(1, |close| close + 1))
    }

    /// A character that is written as HTML has it. What it may be the beginning of is looked at in
    /// the next round.
    fn entity(&mut self, rest: &str) -> Option<usize> {
        let (character, bytes) = entities::first(rest)?;
        self.out.push(character);
        Some(bytes)
    }

    fn comment(&mut self, rest: &str) -> usize {
        let end = if self.no_more_comments {
            None
        } else {
            rest.find("-->")
        };
        self.no_more_comments |= end.is_none();
        self.found.html = true;
        end.map_or(4, |end| end + 3)
    }
}

/// An address, or a path; `[a-z](x)` is neither.
fn is_address(text: &str) -> bool {
    let is_plain = !text.is_empty() && !text.contains(['[', ']', '{', '}', '\\', '|', '*', '^']);
    is_plain && (text.starts_with(['/', '#', '.', '?']) || text.contains(['/', '.', ':']))
}

#[cfg(test)]
mod tests;
