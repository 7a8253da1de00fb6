//! The words and rules of Countersign, as plain values.
//!
//! Nothing here waits, reads a clock, opens a file or knows a database: a rule is a
//! function from values to values, so it can be read and tested by itself.
//! Start at [`decision`] (what happens to a call) and [`hold`] (how a dangerous call
//! waits for a human); [`operation`] is what an imported API becomes.

pub mod clock;
pub mod confusable;
pub mod connection;
pub mod decision;
pub mod digest;
pub mod drift;
pub mod event;
pub mod fault;
pub mod header;
pub mod hold;
pub mod id;
pub mod json;
pub mod media_type;
pub mod name;
pub mod network;
pub mod operation;
pub mod overrides;
pub mod path;
pub mod persuasion;
pub mod record;
pub mod risk;
pub mod role;
pub mod schedule;
pub mod schema;
pub mod secret;
pub mod text;
pub mod tool;

pub use clock::{Clock, Entropy, Timestamp, World};
pub use fault::{Fault, Kind};
