//! Who may do what. The only crate in which a [`TenantScope`] or a [`Permit`] can be made.
//!
//! A [`TenantScope`] is proof that somebody was authenticated for one tenant; every query needs
//! one. A [`Permit`] is proof that they may do one kind of thing; every change takes one by value.
//! The table of roles and actions is [`matrix`].

mod action;
mod matrix;
mod scope;

pub use action::*;
pub use matrix::{allows, matrix};
pub use scope::{Actor, Denied, Membership, Permit, SystemReason, TenantScope};
