//! The store against a real PostgreSQL.

mod pooling;
mod row_security;
mod walls;
