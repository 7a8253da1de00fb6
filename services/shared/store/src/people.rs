//! People: who they are before any tenant is known, and how they prove it.

use countersign_domain::{id::PersonId, name::Email, secret::Secret};

use crate::{StoreError, SystemTx};

/// The constraint that refuses a second person with the same address.
pub const EMAIL_TAKEN: &str = "person_email_unique";

/// Somebody new.
pub struct NewPerson {
    /// Their id.
    pub id: PersonId,
    /// Their address.
    pub email: Email,
    /// The hash of their password, with its parameters.
    pub password_hash: Secret,
}

/// What a password is checked against.
pub struct PasswordOf {
    /// Whose it is.
    pub person: PersonId,
    /// The hash, with its parameters.
    pub hash: Secret,
}

impl SystemTx {
    /// Writes down a new person.
    ///
    /// # Errors
    /// A conflict with [`EMAIL_TAKEN`] when the address is somebody's.
    pub async fn insert_person(&self, new: &NewPerson) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO person (id, email, password_hash, created_at)
             VALUES ($1, $2, $3, clock_timestamp())",
            [
                new.id.as_uuid().into(),
                new.email.as_str().into(),
                new.password_hash.expose().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Finds what somebody's password is checked against.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn password_of(&self, email: &Email) -> Result<Option<PasswordOf>, StoreError> {
        let row = self
            .row(
                "SELECT id, password_hash FROM person WHERE email = $1",
                [email.as_str().into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let id: uuid::Uuid = row.try_get("", "id")?;
        Ok(Some(PasswordOf {
            person: id.into(),
            hash: Secret::new(row.try_get("", "password_hash")?),
        }))
    }
}
