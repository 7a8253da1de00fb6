//! What members are told on their first page: imports that changed something until they have
//! looked, and schedules that do not do their work until they do.

use countersign_access::{ActionName, ReadTenant, TenantScope};
use countersign_domain::{id::RevisionId, schedule::TOLD_AFTER};
use countersign_store::{
    import_notices::ImportNotice, source_schedules::Schedule, sources::Source,
};

use crate::{Imports, StartError, imports::importer};

/// Imports that are told at once.
const TOLD: usize = 5;

/// What a member is told.
#[derive(Clone, Debug)]
pub struct Notices {
    /// Imports that changed something since they last looked, newest first.
    pub imports: Vec<ImportNotice>,
    /// There are more.
    pub more: bool,
    /// Schedules that failed several times in a row, or stopped, with their APIs.
    pub schedules: Vec<(Source, Schedule)>,
}

impl Imports {
    /// Lists what the caller is to be told.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn notices(&self, scope: &TenantScope) -> Result<Notices, StartError> {
        scope.check(ActionName::ReadTenant)?;
        let member = importer(scope)?;
        let tx = self.store.begin(scope).await?;
        let mut imports = tx.import_notices(member, TOLD + 1).await?;
        let more = imports.len() > TOLD;
        imports.truncate(TOLD);
        let mut schedules = Vec::new();
        for schedule in tx.schedules().await? {
            if schedule.stopped.is_some() || schedule.failures >= TOLD_AFTER {
                schedules.push((tx.source(schedule.source).await?, schedule));
            }
        }
        Ok(Notices {
            imports,
            more,
            schedules,
        })
    }

    /// Notes that the caller has looked at what imports changed, up to one of them. Others are
    /// still told.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such import.
    pub async fn looked_at_imports(
        &self,
        scope: &TenantScope,
        until: RevisionId,
    ) -> Result<(), StartError> {
        let permit = scope.allow(ReadTenant)?;
        let member = importer(scope)?;
        let tx = self.store.begin(scope).await?;
        tx.mark_imports(permit, member, until).await?;
        tx.commit().await?;
        Ok(())
    }
}
