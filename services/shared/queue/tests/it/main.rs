//! The queue against a real PostgreSQL and a real Redis.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod conformance;
mod jobs;
mod losing_redis;
mod outbox;
mod redis_server;
mod scheduled;
mod turns;
