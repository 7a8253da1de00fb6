//! What secrets are called.

use std::fmt;

use countersign_domain::id::CredentialId;

/// The name of a secret within its tenant. It is made of a word of ours and an id, never of text
/// from outside, so no name can lead to another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretName {
    /// What lets a connection in at its upstream.
    Credential(CredentialId),
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(id) => write!(f, "credential/{}", id.as_uuid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_and_an_id() {
        let id = CredentialId::from(
            "01890a5d-ac96-774b-bcce-b302099a8057"
                .parse::<uuid::Uuid>()
                .unwrap(),
        );
        assert_eq!(
            SecretName::Credential(id).to_string(),
            "credential/01890a5d-ac96-774b-bcce-b302099a8057"
        );
    }
}
