//! What stands around every execution: the query is measured first, and no error leaves without
//! a documented code.

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, ServerResult, ValidationResult, Variables,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest,
        NextRequest, NextValidation,
    },
    parser::types::ExecutableDocument,
};
use async_trait::async_trait;

use crate::measure::{measure, with_code};

/// The one sentence for an error that nobody meant a client to see.
const SENTENCE: &str = "something went wrong on our side; it has been logged";

/// Measures queries and scrubs errors.
///
/// A resolver that uses a bare `?` would send any error's text to the client. Such an error has no
/// code, and that is how it is known here: it is logged and replaced.
#[derive(Clone, Copy, Debug)]
pub struct Guard;

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Guard {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        response.errors.iter_mut().for_each(scrub);
        response
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        measure(&mut request)?;
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let parsed = next.run(ctx, query, variables).await;
        parsed.map_err(|error| with_code(error, "query_too_deep"))
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let validated = next.run(ctx).await;
        validated.map_err(|errors| errors.into_iter().map(coded).collect())
    }
}

/// Gives what validation says its code. The library tells the two limits only by their sentence;
/// a test notices when it words them anew.
fn coded(error: ServerError) -> ServerError {
    let code = match error.message.as_str() {
        "Query is too complex." => "query_too_complex",
        "Query is nested too deep." => "query_too_deep",
        _ => "query_invalid",
    };
    with_code(error, code)
}

fn scrub(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        tracing::error!(
            error.text = error.message,
            "an error without a code was withheld"
        );
        SENTENCE.clone_into(&mut error.message);
        extensions.set("code", "internal");
    }
    // What a resolver kept for itself is no part of the answer.
    error.source = None;
}
