//! What tests stand on: a real database for each test, members who act, a fixed clock, patience.
//!
//! Only for tests. What a test proves is done through the product. Behind its back the database
//! is changed to begin somewhere ([`House`], a tenant with its members) and, with
//! [`Database::admin`], to be another service or to move time: expiry is decided by database time,
//! so that is how a test makes something old.

mod database;
mod house;
mod patience;
mod world;

pub use database::Database;
pub use house::House;
pub use patience::{PATIENCE, ends, until};
pub use world::{FixedClock, SystemEntropy, world};
