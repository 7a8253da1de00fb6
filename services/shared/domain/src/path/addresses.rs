//! Whose address a request has, among the operations of one API.
//!
//! A router takes what is written out before what is left open (`OpenAPI` 3.1, Paths Object): with
//! the value `purge`, `/invoices/{id}` is `/invoices/purge` where there is such an operation. Routers
//! decode, fold case and cut in ways of their own, so what any of them could read is compared.

mod seen;
mod segment;

use std::{borrow::Cow, cell::LazyCell, cmp::Ordering, collections::HashMap};

use url::{Url, form_urlencoded};

use self::{
    seen::{Seen, plain, readings, without_format},
    segment::Segment,
};
use super::{QueryPair, query_pairs};
use crate::{
    connection::bases_of,
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
            let same = outlines.entry(method).or_default();
            let mut bases = bases_of(servers, pinned).peekable();
            if bases.peek().is_none() {
                add(same, Route::of(pinned, path));
            }
            bases.for_each(|base| add(same, Route::of(&base, path)));
        }
        Self { outlines }
    }

    /// How many there are, and one for nothing.
    #[must_use]
    pub fn count(&self) -> u32 {
        let outlines = self.outlines.values().flatten();
        let routes = outlines.flat_map(|outline| outline.routes.values());
        let count = 1 + routes.map(Vec::len).sum::<usize>();
        count.try_into().unwrap_or(u32::MAX)
    }

    /// Says which parameter of an operation, its path below `base`, makes `url` the address of
    /// another one with the same method: one that says in words what the operation leaves to an
    /// argument.
    #[must_use]
    pub fn taken(&self, method: Method, (base, path): (&Url, &str), url: &Url) -> Option<Taken> {
        let outlines = self.outlines.get(&method)?;
        let before = base.path().trim_end_matches('/');
        let readings = match url.path().strip_prefix(before) {
            Some(rest) => readings(before, rest),
            None => readings("", url.path()),
        };
        let query = url.query().map(pairs).unwrap_or_default();
        let own = LazyCell::new(|| Route::of(base, path));
        let own_bare = LazyCell::new(|| own.without_format());
        let whole = readings
            .iter()
            .map(|seen| (Cow::Borrowed(seen.as_slice()), false));
        let cut = readings
            .iter()
            .flat_map(|seen| without_format(seen))
            .map(|seen| (Cow::Owned(seen), true));
        whole.chain(cut).find_map(|(seen, is_bare)| {
            let own = if is_bare { &*own_bare } else { &*own };
            let reached = outlines.iter().flat_map(|outline| outline.reached(&seen));
            let mut others = reached.filter(|other| other.template != path);
            others.find_map(|other| {
                let variable = own.leaves_open(other, &readings[0], &query);
                let in_path = variable.map(|name| Taken::at(Place::Path, name));
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

/// Adds a route to those that are written out at the same places.
fn add(outlines: &mut Vec<Outline>, route: Route) {
    let is_written: Vec<bool> = route.segments.iter().map(Segment::is_written).collect();
    let words = joined(route.segments.iter().filter_map(Segment::written));
    let at = outlines.iter().position(|one| one.is_written == is_written);
    let at = at.unwrap_or_else(|| {
        outlines.push(Outline {
            is_written,
            routes: HashMap::new(),
        });
        outlines.len() - 1
    });
    outlines[at].routes.entry(words).or_default().push(route);
}

impl Outline {
    /// The routes that such a path takes.
    fn reached<'s>(&'s self, seen: &'s [Seen]) -> impl Iterator<Item = &'s Route> {
        let present = || seen.iter().filter(|one| !one.is_blank());
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
#[derive(Clone, Debug)]
struct Route {
    template: String,
    segments: Vec<Segment>,
    /// What of the query stands in it; any value will do where none is written.
    fixed: Vec<(String, Option<String>)>,
}

impl Route {
    fn of(base: &Url, template: &str) -> Self {
        let whole = template.split('#').next().unwrap_or_default();
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let segments = base.path().split('/').chain(path.split('/'));
        let fixed = query_pairs(query).unwrap_or_default().into_iter();
        let fixed = fixed.filter_map(|pair| match pair {
            QueryPair::Fixed(text) => Some(pairs(text).into_iter().map(|(name, value)| {
                let is_there = text.contains('=');
                (name, is_there.then_some(value))
            })),
            QueryPair::Asked { .. } => None,
        });
        Self {
            template: template.to_owned(),
            segments: segments.filter_map(Segment::of).collect(),
            fixed: fixed.flatten().collect(),
        }
    }

    /// The route of whoever takes a format off the end of a path.
    fn without_format(&self) -> Self {
        let mut bare = self.clone();
        if let Some(last) = bare.segments.pop() {
            bare.segments.push(last.without_format());
        }
        bare
    }

    /// The variable for which another route that a path of this one takes has words.
    fn leaves_open<'s>(
        &'s self,
        other: &Self,
        seen: &[Seen],
        query: &[(String, String)],
    ) -> Option<&'s str> {
        match other.segments.len().cmp(&self.segments.len()) {
            Ordering::Equal => (self.segments.iter().zip(&other.segments))
                .filter(|(own, other)| other.weight() > own.weight())
                .find_map(|(own, _)| own.variable()),
            // An argument that is no segment to some, or several.
            Ordering::Less if other.is_asked_by(query) => self.odd_variable(seen),
            Ordering::Greater if self.is_filled_by_words_of(other) => self.odd_variable(seen),
            Ordering::Less | Ordering::Greater => None,
        }
    }

    /// Whether a longer route has words where this one has its variables, other than those that this
    /// one has between them: an argument of several segments moves these to the right only.
    fn is_filled_by_words_of(&self, other: &Self) -> bool {
        let is_open = |segment: &&Segment| !segment.is_written();
        let first = self.segments.iter().position(|one| is_open(&one));
        let last = self.segments.iter().rposition(|one| is_open(&one));
        let (Some(first), Some(last)) = (first, last) else {
            return false;
        };
        let behind = self.segments.len() - last;
        let end = other.segments.len() + 1 - behind;
        let own = self.segments.iter().enumerate().take(last).skip(first);
        let mut own = own
            .filter_map(|(at, one)| Some((at, one.written()?)))
            .peekable();
        let between = other.segments.iter().enumerate().take(end).skip(first);
        between.into_iter().any(|(at, one)| {
            let is_own = own.next_if(|own| own.0 <= at && Some(own.1) == one.written());
            is_own.is_none() && one.words() > 0
        })
    }

    /// The variable whose value is not one segment to everyone.
    fn odd_variable(&self, seen: &[Seen]) -> Option<&str> {
        let is_odd = |seen: &Seen| seen.is_blank() || seen.whole.contains(['/', '\\']);
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
        let mut open = other.fixed.iter().filter(|pair| !self.fixed.contains(pair));
        let (name, _) = open.next()?;
        other.is_asked_by(query).then_some(name)
    }

    /// Whether a query holds all that is fixed of it.
    fn is_asked_by(&self, query: &[(String, String)]) -> bool {
        self.fixed.iter().all(|(name, value)| {
            let is_it = |pair: &(String, String)| {
                pair.0 == *name && value.as_ref().is_none_or(|value| pair.1 == *value)
            };
            query.iter().any(is_it)
        })
    }
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
