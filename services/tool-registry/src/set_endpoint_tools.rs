//! Chooses the tools of an endpoint.

use std::collections::{HashMap, HashSet};

use countersign_access::{ManageEndpoint, TenantScope};
use countersign_domain::{
    confusable::skeleton,
    digest::Digest,
    event::Event,
    id::ToolId,
    name::Slug,
    record::{Act, Record},
};
use countersign_store::{TenantTx, endpoints::NamedTool};

use crate::{EndpointError, Registry, endpoints::chosen};

/// The wish to have these tools at an endpoint, and no others.
#[derive(Clone, Debug)]
pub struct SetEndpointTools {
    /// The endpoint.
    pub endpoint: Slug,
    /// The tools that were there when these were chosen, as
    /// [`EndpointDetail::chosen`](crate::EndpointDetail::chosen) says them; where others are by
    /// then, nothing is changed. Absent, whatever is there makes room.
    pub seen: Option<Digest>,
    /// Its tools from now on.
    pub tools: Vec<ToolId>,
}

impl Registry {
    /// Chooses the tools of an endpoint. Being chosen turns nothing on.
    ///
    /// # Errors
    /// When the caller may not, there is no such endpoint, its tools are not those that were seen,
    /// a tool does not exist, or two have one name.
    pub async fn set_endpoint_tools(
        &self,
        scope: &TenantScope,
        cmd: SetEndpointTools,
    ) -> Result<(), EndpointError> {
        let permit = scope.allow(ManageEndpoint)?;
        let tx = self.store.begin(scope).await?;
        let endpoint = tx.endpoint_by_slug(&cmd.endpoint).await?;
        tx.lock_endpoint(endpoint.id).await?;
        let present = tx.chosen_tools(endpoint.id).await?;
        let before: HashSet<ToolId> = present.iter().map(|tool| tool.id).collect();
        if cmd
            .seen
            .is_some_and(|seen| seen != chosen(before.iter().copied()))
        {
            return Err(EndpointError::ToolsChanged);
        }
        let tools = fitting(&tx, &cmd.tools).await?;
        let added = tools.iter().filter(|tool| !before.contains(&tool.id));
        let removed = present.iter().filter(|tool| !cmd.tools.contains(&tool.id));

        tx.set_endpoint_tools(permit, endpoint.id, &cmd.tools)
            .await?;
        let record = Record::new(
            &self.world,
            scope.tenant(),
            Act::EndpointChanged,
            scope.who(),
        )
        .with("endpoint", endpoint.slug.as_str())
        .with("added", named(added.map(|tool| &tool.name)))
        .with("removed", named(removed.map(|tool| &tool.name)))
        .with("tools", named(tools.iter().map(|tool| &tool.name)));
        tx.append_record(&record).await?;
        tx.publish(&Event::EndpointChanged {
            endpoint: endpoint.id,
        })
        .await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(())
    }
}

/// Names, as a row of the audit log has them.
pub(crate) fn named<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    names.cloned().collect()
}

/// The chosen tools, which all exist and of which no two look the same: an agent
/// calls a tool by its name alone.
pub(crate) async fn fitting(
    tx: &TenantTx,
    chosen: &[ToolId],
) -> Result<Vec<NamedTool>, EndpointError> {
    let tools = tx.named_tools(chosen).await?;
    if chosen
        .iter()
        .any(|id| tools.iter().all(|tool| tool.id != *id))
    {
        return Err(EndpointError::ToolUnknown);
    }
    let mut seen: HashMap<String, &NamedTool> = HashMap::new();
    for tool in &tools {
        let Some(first) = seen.insert(skeleton(&tool.name), tool) else {
            continue;
        };
        return Err(if first.name == tool.name {
            EndpointError::ToolNameTaken {
                name: first.name.clone(),
                first: first.source.clone(),
                second: tool.source.clone(),
            }
        } else {
            EndpointError::ToolNamesAlike {
                first: first.name.clone(),
                second: tool.name.clone(),
            }
        });
    }
    Ok(tools)
}
