//! The secrets that agents are handed: 256 random bits behind a prefix that says what they are.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{World, digest::Digest, secret::Secret};

/// What a secret is. Each kind is looked for only in its own table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
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

    /// Makes a new secret, and the digest that is all we keep of it.
    #[must_use]
    pub fn mint(self, world: &World) -> (Secret, Digest) {
        let text = format!("{}{}", self.prefix(), random(world));
        let digest = Digest::of(text.as_bytes());
        (Secret::new(text), digest)
    }

    /// Returns what to look for, if the text can be of this kind at all.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Digest> {
        let random = text.strip_prefix(self.prefix())?;
        is_random(random).then(|| Digest::of(text.as_bytes()))
    }
}

/// Returns 256 random bits, in 43 characters.
#[must_use]
pub fn random(world: &World) -> String {
    URL_SAFE_NO_PAD.encode(world.bytes::<32>())
}

/// Says whether a text looks like [`random`]; also the form of an S256 challenge (RFC 7636).
#[must_use]
pub fn is_random(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [TokenKind; 3] = [TokenKind::Access, TokenKind::Refresh, TokenKind::Code];

    #[test]
    fn a_secret_is_read_as_what_it_was_made_as_and_as_nothing_else() {
        let world = countersign_testkit::world();
        for made in KINDS {
            let (secret, digest) = made.mint(&world);
            for read in KINDS {
                let found = read.read(secret.expose());
                assert_eq!(found, (read == made).then_some(digest), "{made:?} {read:?}");
            }
        }
    }

    #[test]
    fn what_has_not_the_form_of_a_token_is_not_looked_for() {
        let good = format!("csa_{}", "Az09-_x".repeat(7).split_at(43).0);
        assert!(TokenKind::Access.read(&good).is_some());
        let shortened = &good[..46];
        for text in [
            "",
            "csa_",
            &good[4..],
            shortened,
            &format!("{good}A"),
            &format!("{shortened}+"),
            &format!("{shortened}="),
            &format!("{shortened} "),
            &format!("{}\u{e9}", &good[..45]),
            &good.to_uppercase(),
        ] {
            assert_eq!(TokenKind::Access.read(text), None, "{text:?}");
        }
    }
}
