//! Journeys across services, through the doors that people and agents use.

mod approval;
mod calls;
mod endpoint;
mod foreign;
