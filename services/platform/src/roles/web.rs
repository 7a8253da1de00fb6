//! The pages and the API for people.
