//! The authorization server through its doors: a real application over a real database.

mod agents;
mod audience;
mod authorize;
mod codes;
mod consent;
// Says to clippy what it is: what tests share may panic as they do.
#[cfg(test)]
mod house;
mod kinds;
mod metadata;
mod redirects;
mod refresh;
mod registration;
mod revocation;
