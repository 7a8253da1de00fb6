//! What people say about tools instead of their documents.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use countersign_domain::{name::ToolName, overrides as domain, overrides::SaidRisk};
use countersign_tool_registry::{SetOverride, WithdrawOverride};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    scalar::Moment,
    tenant::RiskClass,
};

/// Which part of a tool an override is about.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::OverrideKind")]
enum OverrideKind {
    /// How dangerous it is held to be.
    Risk,
    /// What agents call it.
    Name,
    /// Its title and its description.
    Words,
}

/// Why an override does not hold any more.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::EndedWhy")]
enum OverrideEnd {
    /// Somebody said something else.
    Replaced,
    /// Somebody took it back.
    Withdrawn,
    /// An import changed the text that it was about.
    TextChanged,
    /// An import changed the operation that it was about.
    OperationChanged,
    /// An import weighs the risk otherwise than the one it was about.
    RiskChanged,
    /// An import no longer has the tool.
    Removed,
}

/// What is said about one part of a tool; the fields of the part have a value.
#[derive(Default, SimpleObject)]
pub(crate) struct ToolSaid {
    /// The kind of effect.
    class: Option<RiskClass>,
    /// Each call needs a countersignature.
    high_risk: Option<bool>,
    /// What agents call it.
    name: Option<String>,
    /// One line about it.
    title: Option<String>,
    /// What agents are told about it.
    description: Option<String>,
}

/// What a person says about a tool instead of its document.
#[derive(SimpleObject)]
pub(crate) struct ToolOverride {
    /// Names it.
    id: ID,
    /// Which part it is about.
    kind: OverrideKind,
    /// What the person says.
    said: ToolSaid,
    /// What the document says.
    imported: ToolSaid,
    /// Why, in the person's words.
    reason: String,
    /// Who.
    by: String,
    /// When.
    at: Moment,
    /// Since when it does not hold any more.
    ended_at: Option<Moment>,
    /// Why it does not hold any more.
    ended_why: Option<OverrideEnd>,
}

impl From<domain::Said> for ToolSaid {
    fn from(said: domain::Said) -> Self {
        let nothing = Self::default();
        match said {
            domain::Said::Risk(said) => Self {
                class: Some(said.class.into()),
                high_risk: Some(said.high_risk),
                ..nothing
            },
            domain::Said::Name { name } => Self {
                name: Some(name.into()),
                ..nothing
            },
            domain::Said::Words { title, description } => Self {
                title: Some(title),
                description: Some(description),
                ..nothing
            },
        }
    }
}

impl From<domain::Override> for ToolOverride {
    fn from(given: domain::Override) -> Self {
        Self {
            id: id(given.id),
            kind: given.said.kind().into(),
            said: given.said.into(),
            imported: given.instead_of.into(),
            reason: given.reason,
            by: given.by_label,
            at: given.at.into(),
            ended_at: given.ended.map(|(at, _)| at.into()),
            ended_why: given.ended.map(|(_, why)| why.into()),
        }
    }
}

/// The wish that a tool be held more or less dangerous than its document makes it.
#[derive(InputObject)]
struct OverrideToolRiskInput {
    /// The tool.
    tool: ID,
    /// The definition that was looked at; another is refused.
    version: ID,
    /// The kind of effect.
    class: RiskClass,
    /// Each call needs a countersignature; always so for all but READ and WRITE.
    high_risk: bool,
    /// Why.
    reason: String,
}

/// The wish that agents call a tool by another name.
#[derive(InputObject)]
struct RenameToolInput {
    /// The tool.
    tool: ID,
    /// The definition that was looked at; another is refused.
    version: ID,
    /// The name.
    name: String,
    /// Why.
    reason: String,
}

/// The wish that people and agents read something else about a tool.
#[derive(InputObject)]
struct DescribeToolInput {
    /// The tool.
    tool: ID,
    /// The definition that was looked at; another is refused.
    version: ID,
    /// One line.
    title: String,
    /// All of it.
    description: String,
    /// Why.
    reason: String,
}

/// The wish to take back what was said.
#[derive(InputObject)]
struct WithdrawOverrideInput {
    /// The tool.
    tool: ID,
    /// The definition that was looked at; another is refused.
    version: ID,
    /// Which part.
    kind: OverrideKind,
    /// Why.
    reason: String,
}

/// Overrides of tools. Each gives the tool's definition from now on.
#[derive(Default)]
pub(crate) struct OverrideMutations;

#[Object]
impl OverrideMutations {
    /// Says how dangerous a tool is. Lowering it takes an owner or an admin. Wherever the tool was
    /// on, agents do not see it until it is turned on again.
    #[graphql(complexity = "CALL")]
    async fn override_tool_risk(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: OverrideToolRiskInput,
    ) -> Result<ID> {
        let said = domain::Said::Risk(SaidRisk::new(input.class.into(), input.high_risk));
        let place = (&input.tool, &input.version, input.reason.as_str());
        say(ctx, &tenant, place, said).await
    }

    /// Gives a tool another name; agents know only that one from then on.
    #[graphql(complexity = "CALL")]
    async fn rename_tool(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: RenameToolInput,
    ) -> Result<ID> {
        let name: ToolName = given("name", &input.name)?;
        let place = (&input.tool, &input.version, input.reason.as_str());
        say(ctx, &tenant, place, domain::Said::Name { name }).await
    }

    /// Gives a tool another title and another description.
    #[graphql(complexity = "CALL")]
    async fn describe_tool(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: DescribeToolInput,
    ) -> Result<ID> {
        let title = given("title", &input.title)?;
        let description = given("description", &input.description)?;
        let place = (&input.tool, &input.version, input.reason.as_str());
        let said = domain::Said::words(title, description);
        say(ctx, &tenant, place, said).await
    }

    /// Takes back what was said about one part of a tool. Where that lowers its risk it takes an
    /// owner or an admin.
    #[graphql(complexity = "CALL")]
    async fn withdraw_override(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: WithdrawOverrideInput,
    ) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let withdraw = WithdrawOverride {
            tool: known(&input.tool)?,
            version: known(&input.version)?,
            kind: input.kind.into(),
            reason: given("reason", &input.reason)?,
        };
        let registry = &ctx.services().registry;
        let withdrawn = registry.withdraw_override(&caller.scope, withdraw).await;
        withdrawn.map(id).map_err(to_graphql)
    }
}

async fn say(
    ctx: &Context<'_>,
    tenant: &str,
    (tool, version, reason): (&ID, &ID, &str),
    said: domain::Said,
) -> Result<ID> {
    let caller = enter(ctx, tenant).await?;
    let set = SetOverride {
        tool: known(tool)?,
        version: known(version)?,
        said,
        reason: given("reason", reason)?,
    };
    let registry = &ctx.services().registry;
    let written = registry.set_override(&caller.scope, set).await;
    written.map(id).map_err(to_graphql)
}
