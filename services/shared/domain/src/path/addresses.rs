//! Whose address a request has, among the operations of one API.
//!
//! A router takes what is written out before what is left open (`OpenAPI` 3.1, Paths Object): with
//! the value `purge`, `/invoices/{id}` is `/invoices/purge` where there is such an operation. Routers
//! decode, fold case and cut in ways of their own, so what any of them could read is compared.

use std::{borrow::Cow, cell::LazyCell, cmp::Ordering, collections::HashMap};

use percent_encoding::percent_decode;
use url::{Url, form_urlencoded};

use super::{DECODINGS, QueryPair, fold, query_pairs};
use crate::{
    connection::base_of,
    operation::{Method, Place, Server},
};

/// The addresses of all operations of an API, below one pinned address.
#[derive(Debug)]
pub struct Addresses {
    outlines: HashMap<Method, Vec<Outline>>,
}

/// Routes that are written out at the same places, by what is written there.
#[derive(Debug)]
struct Outline {
    is_written: Vec<bool>,
    routes: HashMap<String, Vec<Route>>,
}

/// The parameter of a request that makes its address another operation's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Where it stands.
    pub place: Place,
    /// What it is called there; of the query, in lowercase.
    pub name: String,
}

impl Addresses {
    /// Takes the method, the path template and the own servers of each operation. One whose own
    /// servers the pinned address does not cover is taken as if it were below that.
    pub fn of<'o>(
        pinned: &Url,
        operations: impl IntoIterator<Item = (Method, &'o str, &'o [Server])>,
    ) -> Self {
        let mut outlines: HashMap<Method, Vec<Outline>> = HashMap::new();
        for (method, path, servers) in operations {
            let own = base_of(servers, pinned);
            let route = Route::of(own.as_ref().unwrap_or(pinned), path);
            let is_written: Vec<bool> = route.segments.iter().map(Segment::is_written).collect();
            let words = joined(route.segments.iter().filter_map(Segment::written));
            let same = outlines.entry(method).or_default();
            let at = same.iter().position(|one| one.is_written == is_written);
            let at = at.unwrap_or_else(|| {
                same.push(Outline {
                    is_written,
                    routes: HashMap::new(),
                });
                same.len() - 1
            });
            same[at].routes.entry(words).or_default().push(route);
        }
        Self { outlines }
    }

    /// Says which parameter of an operation, its path below `base`, makes `url` the address of
    /// another one with the same method: one that says in words what the operation leaves to an
    /// argument.
    #[must_use]
    pub fn taken(&self, method: Method, (base, path): (&Url, &str), url: &Url) -> Option<Taken> {
        let outlines = self.outlines.get(&method)?;
        let readings = readings(url.path());
        let query = url.query().map(pairs).unwrap_or_default();
        let own = LazyCell::new(|| Route::of(base, path));
        readings.iter().find_map(|seen| {
            let reached = outlines.iter().flat_map(|outline| outline.reached(seen));
            reached
                .filter(|other| other.template != path)
                .find_map(|other| {
                    let variable = || own.leaves_open(other, &readings[0]);
                    let in_path = variable().map(|name| Taken::at(Place::Path, name));
                    in_path.or_else(|| Some(Taken::at(Place::Query, own.asks_for(other, &query)?)))
                })
        })
    }
}

impl Taken {
    fn at(place: Place, name: &str) -> Self {
        let name = name.to_owned();
        Self { place, name }
    }
}

impl Outline {
    /// The routes that such a path takes.
    fn reached<'s>(&'s self, seen: &'s [Seen]) -> impl Iterator<Item = &'s Route> {
        let present = || seen.iter().filter(|one| !one.cut.is_empty());
        let is_as_long = present().count() == self.is_written.len();
        let written = present().zip(&self.is_written).filter(|(_, is)| **is);
        let words = is_as_long.then(|| joined(written.map(|(one, _)| one.cut.as_str())));
        let routes = words.and_then(|words| self.routes.get(&words));
        let fits = move |route: &&Route| {
            (route.segments.iter().zip(present())).all(|(segment, one)| segment.fits(one))
        };
        routes.into_iter().flatten().filter(fits)
    }
}

/// A path template, as it is compared.
#[derive(Debug)]
struct Route {
    template: String,
    segments: Vec<Segment>,
    /// What of the query stands in it.
    fixed: Vec<(String, String)>,
}

impl Route {
    fn of(base: &Url, template: &str) -> Self {
        let whole = template.split('#').next().unwrap_or_default();
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let segments = base.path().split('/').chain(path.split('/'));
        let fixed = query_pairs(query).unwrap_or_default().into_iter();
        let fixed = fixed.filter_map(|pair| match pair {
            QueryPair::Fixed(text) => Some(pairs(text)),
            QueryPair::Asked { .. } => None,
        });
        Self {
            template: template.to_owned(),
            segments: segments.filter_map(Segment::of).collect(),
            fixed: fixed.flatten().collect(),
        }
    }

    /// The variable for which another route that a path of this one takes has words.
    fn leaves_open<'s>(&'s self, other: &Self, seen: &[Seen]) -> Option<&'s str> {
        let pairs = || self.segments.iter().zip(&other.segments);
        match other.segments.len().cmp(&self.segments.len()) {
            Ordering::Equal => pairs()
                .filter(|(own, other)| other.words() > own.words())
                .find_map(|(own, _)| own.variable()),
            // An argument that is no segment to some, or several.
            Ordering::Less => self.odd_variable(seen),
            Ordering::Greater if other.words() > self.words() => self.odd_variable(seen),
            Ordering::Greater => None,
        }
    }

    /// The variable whose value is not one segment to everyone.
    fn odd_variable(&self, seen: &[Seen]) -> Option<&str> {
        let is_odd = |seen: &Seen| seen.cut.is_empty() || seen.whole.contains(['/', '\\']);
        let mut odd = self
            .segments
            .iter()
            .zip(seen)
            .filter(|(_, seen)| is_odd(seen));
        let odd = odd.find_map(|(own, _)| own.variable());
        odd.or_else(|| self.segments.iter().find_map(Segment::variable))
    }

    /// What another route fixes of a query that holds all of that, and this one leaves open.
    fn asks_for<'o>(&self, other: &'o Self, query: &[(String, String)]) -> Option<&'o str> {
        let is_there = other.fixed.iter().all(|pair| query.contains(pair));
        let mut open = other.fixed.iter().filter(|pair| !self.fixed.contains(pair));
        open.next()
            .filter(|_| is_there)
            .map(|(name, _)| name.as_str())
    }

    fn words(&self) -> usize {
        self.segments.iter().map(Segment::words).sum()
    }
}

/// One segment of a route: words, and variables between them.
#[derive(Debug)]
struct Segment(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Words(String),
    Variable(String),
}

impl Segment {
    /// Takes a segment apart; there is none where nothing is left of it.
    fn of(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, (name, behind))) = rest
            .split_once('{')
            .and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            pieces.push(Piece::Words(plain(before.as_bytes())));
            pieces.push(Piece::Variable(name.to_owned()));
            rest = behind;
        }
        let last = plain(rest.as_bytes());
        let last = if pieces.is_empty() {
            cut(&last).to_owned()
        } else {
            last
        };
        pieces.push(Piece::Words(last));
        pieces.retain(|piece| !matches!(piece, Piece::Words(words) if words.is_empty()));
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    /// Its words, where it has nothing else.
    fn written(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Words(words)] => Some(words),
            _ => None,
        }
    }

    fn is_written(&self) -> bool {
        self.written().is_some()
    }

    fn variable(&self) -> Option<&str> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Words(_) => None,
        })
    }

    /// How much of it is words.
    fn words(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Words(words) => words.len(),
            Piece::Variable(_) => 0,
        };
        self.0.iter().map(length).sum()
    }

    fn fits(&self, seen: &Seen) -> bool {
        match self.written() {
            Some(words) => words == seen.cut,
            None => self.holds(&seen.whole) || self.holds(&seen.cut),
        }
    }

    /// Says whether its words stand in a text in this order, with something for each variable.
    fn holds(&self, text: &str) -> bool {
        let (mut rest, mut open) = (text, false);
        let (last, before) = self.0.split_last().expect("a segment has a piece");
        for piece in before {
            match piece {
                // Variables side by side are one.
                Piece::Variable(_) => open = true,
                Piece::Words(words) if open => {
                    let skipped = rest.chars().next().map_or(0, char::len_utf8);
                    let Some(at) = rest[skipped..].find(words.as_str()) else {
                        return false;
                    };
                    rest = &rest[skipped + at + words.len()..];
                    open = false;
                }
                Piece::Words(words) => match rest.strip_prefix(words.as_str()) {
                    Some(behind) => rest = behind,
                    None => return false,
                },
            }
        }
        match last {
            Piece::Variable(_) => !rest.is_empty(),
            Piece::Words(words) => rest
                .strip_suffix(words.as_str())
                .is_some_and(|between| !between.is_empty()),
        }
    }
}

/// A segment of a path, as readers may see it.
#[derive(Clone, Debug)]
struct Seen {
    whole: String,
    /// Without its parameters (RFC 3986 section 3.3) and what else may end it.
    cut: String,
}

/// Ends of a path by which frameworks choose what an answer is written in, and not what is called.
const FORMATS: [&str; 8] = [
    ".json", ".xml", ".html", ".htm", ".txt", ".csv", ".js", ".api",
];

/// What a path may be to readers that decode it before they look for its segments, however often,
/// and to those that look first; and to those that take a format off its end.
fn readings(path: &str) -> Vec<Vec<Seen>> {
    // No value brings a semicolon that is not escaped: it begins what is written in matrix style.
    let cut = if path.contains("/;") { str::trim } else { cut };
    let mut readings: Vec<Vec<Seen>> = Vec::new();
    let mut bytes = Cow::Borrowed(path.as_bytes());
    for _ in 0..DECODINGS {
        let segments = bytes.split(|byte| matches!(byte, b'/' | b'\\'));
        let present = segments.filter(|segment| !segment.is_empty());
        readings.push(present.map(|segment| Seen::of(segment, cut)).collect());
        let decoded = decoded(&bytes);
        if decoded == *bytes {
            break;
        }
        bytes = Cow::Owned(decoded);
    }
    let bare: Vec<_> = readings
        .iter()
        .filter_map(|one| without_format(one))
        .collect();
    readings.extend(bare);
    readings
}

fn without_format(seen: &[Seen]) -> Option<Vec<Seen>> {
    let (last, before) = seen.split_last()?;
    let bare = FORMATS.iter().find_map(|end| last.cut.strip_suffix(end))?;
    let last = Seen {
        whole: bare.to_owned(),
        cut: bare.to_owned(),
    };
    Some(before.iter().cloned().chain([last]).collect())
}

impl Seen {
    fn of(segment: &[u8], cut: fn(&str) -> &str) -> Self {
        let whole = plain(segment);
        let cut = cut(&whole).to_owned();
        Self { whole, cut }
    }
}

fn decoded(bytes: &[u8]) -> Vec<u8> {
    fold(&percent_decode(bytes).collect::<Vec<u8>>())
}

/// A text as it is compared: decoded to the end, and its case folded.
fn plain(text: &[u8]) -> String {
    let mut bytes = text.to_vec();
    for _ in 0..DECODINGS {
        let next = decoded(&bytes);
        if next == bytes {
            break;
        }
        bytes = next;
    }
    String::from_utf8_lossy(&bytes).to_lowercase()
}

/// What is left of a decoded segment for those who look for parameters, a query or a fragment in it.
fn cut(segment: &str) -> &str {
    let mut pieces = segment.split([';', '?', '#']);
    pieces.next().unwrap_or_default().trim()
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let plain = |text: Cow<'_, str>| plain(text.as_bytes()).trim().to_owned();
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut joined = String::new();
    for word in words {
        joined.push_str(word);
        joined.push('/');
    }
    joined
}

#[cfg(test)]
mod tests;
