//! PostgreSQL, and nothing else that remembers. The only crate that sees sea-orm.
//!
//! There are two ways in, and both are transactions. [`Store::begin`] takes a
//! [`TenantScope`](countersign_access::TenantScope) and gives a [`TenantTx`] that can see one
//! tenant's rows, by the queries it offers and by row-level security behind them.
//! [`Store::begin_system`] is for the few questions that come before a tenant is known; it takes
//! a [`SystemReason`](countersign_access::SystemReason), and the policies of that reason are all
//! it can see.
//!
//! Queries are methods on the two, a file per kind of thing. They take and give domain values;
//! rows stay inside.

pub mod authorized;
pub mod cluster;
mod entity;
mod error;
pub mod holds;
mod pool;
pub mod records;
mod row;
mod system;
mod tenant_tx;

pub use authorized::{Authorized, CallFacts, Committed, ConsumedApproval};
pub use error::StoreError;
pub use pool::{Store, StoreOptions};
pub use system::SystemTx;
pub use tenant_tx::TenantTx;
