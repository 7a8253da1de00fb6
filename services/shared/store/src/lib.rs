//! PostgreSQL, and nothing else that remembers. The only crate that sees sea-orm.
//!
//! There are two ways in, and both are transactions. [`Store::begin`] takes a
//! [`TenantScope`](countersign_access::TenantScope) and gives a [`TenantTx`] that can see one
//! tenant's rows, by the queries it offers and by row-level security behind them.
//! [`Store::begin_system`] is for the few questions that come before a tenant is known; it takes
//! a [`SystemReason`](countersign_access::SystemReason), and the policies of that reason are all
//! it can see.
//!
//! Queries are methods on the two, a file per kind of thing. Where a transaction begins and ends
//! within the question (whose token is this, what does an endpoint offer, write these records),
//! they are methods on [`Store`]. They take and give domain values; rows stay inside.

pub mod authorized;
pub mod call_stops;
pub mod catalogue;
pub mod cluster;
pub mod connections;
pub mod credential_suspensions;
pub mod decided_risks;
pub mod decisions_together;
pub mod declared_access;
pub mod enablements;
pub mod endpoint_removal;
pub mod endpoints;
mod entity;
pub mod environments;
mod epochs;
mod error;
pub mod holds;
pub mod import_notices;
pub mod invitations;
pub mod jobs;
pub mod members;
pub mod oauth_authorizations;
pub mod oauth_clients;
pub mod oauth_grants;
pub mod oauth_tokens;
pub mod offered_tools;
pub mod outbox;
pub mod overrides;
pub mod overriding;
pub mod people;
mod pool;
mod queries;
pub mod record_reading;
pub mod records;
pub mod reports;
pub mod reviews;
pub mod revision_changes;
pub mod revisions;
mod roles;
mod row;
pub mod sessions;
pub mod source_removal;
pub mod source_schedules;
pub mod sources;
mod system;
mod tenant_tx;
pub mod tenants;
pub mod tools;
pub mod turned_on;
pub mod vault;
pub mod whereabouts;

pub use authorized::{Authorized, CallFacts, Committed, ConsumedApproval, NotAuthorized};
pub use error::StoreError;
pub use pool::{Store, StoreOptions};
pub use system::SystemTx;
pub use tenant_tx::TenantTx;
