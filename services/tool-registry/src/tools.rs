//! Shows tools with what was decided about them.

use std::collections::HashMap;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    drift::{Change, ReviewReason},
    id::{EnvironmentId, SourceId, ToolId, ToolVersionId},
    operation::{ImportedOperation, Judged, OperationBrief},
    overrides::{Override, OverrideKind, SaidRisk},
    risk::RiskClass,
    tool::{DecidedRisk, Enablement, Tool, ToolState, lowered_from},
};
use countersign_store::{
    StoreError, TenantTx,
    overrides::OverridesOf,
    tools::{DecidedTool, ToolsOf},
};
use serde_json::Value;

use crate::{LookedAt, ReadError, Registry, Seen, ToolDecisionError, rule};

/// A tool in an environment, with its whole definition or, where there are many, with the brief.
#[derive(Clone, Debug)]
pub struct ToolView<O = ImportedOperation> {
    /// The tool with its present definition.
    pub tool: Tool<O>,
    /// What it is in this environment.
    pub state: ToolState,
    /// The latest decision, if there is one.
    pub decided: Option<Enablement>,
    /// What people say about it instead of its document, of each kind the latest: it holds, or an
    /// import ended it.
    pub overrides: Vec<Override>,
    /// Why a person has to look again, the weightiest reason, where it needs review.
    pub waits: Option<ReviewReason>,
    /// What imports changed of what was last turned on here: the weightiest reason for which it waits
    /// or, where it is off by now, whether what lets one in or where it lives is different.
    pub changed: Option<ReviewReason>,
    /// What it was when somebody decided about it, where that was more than it is now and nobody has
    /// turned it on here as what it is now.
    pub lowered_from: Option<SaidRisk>,
}

/// A tool in an environment, as it is known where there are many.
pub type ToolBrief = ToolView<OperationBrief>;

impl<O: Judged> ToolView<O> {
    /// Puts tools together with what people say about them, with why they wait and with what they were
    /// when they were decided about.
    pub(crate) fn all(
        tools: Vec<DecidedTool<O>>,
        overrides: Vec<Override>,
        reasons: &HashMap<ToolId, ReviewReason>,
        risks: &HashMap<ToolId, Vec<DecidedRisk>>,
    ) -> Vec<Self> {
        let mut of: HashMap<ToolId, Vec<Override>> = HashMap::new();
        for one in overrides {
            of.entry(one.tool).or_default().push(one);
        }
        let tools = tools.into_iter();
        tools
            .map(|DecidedTool { tool, decided }| {
                let state = ToolState::of(&tool, decided.as_ref());
                let changed = reasons.get(&tool.id).copied();
                let now = SaidRisk::of(tool.operation.risk());
                let decided_risks = risks.get(&tool.id);
                Self {
                    state,
                    overrides: of.remove(&tool.id).unwrap_or_default(),
                    // Of what no import put back to review, a person has lowered the risk.
                    waits: (state == ToolState::NeedsReview)
                        .then(|| changed.unwrap_or(ReviewReason::Risk)),
                    changed,
                    lowered_from: decided_risks.and_then(|all| lowered_from(all, now)),
                    tool,
                    decided,
                }
            })
            .collect()
    }

    /// What a person says about one part of it, if that holds.
    #[must_use]
    pub fn said(&self, kind: OverrideKind) -> Option<&Override> {
        let mut standing = self.overrides.iter().filter(|one| one.stands());
        standing.find(|one| one.said.kind() == kind)
    }

    /// It, as it is looked at here.
    #[must_use]
    pub fn looked_at(&self) -> LookedAt {
        LookedAt {
            tool: self.tool.id,
            version: self.tool.version,
            seen: Seen::from(self.decided.as_ref()),
        }
    }

    /// What whoever turns it on must be allowed.
    #[must_use]
    pub fn needs(&self) -> ActionName {
        rule::needed(&self.tool, &self.overrides, self.lowered_from)
    }

    /// Whether this caller must leave turning it on to somebody else, having made its risk less.
    #[must_use]
    pub fn is_left_to_others(&self, scope: &TenantScope) -> bool {
        rule::may_judge(scope, &self.overrides).is_err()
    }

    /// Why it is turned on by itself and not among others, if so: its text has to be read, a person
    /// has, or had until an import, said something about its risk, its risk was more when somebody
    /// decided about it, or an import changed what lets one in or where it lives.
    #[must_use]
    pub fn stands_alone(&self) -> Option<ToolDecisionError> {
        let mut kinds = self.overrides.iter().map(|one| one.said.kind());
        if self.tool.operation.must_be_read() {
            Some(ToolDecisionError::TextUnread)
        } else if kinds.any(|kind| kind == OverrideKind::Risk) {
            Some(ToolDecisionError::RiskOverridden)
        } else if self.lowered_from.is_some() {
            Some(ToolDecisionError::RiskLowered)
        } else if self.changed.is_some_and(ReviewReason::is_of_access) {
            Some(ToolDecisionError::AccessChanged)
        } else {
            None
        }
    }

    /// Says whether it is turned on with all other READ tools of its API: nobody has decided about
    /// it, it is not high-risk, it can be called, and nobody has to look at it by itself.
    #[must_use]
    pub fn is_plain_read(&self) -> bool {
        let operation = &self.tool.operation;
        self.decided.is_none()
            && operation.unsupported().is_none()
            && operation.risk().class == RiskClass::Read
            && !operation.risk().high_risk
            && self.stands_alone().is_none()
    }
}

impl From<ToolView> for ToolBrief {
    fn from(whole: ToolView) -> Self {
        let tool = whole.tool;
        Self {
            tool: Tool {
                id: tool.id,
                source: tool.source,
                name: tool.name,
                version: tool.version,
                revision: tool.revision,
                fingerprint: tool.fingerprint,
                operation: tool.operation.into(),
            },
            state: whole.state,
            decided: whole.decided,
            overrides: whole.overrides,
            waits: whole.waits,
            changed: whole.changed,
            lowered_from: whole.lowered_from,
        }
    }
}

impl Registry {
    /// Lists the present tools of a source by name, as they are in an environment, with the brief
    /// of each definition. No list has whole ones: they are shown one by one.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such source or environment.
    pub async fn tool_briefs(
        &self,
        scope: &TenantScope,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Result<Vec<ToolBrief>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        tx.source(source).await?;
        tx.environment(environment).await?;
        Ok(briefs(&tx, source, environment).await?)
    }

    /// Reads the schemas of the arguments of many definitions at once, for who asks for what their
    /// briefs lack. One that this tenant does not have is left out.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn input_schemas(
        &self,
        scope: &TenantScope,
        versions: &[ToolVersionId],
    ) -> Result<HashMap<ToolVersionId, Value>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.input_schemas(versions).await?)
    }

    /// Lists what imports changed in each of these tools since it was turned on in an environment,
    /// where it waits for that.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn changes_to_review(
        &self,
        scope: &TenantScope,
        tools: &[ToolId],
        environment: EnvironmentId,
    ) -> Result<HashMap<ToolId, Vec<Change>>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.changes_to_review(tools, environment).await?)
    }

    /// Shows one tool, as it is in an environment.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such tool or environment.
    pub async fn tool(
        &self,
        scope: &TenantScope,
        tool: ToolId,
        environment: EnvironmentId,
    ) -> Result<ToolView, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        tx.environment(environment).await?;
        let found = tx.tools(ToolsOf::One(tool), environment).await?;
        let overrides = tx.overrides(OverridesOf::Tool(tool)).await?;
        let reasons = tx.review_reasons(ToolsOf::One(tool), environment).await?;
        let risks = tx.decided_risks(ToolsOf::One(tool), environment).await?;
        let found = ToolView::all(found, overrides, &reasons, &risks).pop();
        Ok(found.ok_or(StoreError::NotFound)?)
    }
}

/// The present tools of a source by name, with what people say about them.
pub(crate) async fn briefs(
    tx: &TenantTx,
    source: SourceId,
    environment: EnvironmentId,
) -> Result<Vec<ToolBrief>, StoreError> {
    let of = (ToolsOf::Source(source), OverridesOf::Source(source));
    all_briefs(tx, of, environment).await
}

/// The present tools of a source or an endpoint by name; those of which something cannot be read are
/// left out.
pub(crate) async fn all_briefs(
    tx: &TenantTx,
    (of, overrides): (ToolsOf, OverridesOf),
    environment: EnvironmentId,
) -> Result<Vec<ToolBrief>, StoreError> {
    let mut tools = tx.tool_briefs(of, environment).await?;
    let (overrides, unreadable) = tx.readable_overrides(overrides).await?;
    tools.retain(|decided| !unreadable.contains(&decided.tool.id));
    let reasons = tx.review_reasons(of, environment).await?;
    let risks = tx.decided_risks(of, environment).await?;
    Ok(ToolView::all(tools, overrides, &reasons, &risks))
}
