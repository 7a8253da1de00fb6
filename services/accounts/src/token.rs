//! Tokens: 256 random bits that are given out once and kept as a digest.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{World, digest::Digest, secret::Secret};

/// Makes a token.
pub(crate) fn new(world: &World) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(world.bytes::<32>()))
}

/// What is kept of it. A fast hash is enough for 256 random bits.
pub(crate) fn digest(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}
