//! How a fault looks to a client, and how input is parsed.

use std::str::FromStr;

use async_graphql::{Error, ErrorExtensions as _, ID, Result};
use countersign_domain::name::InvalidName;
use countersign_edge::Problem;

/// The code of input that breaks a rule.
pub(crate) const INVALID_INPUT: &str = "invalid_input";

/// Turns what a use case refused into a GraphQL error, by the mapping that HTTP has: what is our
/// fault is logged once and told in one fixed sentence.
///
/// Resolvers use this and never a bare `?`, which would send any error's text to the client.
pub fn to_graphql(cause: impl Into<Problem>) -> Error {
    let problem: Problem = cause.into();
    let code = problem.code;
    Error::new(problem.detail).extend_with(|_, extensions| extensions.set("code", code))
}

/// Refuses input, naming the argument.
pub(crate) fn invalid(argument: &str, rule: &str) -> Error {
    to_graphql(Problem::invalid(
        INVALID_INPUT,
        format!("{argument}: {rule}"),
    ))
}

/// Reads a text with a rule.
pub(crate) fn given<T: FromStr<Err = InvalidName>>(argument: &str, text: &str) -> Result<T> {
    text.parse()
        .map_err(|InvalidName(rule)| invalid(argument, rule))
}

/// Reads an id. What cannot be an id names nothing, and is answered like anything that is not
/// there.
pub(crate) fn known<T: FromStr>(id: &ID) -> Result<T> {
    named(id)
}

/// Reads a name that stands for something, such as a slug, with the same answer as [`known`].
pub(crate) fn named<T: FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| to_graphql(Problem::not_found()))
}

/// Writes an id.
pub(crate) fn id(id: impl ToString + Copy) -> ID {
    ID(id.to_string())
}
