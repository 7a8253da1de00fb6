//! Rows, as they stand in the tables. Private: callers see domain values.

pub(crate) mod connection;
pub(crate) mod credential;
pub(crate) mod endpoint;
pub(crate) mod environment;
pub(crate) mod hold;
pub(crate) mod oauth_authorization;
pub(crate) mod oauth_client;
pub(crate) mod record;
pub(crate) mod revision;
pub(crate) mod source;
pub(crate) mod vault_key;
pub(crate) mod vault_secret;
