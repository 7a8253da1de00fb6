//! OAuth clients: registered by agents before anybody has signed in, hence no tenant's.

use countersign_domain::{Timestamp, id::ClientId, name::Title};
use sea_orm::EntityTrait;

use crate::{StoreError, SystemTx, TenantTx, entity::oauth_client};

/// A client that asks to be registered.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its id.
    pub id: ClientId,
    /// Its own name for itself: a claim, not a fact.
    pub name: Title,
    /// Where it may be sent back to.
    pub redirect_uris: Vec<String>,
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// Its own name for itself: a claim, not a fact.
    pub name: String,
    /// Where it may be sent back to.
    pub redirect_uris: Vec<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// It may no longer do anything.
    pub disabled: bool,
}

/// How many clients that nobody has consented to may wait, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct UnusedClients {
    /// Most of them at once.
    pub most: i64,
    /// Then they are forgotten.
    pub kept_hours: i32,
}

impl SystemTx {
    /// Registers a client, unless too many wait for their first consent. Returns when, or nothing
    /// if there is no room.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_client(
        &self,
        client: &NewClient,
        unused: UnusedClients,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = self
            .row(
                "INSERT INTO oauth_client (id, name, redirect_uris, created_at)
                 SELECT $1, $2, $3, clock_timestamp()
                 WHERE (SELECT count(*) FROM oauth_client WHERE last_used_at IS NULL) < $4
                 RETURNING created_at",
                [
                    client.id.as_uuid().into(),
                    client.name.as_str().into(),
                    client.redirect_uris.clone().into(),
                    unused.most.into(),
                ],
            )
            .await?;
        Ok(row.map(|row| row.try_get("", "created_at")).transpose()?)
    }

    /// Finds a client.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let found = oauth_client::Entity::find_by_id(id.as_uuid())
            .one(self.db())
            .await?;
        Ok(found.map(Client::from))
    }

    /// Forgets clients that nobody consented to in time, with what they had asked for, and
    /// authorization requests that ended long ago. Returns how many clients are gone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_unused_clients(&self, unused: UnusedClients) -> Result<u64, StoreError> {
        self.execute(
            "DELETE FROM oauth_authorization WHERE expires_at < clock_timestamp() - interval '1 day'",
            [],
        )
        .await?;
        self.execute(
            "DELETE FROM oauth_client WHERE last_used_at IS NULL
             AND created_at < clock_timestamp() - make_interval(hours => $1)",
            [unused.kept_hours.into()],
        )
        .await
    }
}

impl TenantTx {
    /// Finds a client, to show who asks.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let found = oauth_client::Entity::find_by_id(id.as_uuid())
            .one(self.db())
            .await?;
        Ok(found.map(Client::from))
    }

    /// Marks a client as used: it is no longer forgotten by itself. Says whether it may be used.
    pub(crate) async fn use_client(&self, id: ClientId) -> Result<bool, StoreError> {
        let used = self
            .execute(
                "UPDATE oauth_client SET last_used_at = clock_timestamp()
                 WHERE id = $1 AND disabled_at IS NULL",
                [id.as_uuid().into()],
            )
            .await?;
        Ok(used == 1)
    }
}

impl From<oauth_client::Model> for Client {
    fn from(row: oauth_client::Model) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            redirect_uris: row.redirect_uris,
            created_at: row.created_at,
            disabled: row.disabled_at.is_some(),
        }
    }
}
