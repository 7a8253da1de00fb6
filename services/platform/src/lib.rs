//! The binary `countersign`: configuration, roles, wiring and the operator's commands. No rules.
//!
//! What must always hold:
//! - this is the only place that reads the environment, the clock and the system's randomness;
//! - each role demands only its own part of the configuration, and is refused without it;
//! - what a process serves is [`fronts::routes`], and `countersign routes` prints exactly that.
//!
//! Start at [`commands`] (what can be asked for), then [`application`] (how a process is put
//! together) and [`roles`].

pub mod admin;
pub mod application;
pub mod commands;
pub mod configuration;
pub mod demo;
mod embedded;
pub mod fronts;
mod host;
mod operator;
mod parts;
pub mod roles;
mod serve;
mod sessions;
pub mod settings;
mod storage;
mod world;

pub use commands::main;
pub use world::system_world;
