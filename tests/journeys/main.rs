//! Journeys across services, through the doors that people and agents use.

#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

mod approval;
mod bounded;
mod calls;
mod denied;
mod endpoint;
mod endpoint_removal;
mod faithful;
mod foreign;
mod forms;
mod front;
mod inbox;
mod listening;
mod locks;
mod meanwhile;
mod methods;
mod neighbours;
mod newer;
mod outputs;
mod overrides;
mod reach;
mod reading;
mod recorded;
mod reimport;
mod removal;
mod review;
mod searching;
mod slow;
mod stopping;
mod unknown;
