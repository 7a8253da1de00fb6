//! Grants: what a member consented to for one client at one endpoint. Every token hangs on one,
//! and dies with it.

use countersign_access::{ActionName, ConnectAgent, Permit, RevokeAgent};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{ClientId, EndpointId, GrantId, MemberId},
    risk::RiskClass,
    role::Role,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    oauth_authorizations::{read_scopes, scope_texts},
    roles::roles_that,
    row::At,
};

/// A consent, with the code that will be exchanged for its first tokens.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// The one endpoint it is for.
    pub endpoint: EndpointId,
    /// The client it is given to.
    pub client: ClientId,
    /// The member who gives it.
    pub member: MemberId,
    /// What it covers.
    pub scopes: Vec<RiskClass>,
    /// The endpoint's URL.
    pub resource: String,
    /// The code.
    pub code: NewCode,
}

/// A code, known by its digest only.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// Its digest.
    pub digest: Digest,
    /// Where it is sent.
    pub redirect_uri: String,
    /// Whoever redeems it must know what this is the digest of.
    pub code_challenge: String,
    /// How long it is good for.
    pub lifetime_seconds: i32,
}

/// A grant, for people to look at.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The client.
    pub client: ClientId,
    /// The client's own name for itself.
    pub client_name: String,
    /// Where the code of this consent was sent.
    pub redirect_uri: String,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The endpoint's name.
    pub endpoint_name: String,
    /// The endpoint in URLs.
    pub endpoint_slug: String,
    /// The member it acts for.
    pub member: MemberId,
    /// What to show for that member.
    pub member_label: String,
    /// What it covers.
    pub scopes: Vec<RiskClass>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When the last token ends, if no other follows.
    pub expires_at: Timestamp,
    /// When the agent last fetched a token.
    pub last_token_at: Option<Timestamp>,
    /// It can be called with now, on the terms of [`Store::agent`](crate::Store::agent): the client is
    /// enabled, and the member may still connect agents.
    pub can_call: bool,
}

/// By what right a grant is revoked.
#[derive(Debug)]
pub enum Revocation {
    /// It is the member's own.
    Own(MemberId),
    /// Anybody's, with permission.
    Any(Permit<RevokeAgent>),
    /// The agent gave it back.
    ReturnedByClient,
    /// A code was redeemed twice.
    CodeReused,
    /// A refresh token was used twice.
    RefreshReused,
}

impl Revocation {
    const fn reason(&self) -> &'static str {
        match self {
            Self::Own(_) => "revoked_by_holder",
            Self::Any(_) => "revoked",
            Self::ReturnedByClient => "returned_by_client",
            Self::CodeReused => "code_reused",
            Self::RefreshReused => "refresh_reused",
        }
    }

    const fn only_of(&self) -> Option<MemberId> {
        match self {
            Self::Own(member) => Some(*member),
            Self::Any(_) | Self::ReturnedByClient | Self::CodeReused | Self::RefreshReused => None,
        }
    }
}

/// What still stands of a grant: its member is there, its client and endpoint too.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What the member is now.
    pub role: Role,
    /// What the grant covers now.
    pub scopes: Vec<RiskClass>,
}

impl TenantTx {
    /// Writes down a consent and its code, and that the client is in use.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the client has been disabled.
    pub async fn insert_grant(
        &self,
        permit: Permit<ConnectAgent>,
        new: &NewGrant,
    ) -> Result<(), StoreError> {
        if permit.spend() != self.tenant() || !self.use_client(new.client).await? {
            return Err(StoreError::NotFound);
        }
        // Until the code is redeemed the grant lives no longer than the code.
        self.execute(
            "INSERT INTO oauth_grant (tenant_id, id, endpoint_id, client_id, member_id, scopes, resource,
                 created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(),
                 clock_timestamp() + make_interval(secs => $8))",
            [
                self.tenant().as_uuid().into(),
                new.id.as_uuid().into(),
                new.endpoint.as_uuid().into(),
                new.client.as_uuid().into(),
                new.member.as_uuid().into(),
                scope_texts(&new.scopes).into(),
                new.resource.clone().into(),
                f64::from(new.code.lifetime_seconds).into(),
            ],
        )
        .await?;
        self.execute(
            "INSERT INTO oauth_code (tenant_id, digest, grant_id, redirect_uri, code_challenge,
                 created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, clock_timestamp(),
                 clock_timestamp() + make_interval(secs => $6))",
            [
                self.tenant().as_uuid().into(),
                new.code.digest.as_bytes().to_vec().into(),
                new.id.as_uuid().into(),
                new.code.redirect_uri.clone().into(),
                new.code.code_challenge.clone().into(),
                f64::from(new.code.lifetime_seconds).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Lists the grants that are in force, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn grants(&self) -> Result<Vec<Grant>, StoreError> {
        let rows = self
            .rows(
                &format!("{} ORDER BY g.created_at DESC, g.id", select_grant()),
                [self.tenant().as_uuid().into()],
            )
            .await?;
        self.readable(&rows, read_grant)
    }

    /// Reads one grant that is in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        let row = self
            .row(
                &format!("{} AND g.id = $2", select_grant()),
                [self.tenant().as_uuid().into(), id.as_uuid().into()],
            )
            .await?;
        row.as_ref().map(read_grant).transpose()
    }

    /// Revokes a grant with all its tokens. Says whether it was in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_grant(&self, id: GrantId, by: Revocation) -> Result<bool, StoreError> {
        let revoked = self
            .execute(
                "UPDATE oauth_grant SET revoked_at = clock_timestamp(), revoke_reason = $3
                 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL
                   AND ($4::uuid IS NULL OR member_id = $4)",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    by.reason().into(),
                    by.only_of().map(MemberId::as_uuid).into(),
                ],
            )
            .await?;
        if revoked == 1 {
            self.execute(
                "UPDATE oauth_access_token SET revoked_at = clock_timestamp()
                 WHERE tenant_id = $1 AND grant_id = $2 AND revoked_at IS NULL",
                [self.tenant().as_uuid().into(), id.as_uuid().into()],
            )
            .await?;
        }
        Ok(revoked == 1)
    }

    /// Reads what still stands of a grant and keeps it so until this transaction ends: whoever
    /// revokes it meanwhile also revokes what is issued here.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn standing(&self, id: GrantId) -> Result<Option<Standing>, StoreError> {
        let row = self
            .row(
                "SELECT m.role, g.scopes FROM oauth_grant g
                 JOIN member m ON m.tenant_id = g.tenant_id AND m.id = g.member_id
                 JOIN endpoint e ON e.tenant_id = g.tenant_id AND e.id = g.endpoint_id
                 JOIN oauth_client c ON c.id = g.client_id
                 WHERE g.tenant_id = $1 AND g.id = $2
                   AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()
                   AND m.removed_at IS NULL AND e.removed_at IS NULL AND c.disabled_at IS NULL
                 FOR NO KEY UPDATE OF g",
                [self.tenant().as_uuid().into(), id.as_uuid().into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let at = At {
            table: "oauth_grant",
            row: id,
        };
        let role: String = row.try_get("", "role")?;
        let scopes: Vec<String> = row.try_get("", "scopes")?;
        Ok(Some(Standing {
            role: at.need("role", Role::parse(&role))?,
            scopes: read_scopes(&at, &scopes)?,
        }))
    }
}

fn select_grant() -> String {
    let connecting = roles_that(ActionName::ConnectAgent);
    format!(
        "SELECT g.id, g.client_id, c.name AS client_name, g.endpoint_id,
        coalesce(k.redirect_uri, '') AS redirect_uri,
        e.name AS endpoint_name, e.slug AS endpoint_slug, g.member_id, p.email, g.scopes,
        g.created_at, g.expires_at,
        c.disabled_at IS NULL AND m.removed_at IS NULL AND e.removed_at IS NULL
            AND m.role IN ({connecting}) AS can_call,
        (SELECT max(a.created_at) FROM oauth_access_token a
         WHERE a.tenant_id = g.tenant_id AND a.grant_id = g.id) AS last_token_at
    FROM oauth_grant g
    JOIN oauth_client c ON c.id = g.client_id
    JOIN endpoint e ON e.tenant_id = g.tenant_id AND e.id = g.endpoint_id
    JOIN member m ON m.tenant_id = g.tenant_id AND m.id = g.member_id
    JOIN person p ON p.id = m.person_id
    LEFT JOIN (SELECT DISTINCT ON (grant_id) grant_id, redirect_uri FROM oauth_code
        WHERE tenant_id = $1 ORDER BY grant_id, created_at) k ON k.grant_id = g.id
    WHERE g.tenant_id = $1 AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()"
    )
}

fn read_grant(row: &QueryResult) -> Result<Grant, StoreError> {
    let id: GrantId = row.try_get::<Uuid>("", "id")?.into();
    let at = At {
        table: "oauth_grant",
        row: id,
    };
    let scopes: Vec<String> = row.try_get("", "scopes")?;
    Ok(Grant {
        id,
        client: row.try_get::<Uuid>("", "client_id")?.into(),
        client_name: row.try_get("", "client_name")?,
        redirect_uri: row.try_get("", "redirect_uri")?,
        endpoint: row.try_get::<Uuid>("", "endpoint_id")?.into(),
        endpoint_name: row.try_get("", "endpoint_name")?,
        endpoint_slug: row.try_get("", "endpoint_slug")?,
        member: row.try_get::<Uuid>("", "member_id")?.into(),
        member_label: row.try_get("", "email")?,
        scopes: read_scopes(&at, &scopes)?,
        created_at: row.try_get("", "created_at")?,
        expires_at: row.try_get("", "expires_at")?,
        last_token_at: row.try_get("", "last_token_at")?,
        can_call: row.try_get("", "can_call")?,
    })
}
