//! Accounts against a real PostgreSQL, reached as the product reaches it.

mod house;
mod invitations;
mod members;
mod sessions;
mod sign_in;
