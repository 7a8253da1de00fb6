//! Gives an API or an endpoint another name for people. Addresses and tool names stay.

use countersign_access::{ImportSource, ManageEndpoint, TenantScope};
use countersign_domain::{
    event::Event,
    id::SourceId,
    name::{Slug, Title},
    record::{Act, Record},
};

use crate::{EndpointError, Registry, SourceError};

/// The wish to call an API something else.
#[derive(Clone, Debug)]
pub struct RenameSource {
    /// The API.
    pub source: SourceId,
    /// Its name from now on.
    pub name: Title,
}

/// The wish to call an endpoint something else.
#[derive(Clone, Debug)]
pub struct RenameEndpoint {
    /// The endpoint.
    pub endpoint: Slug,
    /// Its name from now on.
    pub name: Title,
}

impl Registry {
    /// Renames an API. Whoever may import one may also say what it is called.
    ///
    /// # Errors
    /// When the caller may not, or there is no such API.
    pub async fn rename_source(
        &self,
        scope: &TenantScope,
        cmd: RenameSource,
    ) -> Result<(), SourceError> {
        let permit = scope.allow(ImportSource)?;
        let tx = self.store.begin(scope).await?;
        tx.lock_source(cmd.source).await?;
        let source = tx.source(cmd.source).await?;
        if source.name == cmd.name.as_str() {
            return Ok(());
        }
        tx.rename_source(permit, source.id, cmd.name.as_str())
            .await?;
        let record = Record::new(&self.world, scope.tenant(), Act::SourceRenamed, scope.who())
            .of_source(&source.slug, source.id)
            .with("name_before", source.name)
            .with("name", cmd.name.as_str());
        tx.append_record(&record).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Renames an endpoint. Agents are told its name, so they ask for their lists anew.
    ///
    /// # Errors
    /// When the caller may not, or there is no such endpoint.
    pub async fn rename_endpoint(
        &self,
        scope: &TenantScope,
        cmd: RenameEndpoint,
    ) -> Result<(), EndpointError> {
        let permit = scope.allow(ManageEndpoint)?;
        let tx = self.store.begin(scope).await?;
        let id = tx.endpoint_by_slug(&cmd.endpoint).await?.id;
        tx.lock_endpoint(id).await?;
        let endpoint = tx.endpoint_by_slug(&cmd.endpoint).await?;
        if endpoint.name == cmd.name.as_str() {
            return Ok(());
        }
        tx.rename_endpoint(permit, id, cmd.name.as_str()).await?;
        let record = Record::new(
            &self.world,
            scope.tenant(),
            Act::EndpointRenamed,
            scope.who(),
        )
        .with("endpoint", endpoint.slug.as_str())
        .with("name_before", endpoint.name)
        .with("name", cmd.name.as_str());
        tx.append_record(&record).await?;
        tx.publish(&Event::EndpointChanged { endpoint: id }).await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(())
    }
}
