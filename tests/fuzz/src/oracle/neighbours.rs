//! Whose address it is, to three simple routers: what a more concrete neighbour takes was to be
//! refused.

use countersign_secret_injection::BuiltRequest;
use url::form_urlencoded;

use super::{decoded, hold};
use crate::tool::Tool;

type Pairs = Vec<(String, String)>;

pub(super) fn check(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    let url = request.url();
    let prefix = tool.base.path().trim_end_matches('/');
    let path = url.path().strip_prefix(prefix).unwrap_or_default();
    let asked = pairs(url.query().unwrap_or_default());
    let split_then_decoded = segments(path);
    let decoded_then_split: Vec<String> = decoded(path)
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect();
    let folded = in_lowercase(&split_then_decoded);
    let own = Route::of(&tool.path);
    for neighbour in &tool.neighbours {
        let other = Route::of(neighbour);
        let takes = other.takes(&own, &split_then_decoded, &asked)
            || other.takes(&own, &decoded_then_split, &asked)
            || (other.folded()).takes(&own.folded(), &folded, &asked);
        hold(!takes, || format!("{url} is {neighbour:?} to a router"))?;
    }
    Ok(())
}

struct Route {
    segments: Vec<String>,
    fixed: Pairs,
}

impl Route {
    fn of(template: &str) -> Self {
        let whole = template.split('#').next().unwrap_or_default();
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        Self {
            segments: segments(path),
            fixed: pairs(query),
        }
    }

    fn folded(&self) -> Self {
        Self {
            segments: in_lowercase(&self.segments),
            fixed: self.fixed.clone(),
        }
    }

    /// Whether it takes what was meant for another route.
    fn takes(&self, own: &Self, path: &[String], asked: &Pairs) -> bool {
        let fits = self.segments.len() == path.len()
            && (self.segments.iter().zip(path)).all(|(segment, text)| fits(segment, text))
            && self.fixed.iter().all(|pair| asked.contains(pair));
        fits && self.is_more_concrete(own)
    }

    fn is_more_concrete(&self, own: &Self) -> bool {
        if self.segments.len() < own.segments.len() {
            return true;
        }
        let is_word = |segment: &&String| !segment.contains('{');
        if self.segments.len() > own.segments.len() {
            let mut words = self.segments.iter().filter(is_word);
            return words.any(|word| !own.segments.contains(word));
        }
        let mut both = self.segments.iter().zip(&own.segments);
        let ranks: Vec<_> = both.by_ref().map(|(a, b)| (rank(a), rank(b))).collect();
        let asks_for_more = self.fixed.iter().any(|pair| !own.fixed.contains(pair));
        ranks.iter().all(|(one, own)| one >= own)
            && (asks_for_more || ranks.iter().any(|(one, own)| one > own))
    }
}

/// Words alone come first, then whatever has more of them beside its variables.
fn rank(segment: &str) -> (bool, usize) {
    let words = pieces(segment).into_iter().flatten();
    (!segment.contains('{'), words.map(str::len).sum())
}

/// Words, and nothing for each variable.
fn pieces(segment: &str) -> Vec<Option<&str>> {
    let (mut pieces, mut rest) = (Vec::new(), segment);
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((_, behind)) = behind.split_once('}') else {
            break;
        };
        pieces.extend([Some(before), None]);
        rest = behind;
    }
    pieces.push(Some(rest));
    pieces
}

fn fits(segment: &str, text: &str) -> bool {
    fn fit(pieces: &[Option<&str>], text: &str) -> bool {
        match pieces {
            [] => text.is_empty(),
            [Some(words), rest @ ..] => {
                text.strip_prefix(words).is_some_and(|text| fit(rest, text))
            }
            [None, rest @ ..] => {
                let ends = text.char_indices().map(|(at, one)| at + one.len_utf8());
                ends.into_iter().any(|end| fit(rest, &text[end..]))
            }
        }
    }
    fit(&pieces(segment), text)
}

fn segments(path: &str) -> Vec<String> {
    let present = path.split('/').filter(|segment| !segment.is_empty());
    present
        .map(|segment| decoded(segment).into_owned())
        .collect()
}

fn in_lowercase(segments: &[String]) -> Vec<String> {
    segments.iter().map(|one| one.to_lowercase()).collect()
}

fn pairs(query: &str) -> Pairs {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
