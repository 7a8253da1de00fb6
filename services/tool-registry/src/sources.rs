//! Shows imported APIs.

use std::collections::HashMap;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    id::{EnvironmentId, SourceId},
    name::Slug,
};
use countersign_store::{
    reports::ReviewProgress,
    revisions::RevisionView,
    sources::{ClassCount, Source},
};

use crate::{ReadError, Registry};

/// Revisions shown with a source.
const REVISIONS: u64 = 50;

/// An imported API, for a list.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// The source.
    pub source: Source,
    /// Its latest import, whatever became of it.
    pub latest: Option<RevisionView>,
    /// Its present operations by class.
    pub classes: Vec<ClassCount>,
}

/// An imported API with its history.
#[derive(Clone, Debug)]
pub struct SourceDetail {
    /// The source.
    pub source: Source,
    /// Its imports, newest first, at most 50.
    pub revisions: Vec<RevisionView>,
    /// Its present operations by class.
    pub classes: Vec<ClassCount>,
}

impl Registry {
    /// Lists the tenant's imported APIs by name.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn sources(&self, scope: &TenantScope) -> Result<Vec<SourceView>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let mut latest: HashMap<SourceId, RevisionView> = tx
            .latest_revisions()
            .await?
            .into_iter()
            .map(|revision| (revision.source, revision))
            .collect();
        let counts = tx.class_counts().await?;
        let views = tx.sources().await?.into_iter().map(|source| SourceView {
            latest: latest.remove(&source.id),
            classes: of(&counts, source.id),
            source,
        });
        Ok(views.collect())
    }

    /// Counts how far the review of each API is in an environment.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such environment.
    pub async fn review_progress(
        &self,
        scope: &TenantScope,
        environment: EnvironmentId,
    ) -> Result<Vec<ReviewProgress>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        tx.environment(environment).await?;
        Ok(tx.review_progress(environment).await?)
    }

    /// Shows one imported API.
    ///
    /// # Errors
    /// When the caller may not read, or this tenant has none of that name.
    pub async fn source(
        &self,
        scope: &TenantScope,
        slug: &Slug,
    ) -> Result<SourceDetail, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let source = tx.source_by_slug(slug).await?;
        Ok(SourceDetail {
            revisions: tx.revisions(source.id, REVISIONS).await?,
            classes: of(&tx.class_counts().await?, source.id),
            source,
        })
    }
}

fn of(counts: &[ClassCount], source: SourceId) -> Vec<ClassCount> {
    let mut classes: Vec<_> = counts
        .iter()
        .filter(|count| count.source == source)
        .copied()
        .collect();
    classes.sort_by_key(|count| count.class);
    classes
}
