//! How large a query is, before anything else looks at it.
//!
//! The library's own checks walk a query with its fragments written out, so a few hundred bytes
//! of fragments that use each other twice would keep them busy for ever. This counts without
//! writing out: each fragment is weighed once.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Request, ServerError,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};

/// Bytes of a query's text; what is long belongs into variables.
pub(crate) const TEXT: usize = 32 * 1024;
/// Fields, with fragments written out.
pub(crate) const SELECTIONS: usize = 1_000;
/// Fields that are given another name, with fragments written out.
pub(crate) const ALIASES: usize = 20;
/// Fragments.
pub(crate) const FRAGMENTS: usize = 30;
/// Directives in all.
pub(crate) const DIRECTIVES: usize = 20;
/// Operations in one document.
pub(crate) const OPERATIONS: usize = 10;

/// What one refusal says: its stable code, and a sentence.
type Refusal = (&'static str, &'static str);

/// Parses and weighs a request. What is too large is refused here.
pub(crate) fn measure(request: &mut Request) -> Result<(), ServerError> {
    if request.query.len() > TEXT {
        return Err(refuse((
            "query_too_long",
            "the query's text is too long; pass values as variables",
        )));
    }
    let wanted = request.operation_name.clone();
    let document = request
        .parsed_query()
        .map_err(|error| with_code(error, "query_unreadable"))?;
    let weighed = check(document).and_then(|()| operation(document, wanted.as_deref()));
    weighed.map_err(refuse)
}

/// Gives an error a code, if it has none.
pub(crate) fn with_code(mut error: ServerError, code: &str) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    error
}

fn refuse((code, sentence): Refusal) -> ServerError {
    with_code(ServerError::new(sentence, None), code)
}

fn check(document: &ExecutableDocument) -> Result<(), Refusal> {
    if document.fragments.len() > FRAGMENTS {
        return Err(("too_many_fragments", "the query has too many fragments"));
    }
    if document.operations.iter().len() > OPERATIONS {
        return Err(("too_many_operations", "the query has too many operations"));
    }
    let mut scale = Scale {
        document,
        known: HashMap::new(),
    };
    let mut all = Weight::default();
    for (_, operation) in document.operations.iter() {
        all.directives += operation.node.directives.len();
        all.add(scale.weigh(&operation.node.selection_set.node)?);
    }
    for (limit, has, refusal) in [
        (
            SELECTIONS,
            all.selections,
            ("too_many_fields", "the query has too many fields"),
        ),
        (
            ALIASES,
            all.aliases,
            ("too_many_aliases", "the query has too many aliases"),
        ),
        (
            DIRECTIVES,
            all.directives,
            ("too_many_directives", "the query has too many directives"),
        ),
    ] {
        if has > limit {
            return Err(refusal);
        }
    }
    Ok(())
}

/// The operation that is asked for has to be there; the library says so only without a code.
fn operation(document: &ExecutableDocument, wanted: Option<&str>) -> Result<(), Refusal> {
    let mut names = document.operations.iter().map(|(name, _)| name);
    let there = match wanted {
        None => document.operations.iter().len() == 1,
        Some(wanted) => names.any(|name| name.is_some_and(|name| name.as_str() == wanted)),
    };
    if there {
        Ok(())
    } else {
        Err((
            "unknown_operation",
            "name the one operation of the query that is to run",
        ))
    }
}

#[derive(Clone, Copy, Default)]
struct Weight {
    selections: usize,
    aliases: usize,
    directives: usize,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
    }
}

struct Scale<'a> {
    document: &'a ExecutableDocument,
    /// `None` while a fragment is being weighed: meeting it again then is a cycle.
    known: HashMap<&'a Name, Option<Weight>>,
}

impl<'a> Scale<'a> {
    fn weigh(&mut self, set: &'a SelectionSet) -> Result<Weight, Refusal> {
        let mut weight = Weight::default();
        for item in &set.items {
            weight.add(Weight {
                selections: 1,
                aliases: 0,
                directives: count(item.node.directives()),
            });
            match &item.node {
                Selection::Field(field) => {
                    weight.aliases += usize::from(field.node.alias.is_some());
                    weight.add(self.weigh(&field.node.selection_set.node)?);
                }
                Selection::InlineFragment(inline) => {
                    weight.add(self.weigh(&inline.node.selection_set.node)?);
                }
                Selection::FragmentSpread(spread) => {
                    weight.add(self.fragment(&spread.node.fragment_name.node)?);
                }
            }
        }
        Ok(weight)
    }

    /// A fragment that is not there weighs nothing here; validation names it.
    fn fragment(&mut self, name: &'a Name) -> Result<Weight, Refusal> {
        const CYCLE: Refusal = ("fragment_cycle", "a fragment contains itself");
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Weight::default());
        };
        if let Some(known) = self.known.get(name) {
            return known.ok_or(CYCLE);
        }
        self.known.insert(name, None);
        let mut weight = self.weigh(&fragment.node.selection_set.node)?;
        weight.directives = weight
            .directives
            .saturating_add(count(&fragment.node.directives));
        self.known.insert(name, Some(weight));
        Ok(weight)
    }
}

fn count(directives: &[Positioned<Directive>]) -> usize {
    directives.len()
}
