//! The service that pages and the API talk to.

use std::sync::Arc;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    World,
    id::{EndpointId, ToolId},
};
use countersign_queue::Wakeups;
use countersign_store::{Store, environments::Environment, whereabouts::Whereabouts};

use crate::{ReadError, weight::Remembered};

/// Sources, tools, decisions and endpoints of a tenant. A use case each has a file of its own.
#[derive(Clone)]
pub struct Registry {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) remembered: Remembered,
    wakeups: Arc<dyn Wakeups>,
}

impl Registry {
    /// Makes the service.
    #[must_use]
    pub fn new(store: Store, world: World, wakeups: Arc<dyn Wakeups>) -> Self {
        Self {
            store,
            world,
            remembered: Remembered::default(),
            wakeups,
        }
    }

    /// Lists the tenant's environments, oldest first.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn environments(&self, scope: &TenantScope) -> Result<Vec<Environment>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.environments().await?)
    }

    /// Says where a call was made, also where that is gone by now.
    ///
    /// # Errors
    /// When the caller may not read, or there was no such endpoint.
    pub async fn whereabouts(
        &self,
        scope: &TenantScope,
        endpoint: EndpointId,
        tool: Option<ToolId>,
    ) -> Result<Whereabouts, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.whereabouts(endpoint, tool).await?)
    }

    /// Tells every gateway that what agents see has changed. After the commit; the event in the
    /// outbox says it again.
    pub(crate) async fn tell(&self, scope: &TenantScope) {
        self.wakeups.catalogue_changed(scope.tenant()).await;
    }
}
