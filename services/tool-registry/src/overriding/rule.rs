//! What may be said, and by whom.

use countersign_access::{LowerToolRisk, OverrideTool, TenantScope};
use countersign_domain::{
    confusable::skeleton,
    id::ToolId,
    name::ToolName,
    overrides::{Said, lowers},
    persuasion::instructs,
    text::has_markup,
    tool::Tool,
};
use countersign_store::{
    StoreError, TenantTx,
    overrides::{NameNearby, OverridableTool},
    overriding::OverridePermit,
};

use super::OverrideError;

/// Asks for the permission that a change needs: lowering a risk needs another than the rest.
pub(super) fn permit(
    scope: &TenantScope,
    before: &Tool,
    after: &Tool,
) -> Result<OverridePermit, OverrideError> {
    if !lowers(&before.operation.risk, &after.operation.risk) {
        return Ok(OverridePermit::Ordinary(scope.allow(OverrideTool)?));
    }
    let permit = scope.allow(LowerToolRisk);
    Ok(OverridePermit::Lowering(
        permit.map_err(OverrideError::MayNotLower)?,
    ))
}

/// What an import called the tool.
pub(super) fn imported_name(found: &OverridableTool) -> Result<ToolName, OverrideError> {
    let mut said = found.standing.iter().map(|one| &one.instead_of);
    let named = said.find_map(|said| match said {
        Said::Name { name } => Some(name.clone()),
        Said::Risk(_) | Said::Words { .. } => None,
    });
    named.map_or_else(
        || {
            let name = found.tool.name.parse();
            name.map_err(|_| OverrideError::Store(StoreError::NotFound))
        },
        Ok,
    )
}

/// Says whether a person may say this: no name that looks like another, no words for a model.
pub(super) async fn may_be_said(
    tx: &TenantTx,
    tool: ToolId,
    said: &Said,
) -> Result<(), OverrideError> {
    match said {
        Said::Words { title, description } if instructs(title) || instructs(description) => {
            Err(OverrideError::TextInstructs)
        }
        Said::Words { title, description } if has_markup(title) || has_markup(description) => {
            Err(OverrideError::TextMarkup)
        }
        Said::Risk(_) | Said::Words { .. } => Ok(()),
        Said::Name { name } => {
            let looks = skeleton(name.as_str());
            let nearby = tx.names_nearby(tool).await?;
            let mut nearby = nearby.into_iter();
            let like = nearby.find(|one| skeleton(&one.name) == looks);
            like.map_or(Ok(()), |like| Err(taken(name.as_str(), like)))
        }
    }
}

/// Says whether a tool may have the name again that an import gave it. It was kept back from other
/// tools of the API, and an endpoint may have one of another API beside it by now that looks like
/// it.
pub(super) async fn is_free_again(tx: &TenantTx, after: &Tool) -> Result<(), OverrideError> {
    let mut nearby = tx.names_nearby(after.id).await?.into_iter();
    let looks = skeleton(&after.name);
    let like = nearby.find(|one| skeleton(&one.name) == looks);
    like.map_or(Ok(()), |like| Err(taken(&after.name, like)))
}

fn taken(name: &str, nearby: NameNearby) -> OverrideError {
    OverrideError::NameTaken {
        name: name.to_owned(),
        like: nearby.name,
        source_name: nearby.source,
    }
}
