//! Taking an endpoint out of use. Its row stays, marked: records and old holds point at it, and its
//! URL is given to no other.

use countersign_access::{Permit, RemoveEndpoint};
use countersign_domain::id::EndpointId;
use sea_orm::Value;

use crate::{StoreError, TenantTx, holds::StaleHold};

/// What ended with an endpoint.
#[derive(Clone, Debug)]
pub struct RemovedEndpoint {
    /// Agents that were connected.
    pub agents: u64,
    /// Holds that were open.
    pub stale: Vec<StaleHold>,
}

impl TenantTx {
    /// Removes an endpoint with every grant given for it, and ends its open holds. The caller has
    /// locked it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_endpoint(
        &self,
        permit: Permit<RemoveEndpoint>,
        id: EndpointId,
    ) -> Result<RemovedEndpoint, StoreError> {
        self.used(permit)?;
        let key = || -> [Value; 2] { [self.tenant().as_uuid().into(), id.as_uuid().into()] };
        self.execute(
            "UPDATE endpoint SET removed_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2",
            key(),
        )
        .await?;
        let agents = self
            .execute(
                "UPDATE oauth_grant SET revoked_at = clock_timestamp(), revoke_reason = 'endpoint_removed'
                 WHERE tenant_id = $1 AND endpoint_id = $2 AND revoked_at IS NULL
                   AND expires_at > clock_timestamp()",
                key(),
            )
            .await?;
        self.execute(
            "UPDATE oauth_access_token t SET revoked_at = clock_timestamp() FROM oauth_grant g
             WHERE t.tenant_id = $1 AND g.tenant_id = $1 AND g.id = t.grant_id
               AND g.endpoint_id = $2 AND t.revoked_at IS NULL",
            key(),
        )
        .await?;
        Ok(RemovedEndpoint {
            agents,
            stale: self.make_endpoint_holds_stale(id).await?,
        })
    }
}
