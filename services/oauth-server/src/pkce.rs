//! Proof that whoever redeems a code is who asked for it (RFC 7636, S256 only).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::digest::Digest;

/// Says whether the verifier is what the challenge is the digest of. The comparison need not be
/// constant in time: both sides are digests, and the challenge is no secret.
pub(crate) fn proves(verifier: &str, challenge: &str) -> bool {
    is_verifier(verifier)
        && URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).as_bytes()) == challenge
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_accepted_and_nothing_near_it() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

        assert!(proves(verifier, challenge));
        assert!(!proves(challenge, challenge));
        assert!(!proves("", challenge));
        assert!(!proves(&verifier[1..], challenge));
        assert!(!proves(verifier, &challenge.to_lowercase()));
    }
}
