//! Authorization requests that wait for sign-in and consent. Each is answered once.

use countersign_access::{Actor, Membership, SystemReason, TenantScope};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{AuthorizationId, ClientId, EndpointId, PersonId, TenantId},
    name::Slug,
    risk::RiskClass,
    role::Role,
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::{Store, StoreError, SystemTx, TenantTx, entity::oauth_authorization, row::At};

/// An endpoint that agents may ask for by its URL.
#[derive(Clone, Copy, Debug)]
pub struct KnownEndpoint {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub endpoint: EndpointId,
}

/// A checked authorization request.
#[derive(Clone, Debug)]
pub struct NewAuthorization {
    /// Its id.
    pub id: AuthorizationId,
    /// The endpoint the token will be for.
    pub endpoint: KnownEndpoint,
    /// Who asks.
    pub client: ClientId,
    /// Where the answer goes; one of the client's own.
    pub redirect_uri: String,
    /// What is asked for; empty for whatever the endpoint has.
    pub scopes: Vec<RiskClass>,
    /// The client's own note, given back as it is.
    pub state: Option<String>,
    /// The S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// The endpoint's URL.
    pub resource: String,
    /// Digest of the cookie of the browser that began it.
    pub browser: Digest,
    /// How long it waits.
    pub lifetime_seconds: i32,
}

/// How many authorization requests may wait for their humans. Nobody is refused because there are
/// many: the oldest goes.
#[derive(Clone, Copy, Debug)]
pub struct OpenAuthorizations {
    /// Most of one client.
    pub per_client: i64,
    /// Most of all.
    pub most: i64,
}

/// An authorization request that waits, or that was just answered.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Its id.
    pub id: AuthorizationId,
    /// The endpoint the token will be for.
    pub endpoint: EndpointId,
    /// Who asks.
    pub client: ClientId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What is asked for; after [`TenantTx::show_authorization`], what a grant would hold.
    pub scopes: Vec<RiskClass>,
    /// A human has seen it.
    pub shown: bool,
    /// The client's own note.
    pub state: Option<String>,
    /// The S256 challenge.
    pub code_challenge: String,
    /// The endpoint's URL.
    pub resource: String,
    /// After this it cannot be answered.
    pub expires_at: Timestamp,
}

/// An endpoint as the consent page names it.
#[derive(Clone, Debug)]
pub struct ConsentPlace {
    /// The tenant's name.
    pub tenant_name: String,
    /// The tenant in URLs.
    pub tenant_slug: String,
    /// The endpoint's name.
    pub endpoint_name: String,
    /// The endpoint in URLs.
    pub endpoint_slug: String,
    /// The environment's name.
    pub environment_name: String,
}

impl Store {
    /// Finds out whether this person may look at this authorization request: they are a member of
    /// its tenant, it waits, and it was begun in this browser. Unknown, foreign, answered and
    /// expired are the same nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn consenting(
        &self,
        person: PersonId,
        browser: Digest,
        authorization: AuthorizationId,
    ) -> Result<Option<TenantScope>, StoreError> {
        let tx = self.begin_system(SystemReason::ResolveCredential).await?;
        let row = tx
            .row(
                "SELECT a.tenant_id, m.id AS member_id, m.role, p.email
                 FROM oauth_authorization a
                 JOIN member m ON m.tenant_id = a.tenant_id AND m.person_id = $2 AND m.removed_at IS NULL
                 JOIN person p ON p.id = m.person_id
                 WHERE a.id = $1 AND a.browser = $3
                   AND a.consumed_at IS NULL AND a.expires_at > clock_timestamp()",
                [
                    authorization.as_uuid().into(),
                    person.as_uuid().into(),
                    browser.as_bytes().to_vec().into(),
                ],
            )
            .await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let member: Uuid = row.try_get("", "member_id")?;
        let at = At {
            table: "member",
            row: member,
        };
        let role: String = row.try_get("", "role")?;
        Ok(Some(TenantScope::authenticated(Membership {
            tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
            actor: Actor::Member {
                member: member.into(),
                person,
                label: row.try_get("", "email")?,
                role: at.need("role", Role::parse(&role))?,
            },
        })))
    }
}

impl SystemTx {
    /// Finds the endpoint a URL names.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn known_endpoint(
        &self,
        tenant: &Slug,
        endpoint: &Slug,
    ) -> Result<Option<KnownEndpoint>, StoreError> {
        let row = self
            .row(
                "SELECT e.tenant_id, e.id FROM endpoint e JOIN tenant t ON t.id = e.tenant_id
                 WHERE t.slug = $1 AND e.slug = $2 AND e.removed_at IS NULL",
                [tenant.as_str().into(), endpoint.as_str().into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(KnownEndpoint {
            tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
            endpoint: row.try_get::<Uuid>("", "id")?.into(),
        }))
    }

    /// Keeps an authorization request until somebody answers it, or until it is the oldest of too
    /// many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_authorization(
        &self,
        new: &NewAuthorization,
        open: OpenAuthorizations,
    ) -> Result<(), StoreError> {
        self.keep_newest(Some(new.client), open.per_client - 1)
            .await?;
        self.keep_newest(None, open.most - 1).await?;
        self.execute(
            "INSERT INTO oauth_authorization (tenant_id, id, endpoint_id, client_id, redirect_uri,
                 scopes, client_state, code_challenge, resource, browser, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp(),
                 clock_timestamp() + make_interval(secs => $11))",
            [
                new.endpoint.tenant.as_uuid().into(),
                new.id.as_uuid().into(),
                new.endpoint.endpoint.as_uuid().into(),
                new.client.as_uuid().into(),
                new.redirect_uri.clone().into(),
                scope_texts(&new.scopes).into(),
                new.state.clone().into(),
                new.code_challenge.clone().into(),
                new.resource.clone().into(),
                new.browser.as_bytes().to_vec().into(),
                f64::from(new.lifetime_seconds).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Drops the open requests, of one client or of all, but for the newest. One that is being
    /// answered at this moment is passed over.
    async fn keep_newest(&self, client: Option<ClientId>, keep: i64) -> Result<u64, StoreError> {
        self.execute(
            "WITH surplus AS MATERIALIZED (
                 SELECT tenant_id, id FROM oauth_authorization
                 WHERE ($1::uuid IS NULL OR client_id = $1)
                   AND consumed_at IS NULL AND expires_at > now()
                 ORDER BY expires_at DESC OFFSET greatest(0, $2)),
             gone AS MATERIALIZED (
                 SELECT a.tenant_id, a.id FROM oauth_authorization a
                 JOIN surplus s ON s.tenant_id = a.tenant_id AND s.id = a.id
                 FOR UPDATE OF a SKIP LOCKED)
             DELETE FROM oauth_authorization a USING gone
             WHERE a.tenant_id = gone.tenant_id AND a.id = gone.id",
            [client.map(ClientId::as_uuid).into(), keep.into()],
        )
        .await
    }
}

impl TenantTx {
    /// Reads an authorization request.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn authorization(
        &self,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, StoreError> {
        let key = (self.tenant().as_uuid(), id.as_uuid());
        oauth_authorization::Entity::find_by_id(key)
            .one(self.db())
            .await?
            .map(Authorization::try_from)
            .transpose()
    }

    /// Writes down what a human is about to see; the first showing decides, later ones change
    /// nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn show_authorization(
        &self,
        id: AuthorizationId,
        scopes: &[RiskClass],
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE oauth_authorization SET scopes = $3, shown_at = clock_timestamp()
             WHERE tenant_id = $1 AND id = $2 AND shown_at IS NULL AND consumed_at IS NULL",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                scope_texts(scopes).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Takes an authorization request, once, in the browser that began it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is answered, expired, unseen or another browser's.
    pub async fn consume_authorization(
        &self,
        id: AuthorizationId,
        browser: Digest,
    ) -> Result<Authorization, StoreError> {
        let taken = self
            .execute(
                "UPDATE oauth_authorization SET consumed_at = clock_timestamp()
                 WHERE tenant_id = $1 AND id = $2 AND browser = $3 AND shown_at IS NOT NULL
                   AND consumed_at IS NULL AND expires_at > clock_timestamp()",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    browser.as_bytes().to_vec().into(),
                ],
            )
            .await?;
        if taken != 1 {
            return Err(StoreError::NotFound);
        }
        self.authorization(id).await?.ok_or(StoreError::NotFound)
    }

    /// Names the place that consent is asked for; nothing if the endpoint is gone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn consent_place(
        &self,
        endpoint: EndpointId,
    ) -> Result<Option<ConsentPlace>, StoreError> {
        let row = self
            .row(
                "SELECT t.name AS tenant_name, t.slug AS tenant_slug, e.name AS endpoint_name,
                        e.slug AS endpoint_slug, v.name AS environment_name
                 FROM endpoint e JOIN tenant t ON t.id = e.tenant_id
                 JOIN environment v ON v.tenant_id = e.tenant_id AND v.id = e.environment_id
                 WHERE e.tenant_id = $1 AND e.id = $2 AND e.removed_at IS NULL",
                [self.tenant().as_uuid().into(), endpoint.as_uuid().into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ConsentPlace {
            tenant_name: row.try_get("", "tenant_name")?,
            tenant_slug: row.try_get("", "tenant_slug")?,
            endpoint_name: row.try_get("", "endpoint_name")?,
            endpoint_slug: row.try_get("", "endpoint_slug")?,
            environment_name: row.try_get("", "environment_name")?,
        }))
    }
}

/// Scopes as they stand in `text[]` columns.
pub(crate) fn scope_texts(scopes: &[RiskClass]) -> Vec<String> {
    scopes
        .iter()
        .map(|class| class.scope().to_owned())
        .collect()
}

/// Reads a `text[]` column of scopes.
pub(crate) fn read_scopes<R: std::fmt::Display>(
    at: &At<R>,
    texts: &[String],
) -> Result<Vec<RiskClass>, StoreError> {
    texts
        .iter()
        .map(|text| at.need("scopes", RiskClass::of_scope(text)))
        .collect()
}

impl TryFrom<oauth_authorization::Model> for Authorization {
    type Error = StoreError;
    fn try_from(row: oauth_authorization::Model) -> Result<Self, StoreError> {
        let at = At {
            table: "oauth_authorization",
            row: row.id,
        };
        Ok(Self {
            id: row.id.into(),
            endpoint: row.endpoint_id.into(),
            client: row.client_id.into(),
            redirect_uri: row.redirect_uri,
            scopes: read_scopes(&at, &row.scopes)?,
            shown: row.shown_at.is_some(),
            state: row.client_state,
            code_challenge: row.code_challenge,
            resource: row.resource,
            expires_at: row.expires_at,
        })
    }
}
