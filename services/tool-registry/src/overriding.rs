//! Says something about a tool instead of its document, and takes it back.

mod error;
mod rule;

use countersign_access::{Action as _, Denied, OverrideTool, TenantScope};
use countersign_domain::{
    Timestamp,
    event::Event,
    id::{MemberId, ToolId, ToolVersionId},
    name::{Statement, ToolName},
    operation::Judged,
    overrides::{Override, OverrideKind, Said, against_evidence, lowers, overridden},
    record::{Act, Record},
    tool::Tool,
};
use countersign_store::{
    TenantTx,
    holds::StaleHold,
    overrides::OverridableTool,
    overriding::{NewDefinition, NewOverride},
    sources::Source,
};
use serde_json::json;

use crate::Registry;

pub use error::OverrideError;

/// The wish to say something about a tool instead of its document.
#[derive(Clone, Debug)]
pub struct SetOverride {
    /// The tool.
    pub tool: ToolId,
    /// The definition that was looked at.
    pub version: ToolVersionId,
    /// What is said.
    pub said: Said,
    /// Why.
    pub reason: Statement,
}

/// The wish to take back what was said about one part of a tool.
#[derive(Clone, Debug)]
pub struct WithdrawOverride {
    /// The tool.
    pub tool: ToolId,
    /// The definition that was looked at.
    pub version: ToolVersionId,
    /// Which part.
    pub kind: OverrideKind,
    /// Why.
    pub reason: Statement,
}

/// A change of what holds, and everything that it is about.
struct Change {
    found: OverridableTool,
    imported_name: ToolName,
    kind: OverrideKind,
    /// What holds from now on; `None` takes back.
    given: Option<Override>,
    reason: Statement,
    by: MemberId,
    at: Timestamp,
}

impl Registry {
    /// Says something about a tool instead of its document; saying what the document says takes
    /// back what was said before. Another risk puts the tool back to review wherever it was on.
    /// Decisions live on through another name and other words only where the caller could have
    /// made them. Open holds become stale. Returns the definition from now on.
    ///
    /// # Errors
    /// When the caller may not, the tool has changed since it was looked at, the name looks like
    /// another, or the words tell a model what to do.
    pub async fn set_override(
        &self,
        scope: &TenantScope,
        cmd: SetOverride,
    ) -> Result<ToolVersionId, OverrideError> {
        let tx = self.store.begin(scope).await?;
        let kind = cmd.said.kind();
        let mut change = self
            .change(scope, &tx, (cmd.tool, cmd.version, kind), cmd.reason)
            .await?;
        let imported = change.imported();
        let before = change.standing().map_or(&imported, |one| &one.said);
        if *before == cmd.said {
            return Ok(cmd.version);
        }
        if cmd.said != imported {
            rule::may_be_said(&tx, cmd.tool, &cmd.said).await?;
            change.given = Some(self.given(scope, &change, (cmd.said, imported))?);
        }
        self.write_override(scope, tx, change).await
    }

    /// Takes back what was said about one part of a tool: what its document says holds again, in a
    /// new definition. Decisions go on with it, unless they were about another risk or did not see
    /// words that have to be read. Returns it.
    ///
    /// # Errors
    /// When the caller may not, the tool has changed since it was looked at, nothing was said, or
    /// the name it would have again is another's by now.
    pub async fn withdraw_override(
        &self,
        scope: &TenantScope,
        cmd: WithdrawOverride,
    ) -> Result<ToolVersionId, OverrideError> {
        let tx = self.store.begin(scope).await?;
        let change = self
            .change(scope, &tx, (cmd.tool, cmd.version, cmd.kind), cmd.reason)
            .await?;
        if change.standing().is_none() {
            return Err(OverrideError::NothingSaid);
        }
        self.write_override(scope, tx, change).await
    }

    /// Loads what a change is about. Who may change nothing learns nothing about what is there.
    async fn change(
        &self,
        scope: &TenantScope,
        tx: &TenantTx,
        (tool, version, kind): (ToolId, ToolVersionId, OverrideKind),
        reason: Statement,
    ) -> Result<Change, OverrideError> {
        let denied = Denied {
            action: OverrideTool::NAME,
        };
        let by = scope.member().filter(|_| scope.may(OverrideTool::NAME));
        let by = by.ok_or(denied)?;
        let found = tx.overridable_tool(tool).await?;
        if found.tool.version != version {
            return Err(OverrideError::ToolChanged);
        }
        Ok(Change {
            imported_name: rule::imported_name(&found)?,
            found,
            kind,
            given: None,
            reason,
            by,
            at: self.world.now(),
        })
    }

    fn given(
        &self,
        scope: &TenantScope,
        change: &Change,
        (said, instead_of): (Said, Said),
    ) -> Result<Override, OverrideError> {
        Ok(Override {
            id: self.world.id(),
            tool: change.found.tool.id,
            said,
            instead_of,
            about: Override::about(change.kind, &change.found.imported)?,
            reason: change.reason.to_string(),
            by: change.by,
            by_label: scope.who().person_label,
            at: change.at,
            ended: None,
        })
    }

    /// Writes a change with its records and its event.
    async fn write_override(
        &self,
        scope: &TenantScope,
        tx: TenantTx,
        change: Change,
    ) -> Result<ToolVersionId, OverrideError> {
        let after = change.after(self.world.id());
        if change.kind == OverrideKind::Name && change.given.is_none() {
            rule::is_free_again(&tx, &after).await?;
        }
        let permit = rule::permit(scope, &change.found.tool, &after)?;
        let definition = NewDefinition {
            id: after.version,
            name: &after.name,
            operation: &after.operation,
            carries_decisions: change.kind != OverrideKind::Risk
                && !change.shows_what_must_be_read(&after)
                && scope.may(crate::rule::needed(&after, change.next(), None)),
        };
        let source = tx.source(after.source).await?;
        let written = NewOverride {
            given: change.given.as_ref(),
            kind: change.kind,
            reason: &change.reason,
            by: change.by,
            at: change.at,
        };
        let stale = tx
            .write_override(permit, &change.found, &written, &definition)
            .await?;
        tx.append_each(&self.records(scope, &change, (&source, &after, &stale)))
            .await?;
        let tools = vec![after.id];
        tx.publish(&Event::ToolsDecided { tools }).await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(after.version)
    }

    /// What was said, and each hold that came to an end by it.
    fn records(
        &self,
        scope: &TenantScope,
        change: &Change,
        (source, after, stale): (&Source, &Tool, &[StaleHold]),
    ) -> Vec<Record> {
        let (act, said) = match &change.given {
            Some(given) => (Act::ToolOverridden, given.said.clone()),
            None => (Act::OverrideWithdrawn, change.imported()),
        };
        let (before, now) = (&change.found.tool.operation.risk, &after.operation.risk);
        let first = self
            .tool_record(scope, act, (source, after))
            .with("kind", change.kind.as_str())
            .with("said", json!(said))
            .with("imported", json!(change.imported()))
            .with("name_before", change.found.tool.name.as_str())
            .with("risk_before", json!([before.class, before.level()]))
            .with("risk_after", json!([now.class, now.level()]))
            .with("lowers_risk", lowers(before, now))
            .with(
                "against_evidence",
                against_evidence(&change.found.imported.risk, now),
            )
            .with("reason", change.reason.as_str());
        let ended = stale.iter().map(|(hold, tool)| {
            Record::new(&self.world, scope.tenant(), Act::HoldStale, scope.who())
                .of_hold(*hold, tool.clone())
        });
        std::iter::once(first).chain(ended).collect()
    }
}

impl Change {
    /// What the document says about the part.
    fn imported(&self) -> Said {
        Said::imported(self.kind, &self.found.imported, &self.imported_name)
    }

    /// Whether agents would be shown words again that a person has to read first: who decided
    /// about the tool did so while other words stood in their place.
    fn shows_what_must_be_read(&self, after: &Tool) -> bool {
        let withdrawn = self.kind == OverrideKind::Words && self.given.is_none();
        withdrawn && after.operation.must_be_read()
    }

    /// What holds about the part at present.
    fn standing(&self) -> Option<&Override> {
        let mut standing = self.found.standing.iter();
        standing.find(|one| one.said.kind() == self.kind)
    }

    /// What holds from now on.
    fn next(&self) -> impl Iterator<Item = &Override> {
        let others = self.found.standing.iter();
        let others = others.filter(|one| one.said.kind() != self.kind);
        others.chain(&self.given)
    }

    /// The tool as it is from now on.
    fn after(&self, version: ToolVersionId) -> Tool {
        let named = self.next().find_map(|one| match &one.said {
            Said::Name { name } => Some(name),
            Said::Risk(_) | Said::Words { .. } => None,
        });
        Tool {
            version,
            name: named.unwrap_or(&self.imported_name).to_string(),
            operation: overridden(&self.found.imported, self.next()),
            ..self.found.tool.clone()
        }
    }
}
