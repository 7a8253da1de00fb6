//! Imported APIs.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use countersign_access::TenantScope;
use countersign_tool_registry::{ClassCount, RemoveSource, RenameSource, SourceDetail, SourceView};

use crate::{
    api::{CALL, page_price},
    connection::Connection,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    import::Revision,
    scalar::Moment,
    schedule::Schedule,
    tenant::RiskClass,
    tool::{ToolFilter, ToolPage},
};

/// An imported API, in a list.
#[derive(SimpleObject)]
pub(crate) struct SourceSummary {
    /// Names it.
    id: ID,
    /// Its name in URLs.
    slug: String,
    /// Its name for people.
    name: String,
    /// Its latest import, whatever became of it.
    latest: Option<Revision>,
    /// Its present operations by class.
    classes: Vec<OperationCount>,
}

/// How many operations of a class an API has.
#[derive(SimpleObject)]
pub(crate) struct OperationCount {
    /// The class.
    class: RiskClass,
    /// Its operations.
    operations: u64,
    /// Those that need a countersignature for each call.
    high_risk: u64,
    /// Those that cannot be called faithfully.
    unsupported: u64,
}

/// An imported API.
pub(crate) struct Source {
    scope: TenantScope,
    found: SourceDetail,
}

impl Source {
    pub(crate) const fn new(scope: TenantScope, found: SourceDetail) -> Self {
        Self { scope, found }
    }
}

#[Object]
impl Source {
    /// Names it.
    async fn id(&self) -> ID {
        id(self.found.source.id)
    }

    /// Its name in URLs.
    async fn slug(&self) -> &str {
        self.found.source.slug.as_str()
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.found.source.name
    }

    /// When it was imported first.
    async fn created_at(&self) -> Moment {
        self.found.source.created_at.into()
    }

    /// Its present operations by class.
    async fn classes(&self) -> Vec<OperationCount> {
        counts(&self.found.classes)
    }

    /// Its imports, newest first, at most 50.
    #[graphql(complexity = "5 * child_complexity")]
    async fn revisions(&self) -> Vec<Revision> {
        let revisions = self.found.revisions.iter().cloned();
        revisions.map(Revision::from).collect()
    }

    /// Its present tools by name, as they are in an environment: at most `first` of those after
    /// the tool `after`.
    #[graphql(complexity = "page_price(first, child_complexity)")]
    async fn tools(
        &self,
        ctx: &Context<'_>,
        environment: ID,
        filter: Option<ToolFilter>,
        #[graphql(default = 50)] first: u32,
        after: Option<ID>,
    ) -> Result<ToolPage> {
        let (source, environment) = (self.found.source.id, known(&environment)?);
        let registry = &ctx.services().registry;
        let tools = registry.tool_briefs(&self.scope, source, environment);
        let (tools, filter) = (tools.await.map_err(to_graphql)?, filter.unwrap_or_default());
        ToolPage::cut(&self.scope, tools, &filter, (first, after.as_ref()))
    }

    /// How its address is looked at again by itself, if somebody has set that.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn schedule(&self, ctx: &Context<'_>) -> Result<Option<Schedule>> {
        let imports = &ctx.services().imports;
        let found = imports.looking(&self.scope, self.found.source.id).await;
        Ok(found.map_err(to_graphql)?.schedule.map(Schedule::from))
    }

    /// Where it lives in an environment, once somebody has said so.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn connection(&self, ctx: &Context<'_>, environment: ID) -> Result<Option<Connection>> {
        let (source, environment) = (self.found.source.id, known(&environment)?);
        let connections = &ctx.services().connections;
        let found = connections.view(&self.scope, source, environment).await;
        Ok(found.map_err(to_graphql)?.map(Connection::from))
    }
}

/// Changes to APIs that are there.
#[derive(Default)]
pub(crate) struct SourceMutations;

#[Object]
impl SourceMutations {
    /// Gives an API another name for people; its name in URLs and its tools' names stay. Returns its
    /// id.
    #[graphql(complexity = "CALL")]
    async fn rename_source(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        source: ID,
        name: String,
    ) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let command = RenameSource {
            source: known(&source)?,
            name: given("name", &name)?,
        };
        let registry = &ctx.services().registry;
        let renamed = registry.rename_source(&caller.scope, command).await;
        renamed.map(|()| source).map_err(to_graphql)
    }

    /// Removes an API for good: its tools, its schedule and its stored secrets; its open holds are
    /// stale. What was recorded stays, and its name is free again. Returns its id.
    #[graphql(complexity = "CALL")]
    async fn remove_source(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        source: ID,
        reason: String,
    ) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let command = RemoveSource {
            source: known(&source)?,
            reason: given("reason", &reason)?,
        };
        let registry = &ctx.services().registry;
        let removed = registry.remove_source(&caller.scope, command).await;
        removed.map(|()| source).map_err(to_graphql)
    }
}

impl From<SourceView> for SourceSummary {
    fn from(view: SourceView) -> Self {
        Self {
            id: id(view.source.id),
            slug: view.source.slug.to_string(),
            name: view.source.name,
            latest: view.latest.map(Revision::from),
            classes: counts(&view.classes),
        }
    }
}

fn counts(classes: &[ClassCount]) -> Vec<OperationCount> {
    let count = |count: &ClassCount| OperationCount {
        class: count.class.into(),
        operations: count.operations,
        high_risk: count.high_risk,
        unsupported: count.unsupported,
    };
    classes.iter().map(count).collect()
}
