//! What tests stand on: a real database for each test, members who act, a fixed clock, patience.
//!
//! Only for tests. Nothing here changes the database behind the product's back, except where a
//! test has to move time: expiry is decided by database time, so [`Database::admin`] is how a
//! test makes something old.

mod database;
mod house;
mod patience;
mod world;

pub use database::Database;
pub use house::House;
pub use patience::{PATIENCE, ends, until};
pub use world::{FixedClock, SystemEntropy, world};
