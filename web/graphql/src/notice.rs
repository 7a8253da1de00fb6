//! What members are told about imports until they have looked.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use countersign_spec_import as spec_import;

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{id, known, to_graphql},
    scalar::Moment,
};

/// An import that changed something since the viewer last looked.
#[derive(SimpleObject)]
pub(crate) struct ImportNotice {
    /// The import.
    revision: ID,
    /// The API's name in URLs.
    source: String,
    /// A schedule began it.
    scheduled: bool,
    /// Who gave the document, or set the schedule.
    by: String,
    /// When it was ready.
    at: Moment,
    /// Tools that are back in review.
    review: u64,
    /// Tools that are gone.
    removed: u64,
    /// Tools that are new, and off.
    added: u64,
    /// Tools that changed in ways that need nobody.
    informed: u64,
    /// Differences that stop some of those who call as before.
    breaking: u64,
    /// Differences of medium or high severity for who may do what.
    security: u64,
}

/// Changes to notices.
#[derive(Default)]
pub(crate) struct NoticeMutations;

#[Object]
impl NoticeMutations {
    /// Notes that the viewer has looked at what imports changed, up to this one.
    #[graphql(complexity = "CALL")]
    async fn looked_at_imports(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        until: ID,
    ) -> Result<bool> {
        let caller = enter(ctx, &tenant).await?;
        let imports = &ctx.services().imports;
        let looked = imports
            .looked_at_imports(&caller.scope, known(&until)?)
            .await;
        looked.map(|()| true).map_err(to_graphql)
    }
}

impl From<spec_import::ImportNotice> for ImportNotice {
    fn from(notice: spec_import::ImportNotice) -> Self {
        Self {
            revision: id(notice.revision),
            source: notice.source_slug,
            scheduled: notice.scheduled,
            by: notice.by,
            at: notice.at.into(),
            review: notice.review,
            removed: notice.removed,
            added: notice.added,
            informed: notice.informed,
            breaking: notice.breaking,
            security: notice.security,
        }
    }
}
