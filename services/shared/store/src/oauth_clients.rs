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
///
/// More may wait than requests of theirs can be open at once: then there is always one that waits
/// for nobody, and a newcomer is not at once the only one that can go.
#[derive(Clone, Copy, Debug)]
pub struct UnusedClients {
    /// Most of them at once.
    pub most: i64,
    /// Then they are forgotten.
    pub kept_hours: i32,
    /// Those that never even asked for anything are forgotten sooner.
    pub never_asked_kept_minutes: i32,
}

impl SystemTx {
    /// Registers a client, and returns when. Nobody is refused because there are many: where there
    /// is no room, the oldest clients go that nobody has consented to and that wait for nobody.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_client(
        &self,
        client: &NewClient,
        unused: UnusedClients,
    ) -> Result<Timestamp, StoreError> {
        self.make_room(unused.most).await?;
        let row = self
            .row(
                "INSERT INTO oauth_client (id, name, redirect_uris, created_at)
                 VALUES ($1, $2, $3, clock_timestamp()) RETURNING created_at",
                [
                    client.id.as_uuid().into(),
                    client.name.as_str().into(),
                    client.redirect_uris.clone().into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(row.try_get("", "created_at")?)
    }

    /// Rows that another transaction holds are passed over: they are being used, or are going.
    /// Those that wait are collected once (`NOT IN` over them is a hash): asking for each client
    /// took seconds in a full house.
    async fn make_room(&self, most: i64) -> Result<u64, StoreError> {
        self.execute(
            "WITH waiting AS MATERIALIZED (
                 SELECT client_id FROM oauth_authorization
                 WHERE consumed_at IS NULL AND expires_at > now()),
             gone AS MATERIALIZED (
                 SELECT c.id FROM oauth_client c
                 WHERE c.last_used_at IS NULL AND c.id NOT IN (SELECT client_id FROM waiting)
                 ORDER BY c.created_at
                 LIMIT greatest(0, 1 - $1
                     + (SELECT count(*) FROM oauth_client WHERE last_used_at IS NULL))
                 FOR UPDATE OF c SKIP LOCKED)
             DELETE FROM oauth_client WHERE id = ANY (ARRAY(SELECT id FROM gone))",
            [most.into()],
        )
        .await
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
            "WITH gone AS MATERIALIZED (
                 SELECT c.id FROM oauth_client c
                 WHERE c.last_used_at IS NULL
                   AND (c.created_at < now() - make_interval(hours => $1)
                     OR c.created_at < now() - make_interval(mins => $2)
                        AND NOT EXISTS (SELECT 1 FROM oauth_authorization a WHERE a.client_id = c.id))
                 FOR UPDATE OF c SKIP LOCKED)
             DELETE FROM oauth_client c USING gone WHERE c.id = gone.id",
            [
                unused.kept_hours.into(),
                unused.never_asked_kept_minutes.into(),
            ],
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
