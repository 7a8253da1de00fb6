//! Codes, access tokens and refresh tokens. Only digests are kept, each kind in a table of its
//! own, so that one kind is never found where another is looked for.
//!
//! Presented values are found across tenants by their digest; what is done with them happens in
//! a transaction of their tenant.

use countersign_access::{ActionName, Actor, Membership, SystemReason, TenantScope};
use countersign_domain::{
    digest::Digest,
    id::{ClientId, GrantId},
    risk::RiskClass,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    Store, StoreError, SystemTx, TenantTx,
    oauth_authorizations::{read_scopes, scope_texts},
    roles::roles_that,
    row::At,
};

/// A code that somebody presented; whether it is still good is decided when it is consumed.
#[derive(Clone, Debug)]
pub struct PresentedCode {
    /// What it hangs on.
    pub grant: PresentedGrant,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The S256 challenge.
    pub code_challenge: String,
}

/// A refresh token that somebody presented; whether it is still good is decided when it is
/// consumed.
#[derive(Clone, Debug)]
pub struct PresentedRefresh {
    /// What it hangs on.
    pub grant: PresentedGrant,
    /// What it covered when it was issued.
    pub scopes: Vec<RiskClass>,
}

/// The grant behind something presented.
#[derive(Clone, Debug)]
pub struct PresentedGrant {
    /// Opens the tenant's transaction. Covers no scope: nothing can be called with it.
    pub scope: TenantScope,
    /// The grant.
    pub id: GrantId,
    /// The only client that may present it.
    pub client: ClientId,
    /// The endpoint's URL.
    pub resource: String,
}

/// A pair of tokens, known by their digests only.
#[derive(Clone, Debug)]
pub struct NewTokens {
    /// What they hang on.
    pub grant: GrantId,
    /// Digest of the access token.
    pub access: Digest,
    /// What the access token covers.
    pub access_scopes: Vec<RiskClass>,
    /// How long the access token is good for.
    pub access_seconds: i32,
    /// Digest of the refresh token.
    pub refresh: Digest,
    /// What the refresh token covers.
    pub refresh_scopes: Vec<RiskClass>,
    /// How long the refresh token is good for, and with it the grant.
    pub refresh_seconds: i32,
}

/// How an attempt to use something once ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumption {
    /// It is used now; this transaction issues what follows.
    Consumed,
    /// It was used before.
    Again,
    /// It was never used, and it is too late.
    Expired,
}

impl Store {
    /// Finds out for whom an access token speaks at one endpoint, by database time: it is not
    /// expired or revoked, was issued for this very URL, and its grant, client, member and
    /// endpoint are still there. Anything else is the same nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn agent(
        &self,
        token: Digest,
        resource: &str,
    ) -> Result<Option<TenantScope>, StoreError> {
        let connecting = roles_that(ActionName::ConnectAgent);
        let tx = self.begin_system(SystemReason::ResolveCredential).await?;
        let row = tx
            .row(
                &format!(
                    "SELECT {GRANT_COLUMNS}, a.scopes FROM oauth_access_token a
                     JOIN oauth_grant g ON g.tenant_id = a.tenant_id AND g.id = a.grant_id {GRANT_JOINS}
                     JOIN endpoint e ON e.tenant_id = g.tenant_id AND e.id = g.endpoint_id
                     WHERE a.digest = $1 AND g.resource = $2
                       AND a.revoked_at IS NULL AND a.expires_at > clock_timestamp()
                       AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()
                       AND c.disabled_at IS NULL AND m.removed_at IS NULL AND e.removed_at IS NULL
                       AND m.role IN ({connecting})"
                ),
                [token.as_bytes().to_vec().into(), resource.into()],
            )
            .await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let scopes: Vec<String> = row.try_get("", "scopes")?;
        let id: Uuid = row.try_get("", "grant_id")?;
        let at = At {
            table: "oauth_access_token",
            row: id,
        };
        agent_scope(&row, read_scopes(&at, &scopes)?).map(Some)
    }
}

impl SystemTx {
    /// Finds a presented code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn presented_code(&self, code: Digest) -> Result<Option<PresentedCode>, StoreError> {
        let sql = format!(
            "SELECT {GRANT_COLUMNS}, k.redirect_uri, k.code_challenge FROM oauth_code k
             JOIN oauth_grant g ON g.tenant_id = k.tenant_id AND g.id = k.grant_id {GRANT_JOINS}
             WHERE k.digest = $1"
        );
        let row = self.row(&sql, [code.as_bytes().to_vec().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PresentedCode {
            grant: presented_grant(&row)?,
            redirect_uri: row.try_get("", "redirect_uri")?,
            code_challenge: row.try_get("", "code_challenge")?,
        }))
    }

    /// Finds a presented refresh token.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn presented_refresh(
        &self,
        token: Digest,
    ) -> Result<Option<PresentedRefresh>, StoreError> {
        let sql = format!(
            "SELECT {GRANT_COLUMNS}, r.scopes FROM oauth_refresh_token r
             JOIN oauth_grant g ON g.tenant_id = r.tenant_id AND g.id = r.grant_id {GRANT_JOINS}
             WHERE r.digest = $1"
        );
        let row = self.row(&sql, [token.as_bytes().to_vec().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let grant = presented_grant(&row)?;
        let at = At {
            table: "oauth_refresh_token",
            row: grant.id,
        };
        let scopes: Vec<String> = row.try_get("", "scopes")?;
        Ok(Some(PresentedRefresh {
            scopes: read_scopes(&at, &scopes)?,
            grant,
        }))
    }

    /// Finds the grant of an access token that is given back.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn presented_access(
        &self,
        token: Digest,
    ) -> Result<Option<PresentedGrant>, StoreError> {
        let sql = format!(
            "SELECT {GRANT_COLUMNS} FROM oauth_access_token a
             JOIN oauth_grant g ON g.tenant_id = a.tenant_id AND g.id = a.grant_id {GRANT_JOINS}
             WHERE a.digest = $1"
        );
        let row = self.row(&sql, [token.as_bytes().to_vec().into()]).await?;
        row.as_ref().map(presented_grant).transpose()
    }
}

impl TenantTx {
    /// Uses a code, once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn consume_code(&self, code: Digest) -> Result<Consumption, StoreError> {
        self.consume("oauth_code", code).await
    }

    /// Uses a refresh token, once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn consume_refresh(&self, token: Digest) -> Result<Consumption, StoreError> {
        self.consume("oauth_refresh_token", token).await
    }

    /// Issues a pair of tokens and lets the grant live as long as the longer of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_tokens(&self, new: &NewTokens) -> Result<(), StoreError> {
        self.execute(
            "WITH access AS (
                 INSERT INTO oauth_access_token (tenant_id, digest, grant_id, scopes, created_at, expires_at)
                 VALUES ($1, $3, $2, $4, clock_timestamp(), clock_timestamp() + make_interval(secs => $5))),
             refresh AS (
                 INSERT INTO oauth_refresh_token (tenant_id, digest, grant_id, scopes, created_at, expires_at)
                 VALUES ($1, $6, $2, $7, clock_timestamp(), clock_timestamp() + make_interval(secs => $8)))
             UPDATE oauth_grant SET expires_at = clock_timestamp() + make_interval(secs => $8)
             WHERE tenant_id = $1 AND id = $2",
            [
                self.tenant().as_uuid().into(),
                new.grant.as_uuid().into(),
                new.access.as_bytes().to_vec().into(),
                scope_texts(&new.access_scopes).into(),
                f64::from(new.access_seconds).into(),
                new.refresh.as_bytes().to_vec().into(),
                scope_texts(&new.refresh_scopes).into(),
                f64::from(new.refresh_seconds).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// The one conditional UPDATE behind every single use. `table` is one of ours, never input.
    async fn consume(
        &self,
        table: &'static str,
        digest: Digest,
    ) -> Result<Consumption, StoreError> {
        let key = || {
            [
                self.tenant().as_uuid().into(),
                digest.as_bytes().to_vec().into(),
            ]
        };
        let consumed = self
            .execute(
                &format!(
                    "UPDATE {table} SET consumed_at = clock_timestamp()
                     WHERE tenant_id = $1 AND digest = $2
                       AND consumed_at IS NULL AND expires_at > clock_timestamp()"
                ),
                key(),
            )
            .await?;
        if consumed == 1 {
            return Ok(Consumption::Consumed);
        }
        let used = self
            .row(
                &format!(
                    "SELECT 1 FROM {table}
                     WHERE tenant_id = $1 AND digest = $2 AND consumed_at IS NOT NULL"
                ),
                key(),
            )
            .await?;
        Ok(match used {
            Some(_) => Consumption::Again,
            None => Consumption::Expired,
        })
    }
}

const GRANT_COLUMNS: &str =
    "g.tenant_id, g.id AS grant_id, g.client_id, g.endpoint_id, g.member_id,
    g.resource, c.name AS client_name, m.person_id, p.email";

const GRANT_JOINS: &str = "JOIN oauth_client c ON c.id = g.client_id
    JOIN member m ON m.tenant_id = g.tenant_id AND m.id = g.member_id
    JOIN person p ON p.id = m.person_id";

fn presented_grant(row: &QueryResult) -> Result<PresentedGrant, StoreError> {
    Ok(PresentedGrant {
        scope: agent_scope(row, Vec::new())?,
        id: row.try_get::<Uuid>("", "grant_id")?.into(),
        client: row.try_get::<Uuid>("", "client_id")?.into(),
        resource: row.try_get("", "resource")?,
    })
}

fn agent_scope(row: &QueryResult, scopes: Vec<RiskClass>) -> Result<TenantScope, StoreError> {
    let id = |column| row.try_get::<Uuid>("", column);
    Ok(TenantScope::authenticated(Membership {
        tenant: id("tenant_id")?.into(),
        actor: Actor::Agent {
            client: id("client_id")?.into(),
            label: row.try_get("", "client_name")?,
            grant: id("grant_id")?.into(),
            endpoint: id("endpoint_id")?.into(),
            member: id("member_id")?.into(),
            person: id("person_id")?.into(),
            person_label: row.try_get("", "email")?,
            scopes,
        },
    }))
}
