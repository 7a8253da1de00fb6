//! The queue against a real PostgreSQL and a real Redis.

mod conformance;
mod jobs;
mod losing_redis;
mod outbox;
mod redis_server;
