//! The registry against a real database.

mod catalogues;
mod decisions;
mod endpoints;
mod house;
mod sources;
