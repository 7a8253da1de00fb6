//! Passwords: which are taken, and how they are kept.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{self, Output, ParamsString, PasswordHash, Salt, SaltString},
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
    rooms: Arc<Mutex<Vec<Room>>>,
    /// The hash of nothing anybody knows: compared with when there is no account, so that this
    /// takes as long.
    nobody: Arc<str>,
}

/// What one hash works in. The next one works in it, too: fresh rooms would stay with the allocator,
/// one for each thread that ever hashed.
type Room = Vec<Block>;

/// All turns were taken for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

impl Passwords {
    pub(crate) fn new(world: &World) -> Self {
        let unguessable = Secret::new(crate::token::new(world).expose().to_owned());
        let mut room = Room::new();
        let nobody = hash(&mut room, &unguessable, &world.bytes());
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            rooms: Arc::new(Mutex::new(vec![room])),
            nobody: nobody.expose().into(),
        }
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, world: &World, password: Secret) -> Result<Secret, Busy> {
        let salt = world.bytes();
        self.in_turn(move |room| hash(room, &password, &salt)).await
    }

    /// Compares a password with a hash, or with nobody's.
    pub(crate) async fn verify(
        &self,
        password: Secret,
        hash: Option<Secret>,
    ) -> Result<bool, Busy> {
        let nobody = Arc::clone(&self.nobody);
        self.in_turn(move |room| {
            let right = verify(
                room,
                &password,
                hash.as_ref().map_or(&nobody, Secret::expose),
            );
            right && hash.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Room) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn: OwnedSemaphorePermit = tokio::time::timeout(PATIENCE, turn)
            .await
            .map_err(|_| Busy)?
            .map_err(|_| Busy)?;
        let rooms = Arc::clone(&self.rooms);
        let done = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, also when the one who asked has gone.
            let _turn = turn;
            let free = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
            let mut room = free().pop().unwrap_or_default();
            let done = work(&mut room);
            free().push(room);
            done
        });
        done.await.map_err(|_| Busy)
    }
}

/// OWASP's first choice: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(room: &mut Room, password: &Secret, salt: &[u8; Salt::RECOMMENDED_LENGTH]) -> Secret {
    let salt = SaltString::encode_b64(salt).expect("16 bytes are a salt");
    let argon2 = argon2();
    let output = output(room, &argon2, password, salt.as_salt());
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).expect("three numbers fit"),
        salt: Some(salt.as_salt()),
        hash: Some(output.expect("the password's length was checked")),
    };
    Secret::new(hash.to_string())
}

/// By the parameters that stand in the hash.
fn verify(room: &mut Room, password: &Secret, hash: &str) -> bool {
    let mut matches = || {
        let known = PasswordHash::new(hash).ok()?;
        let algorithm = known.algorithm.try_into().ok()?;
        let params = Params::try_from(&known).ok()?;
        let argon2 = Argon2::new(algorithm, Version::V0x13, params);
        let again = output(room, &argon2, password, known.salt?).ok()?;
        // In constant time.
        Some(again == known.hash?)
    };
    matches().unwrap_or(false)
}

fn output(
    room: &mut Room,
    argon2: &Argon2<'_>,
    password: &Secret,
    salt: Salt<'_>,
) -> password_hash::Result<Output> {
    let params = argon2.params();
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes)?;
    room.resize(params.block_count(), Block::default());
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    Output::init_with(length, |out| {
        let password = password.expose().as_bytes();
        Ok(argon2.hash_password_into_with_memory(password, salt, out, room)?)
    })
}

#[cfg(test)]
mod tests {
    use countersign_testkit::world;

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

    #[tokio::test(flavor = "multi_thread")]
    async fn however_many_hash_at_once_the_memory_of_a_few_stays() {
        let world = world();
        let passwords = Passwords::new(&world);
        let before = resident_bytes();
        let hashes = (0..200).map(|_| {
            let (passwords, world) = (passwords.clone(), world.clone());
            let password = Secret::new("correct horse battery".to_owned());
            tokio::spawn(async move { passwords.hash(&world, password).await })
        });
        let done = futures_util::future::join_all(hashes).await;
        let all = done.iter().filter(|one| matches!(one, Ok(Ok(_))));
        let (count, grown) = (all.count(), resident_bytes().saturating_sub(before));
        println!("{count} hashes, {} MiB more", grown >> 20);
        assert!(count > AT_ONCE * 2, "{count}");
        assert!(grown < 150 << 20, "{grown}");
    }

    fn resident_bytes() -> usize {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        let resident = pages.split_whitespace().nth(1).unwrap();
        resident.parse::<usize>().unwrap() * 4096
    }

    #[test]
    fn a_hash_tells_its_parameters_and_only_its_own_password_fits() {
        let password = Secret::new("correct horse battery".to_owned());
        let mut room = Room::new();
        let hash = hash(&mut room, &password, &[7; 16]);
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&mut room, &password, hash.expose()));
        let other = Secret::new("correct horse batterz".to_owned());
        assert!(!verify(&mut room, &other, hash.expose()));
    }
}
