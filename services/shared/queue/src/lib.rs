//! Background work: jobs, the outbox relay, periodic reconcilers, and the wake-ups between
//! processes.
//!
//! PostgreSQL is the truth. A job is a row written in the transaction that wants it
//! ([`countersign_store::TenantTx::enqueue`]), claimed under a lease that ends by database time;
//! an event is a row of the outbox. Redis, where there is one, only makes both quick: every wake-up
//! has a poll behind it, so losing all of Redis at any moment loses nothing ([`POLL`]).
//!
//! What always holds:
//!
//! - Jobs and events are delivered *at least* once. A [`Job`] is idempotent and says how; where its
//!   effect must happen once, it is made in a transaction that asks [`JobContext::fence`] first.
//! - A worker takes the tenant from the job's row, never from a payload or a wake-up.
//! - A worker that lost its lease can finish nothing.
//!
//! Start at [`Worker`].

mod in_process;
mod job;
mod reconciler;
mod redis;
mod relay;
mod running;
mod wakeups;
mod worker;

pub use in_process::InProcess;
pub use job::{Job, JobContext, JobError, LeaseLost};
pub use reconciler::{ReconcileError, Reconciler};
pub use redis::{Redis, RedisOptions};
pub use wakeups::{CatalogueChange, Wakeups};
pub use worker::{POLL, Worker};
