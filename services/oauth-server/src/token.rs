//! The secrets we hand out: 256 random bits behind a prefix that says what they are.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{World, digest::Digest, secret::Secret};

/// What a secret is. Each kind is looked for only in its own table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Calls tools.
    Access,
    /// Is exchanged for the next pair of tokens.
    Refresh,
    /// Is exchanged for the first pair of tokens.
    Code,
}

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "csa_",
            Self::Refresh => "csr_",
            Self::Code => "csc_",
        }
    }

    /// Makes a new secret.
    pub(crate) fn mint(self, world: &World) -> (Secret, Digest) {
        let text = format!("{}{}", self.prefix(), random(world));
        let digest = Digest::of(text.as_bytes());
        (Secret::new(text), digest)
    }

    /// Returns what to look for, if the text can be of this kind at all.
    pub(crate) fn read(self, text: &str) -> Option<Digest> {
        let random = text.strip_prefix(self.prefix())?;
        is_random(random).then(|| Digest::of(text.as_bytes()))
    }
}

/// 256 random bits, in 43 characters.
pub(crate) fn random(world: &World) -> String {
    URL_SAFE_NO_PAD.encode(world.bytes::<32>())
}

/// Says whether a text looks like [`random`]; also the form of an S256 challenge (RFC 7636).
pub(crate) fn is_random(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
