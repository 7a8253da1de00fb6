//! Passwords: which are taken, and how they are kept.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, Salt, SaltString},
};
use countersign_domain::{
    Fault, Kind, World,
    name::{Email, Title},
    secret::Secret,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a password should be; shown to people, not enforced.
pub const RECOMMENDED_LENGTH: usize = 15;

/// In bytes, so that a phrase of any script fits and a hash is never of a whole book.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=1024;

/// One hash takes 19 MiB and a core.
const AT_ONCE: usize = 4;

/// Whoever has waited this long for their turn is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// The commonest ones of eight characters and more, lowercase.
const COMMON: &str = include_str!("password/common.txt");

/// The password is not one we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Too short or too long.
    #[error("use a password of 8 to 1024 characters; 15 or more are recommended")]
    Length,
    /// Everybody tries it first.
    #[error("this password is one of the first that anybody would try; choose another")]
    Common,
    /// It is what the account is called.
    #[error("choose a password that is not your e-mail address or the name of your organisation")]
    Name,
}

impl Fault for PasswordProblem {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Length => "password_length",
            Self::Common => "password_common",
            Self::Name => "password_is_name",
        }
    }
}

/// Says whether we take a password. No rules of composition: length and not being guessable.
pub(crate) fn check(
    password: &Secret,
    email: &Email,
    organisation: Option<&Title>,
) -> Result<(), PasswordProblem> {
    let text = password.expose();
    if !LENGTH.contains(&text.len()) {
        return Err(PasswordProblem::Length);
    }
    let lower = text.trim().to_lowercase();
    if COMMON.lines().any(|common| common == lower) || is_monotonous(&lower) {
        return Err(PasswordProblem::Common);
    }
    let name = email.as_str();
    let local = name.split('@').next().unwrap_or_default();
    let organisation = organisation.is_some_and(|title| title.as_str().to_lowercase() == lower);
    if lower == name || lower == local || organisation {
        return Err(PasswordProblem::Name);
    }
    Ok(())
}

/// One character again and again, or one after the other.
fn is_monotonous(text: &str) -> bool {
    let steps = |step: i64| {
        let codes = || text.chars().map(|c| i64::from(u32::from(c)));
        codes().zip(codes().skip(1)).all(|(a, b)| b - a == step)
    };
    [-1, 0, 1].into_iter().any(steps)
}

/// Hashes and compares, a few at a time and never on a thread that serves requests.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// The hash of nothing anybody knows: compared with when there is no account, so that this
    /// takes as long.
    nobody: Arc<str>,
}

/// All turns were taken for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

impl Passwords {
    pub(crate) fn new(world: &World) -> Self {
        let unguessable = Secret::new(crate::token::new(world).expose().to_owned());
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: hash(&unguessable, &world.bytes()).expose().into(),
        }
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, world: &World, password: Secret) -> Result<Secret, Busy> {
        let salt = world.bytes();
        self.in_turn(move || hash(&password, &salt)).await
    }

    /// Compares a password with a hash, or with nobody's.
    pub(crate) async fn verify(
        &self,
        password: Secret,
        hash: Option<Secret>,
    ) -> Result<bool, Busy> {
        let nobody = Arc::clone(&self.nobody);
        self.in_turn(move || {
            let right = verify(&password, hash.as_ref().map_or(&nobody, Secret::expose));
            right && hash.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn: OwnedSemaphorePermit = tokio::time::timeout(PATIENCE, turn)
            .await
            .map_err(|_| Busy)?
            .map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, also when the one who asked has gone.
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| Busy)
    }
}

/// OWASP's first choice: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &Secret, salt: &[u8; Salt::RECOMMENDED_LENGTH]) -> Secret {
    let salt = SaltString::encode_b64(salt).expect("16 bytes are a salt");
    let hash = argon2()
        .hash_password(password.expose().as_bytes(), &salt)
        .expect("the password's length was checked");
    Secret::new(hash.to_string())
}

/// By the parameters that stand in the hash.
fn verify(password: &Secret, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        let bytes = password.expose().as_bytes();
        argon2().verify_password(bytes, &hash).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(password: &str) -> Option<PasswordProblem> {
        let email: Email = "ada.lovelace@example.com".parse().unwrap();
        let title: Title = "Analytical Engines".parse().unwrap();
        let password = Secret::new(password.to_owned());
        check(&password, &email, Some(&title)).err()
    }

    #[test]
    fn passwords_that_are_tried_first_are_not_taken() {
        use PasswordProblem::{Common, Length, Name};
        for (password, wanted) in [
            ("", Length),
            ("short12", Length),
            (&"x".repeat(1025), Length),
            ("password", Common),
            ("PASSWORD1", Common),
            ("  qwertyuiop ", Common),
            ("aaaaaaaaaaaaaaaa", Common),
            ("abcdefghijkl", Common),
            ("987654321", Common),
            ("Ada.Lovelace", Name),
            ("ADA.LOVELACE@example.com", Name),
            ("analytical engines", Name),
        ] {
            assert_eq!(problem(password), Some(wanted), "{password}");
        }
        for good in ["correct horse battery", "жираф-в-шарфе", "x7Kq-2m!"] {
            assert_eq!(problem(good), None, "{good}");
        }
        let common = COMMON.lines().collect::<Vec<_>>();
        assert!(
            common
                .iter()
                .all(|line| *line == line.trim().to_lowercase())
        );
        println!("{} common passwords", common.len());
    }

    #[test]
    fn a_hash_tells_its_parameters_and_only_its_own_password_fits() {
        let password = Secret::new("correct horse battery".to_owned());
        let hash = hash(&password, &[7; 16]);
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&password, hash.expose()));
        assert!(!verify(
            &Secret::new("correct horse batterz".to_owned()),
            hash.expose()
        ));
    }
}
