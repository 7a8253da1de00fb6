//! The authorization server for agents.

use countersign_edge::PublicUrl;
use countersign_oauth_server::{Limits, OAuthServer};

use crate::parts::Parts;

/// Puts the authorization server together.
pub(crate) fn start(parts: &Parts, public_url: &PublicUrl) -> OAuthServer {
    let (store, world) = (parts.store.clone(), parts.world.clone());
    OAuthServer::new(store, world, public_url, Limits::default())
}
