//! The authorization server through its doors: a real application over a real database.

mod agents;
mod audience;
mod authorize;
mod codes;
mod consent;
mod house;
mod kinds;
mod metadata;
mod redirects;
mod refresh;
mod registration;
mod revocation;
