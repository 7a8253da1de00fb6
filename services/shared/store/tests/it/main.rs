//! The store against a real PostgreSQL.

mod pooling;
mod walls;
