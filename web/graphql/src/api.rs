//! The schema, put together.

use actix_web::web;
use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder};

use crate::{
    call_stop::CallStopMutations, connection::ConnectionMutations, context::Services,
    decide_tool::ToolMutations, decide_tools::ToolsMutations, endpoint::EndpointMutations,
    guard::Guard, hold::HoldMutations, import::ImportMutations, member::MemberMutations,
    notice::NoticeMutations, override_tool::OverrideMutations, query::Query,
    schedule::ScheduleMutations, source::SourceMutations, suspension::SuspensionMutations,
};

/// How deep a query may be.
const DEPTH: usize = 12;
/// What a query may cost; a field that calls a use case costs [`CALL`], any other 1.
const COST: usize = 2_500;
/// Directives on one field; `measure` refuses as many in a whole query before this is asked.
const DIRECTIVES: usize = crate::measure::DIRECTIVES;

/// The price of a field that calls a use case: its own transaction.
pub(crate) const CALL: usize = 100;
/// How many rows a list without a page size is priced as, in tens.
pub(crate) const LIST: usize = 10;

/// The price, at each row of a list, of a field that calls one use case for all of its rows: of a
/// list without a page size, [`CALL`].
pub(crate) const SHARED: usize = CALL / LIST;

/// The price of a page of so many rows.
pub(crate) const fn page_price(first: u32, child: usize) -> usize {
    CALL + child.saturating_mul((first as usize).div_ceil(10))
}

/// Everything that can be changed. Each mutation names its tenant.
#[derive(MergedObject, Default)]
pub struct Mutation(
    ImportMutations,
    ScheduleMutations,
    SourceMutations,
    ToolMutations,
    ToolsMutations,
    OverrideMutations,
    ConnectionMutations,
    SuspensionMutations,
    CallStopMutations,
    EndpointMutations,
    HoldMutations,
    MemberMutations,
    NoticeMutations,
);

/// The schema's type.
pub type ApiSchema = Schema<Query, Mutation, EmptySubscription>;

/// The API of one application. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    schema: ApiSchema,
}

impl Api {
    /// Builds the API over the services.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self {
            schema: schema(services),
        }
    }

    /// Makes the API known to the handler of [`crate::routes`].
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        config.app_data(web::Data::new(self.clone()));
    }

    pub(crate) const fn schema(&self) -> &ApiSchema {
        &self.schema
    }
}

/// Builds the schema over the services. Every request also needs to know who asks, which only
/// the handler of [`crate::routes`] tells it.
#[must_use]
pub fn schema(services: Services) -> ApiSchema {
    builder().data(services).finish()
}

/// Writes the schema as text, as it is reviewed.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .prefer_single_line_descriptions()
        .use_space_ident()
        .indent_width(2);
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation::default(), EmptySubscription)
        .limit_depth(DEPTH)
        .limit_complexity(COST)
        .limit_directives(DIRECTIVES)
        .disable_suggestions()
        .extension(Guard)
}
