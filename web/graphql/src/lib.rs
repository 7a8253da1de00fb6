//! The API for people and their scripts: GraphQL over the use cases that the dashboard calls.
//!
//! What must always hold:
//! - no rule lives here: a resolver reads its input, calls one use case and shapes the answer;
//! - whoever asks is signed in, from our own pages, and enters each tenant through `edge`, so a
//!   tenant that is not theirs does not exist;
//! - what a query costs is known before any of it runs (`measure`, and the price of each field);
//! - an error without a documented code never reaches a client ([`Guard`]);
//! - no secret can be read: the schema has no field for one.
//!
//! Start at [`Api`] and [`routes`]; `query` and `tenant` are the top of the schema, and each
//! noun has a file with its types and its mutations. [`ACCESS`] says who may use what.

mod access;
mod api;
mod call_stop;
mod connection;
mod context;
mod decide_tool;
mod decide_tools;
mod endpoint;
mod fault;
mod guard;
mod hold;
mod http;
mod import;
mod input_schema;
mod measure;
mod member;
mod notice;
mod override_tool;
mod query;
mod record;
mod report;
mod revision_change;
mod scalar;
mod schedule;
mod source;
mod suspension;
mod tenant;
mod tool;

pub use access::{ACCESS, FieldAccess, Needs, access_table};
pub use api::{Api, ApiSchema, Mutation, schema, sdl};
pub use context::Services;
pub use fault::to_graphql;
pub use guard::Guard;
pub use http::{BODY_LIMIT, routes};
pub use query::Query;
