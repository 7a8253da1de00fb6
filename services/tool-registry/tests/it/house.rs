//! A tenant with a developer, a reviewer and an imported API.

use std::{collections::BTreeMap, sync::Arc};

use countersign_access::{ImportSource, RunJob, TenantScope};
use countersign_domain::{
    digest::Digest,
    id::{RevisionId, SourceId, ToolId},
    name::Title,
    operation::{Diagnostic, ImportedOperation, Method, Security, Severity},
    risk::{Confidence, Risk, RiskClass},
    role::Role,
};
use countersign_queue::InProcess;
use countersign_store::{
    Store,
    revision_changes::Carried,
    revisions::{GivenAs, NewRevision},
    sources::Source,
    tools::{ChangedTool, NewTool, NewToolVersion, ToolChanges},
};
use countersign_testkit::{Database, House, world};
use countersign_tool_registry::{Registry, ToolBrief, ToolView};
use serde_json::json;

pub(crate) struct Home {
    pub(crate) database: Database,
    pub(crate) house: House,
    pub(crate) developer: TenantScope,
    pub(crate) reviewer: TenantScope,
    pub(crate) registry: Registry,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let database = Database::create().await;
        let house = database.house("acme").await;
        Self {
            developer: house.member(&database, Role::Developer).await,
            reviewer: house.member(&database, Role::Reviewer).await,
            registry: registry(&database.store()),
            house,
            database,
        }
    }

    pub(crate) fn store(&self) -> Store {
        self.database.store()
    }

    /// An API with these operations, as an import leaves it.
    pub(crate) async fn source(&self, name: &str, operations: &[ImportedOperation]) -> SourceId {
        let tx = self.store().begin(&self.developer).await.unwrap();
        let by = self.developer.member().unwrap();
        let source = Source {
            id: world().id(),
            slug: name.to_lowercase().parse().unwrap(),
            name: name.to_owned(),
            created_at: world().now(),
            created_by: by,
        };
        tx.insert_source(self.developer.allow(ImportSource).unwrap(), &source)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let revision = self.revision(source.id).await;
        let mut changes = ToolChanges::default();
        for operation in operations {
            let (id, version) = (world().id(), version_of(world().id(), operation));
            changes.new.push(NewTool {
                id,
                method: operation.method,
                path: operation.path.clone(),
                name: operation.name.clone(),
                version: version.id,
            });
            changes.versions.push(NewToolVersion {
                tool: id,
                ..version
            });
        }
        self.change(source.id, revision, changes).await;
        source.id
    }

    /// A later import says something else about one tool.
    pub(crate) async fn redefine(
        &self,
        source: SourceId,
        tool: &ToolView,
        operation: &ImportedOperation,
    ) {
        let revision = self.revision(source).await;
        let version = version_of(tool.tool.id, operation);
        let changes = ToolChanges {
            changed: vec![ChangedTool {
                id: tool.tool.id,
                version: version.id,
                path: operation.path.clone(),
                name: tool.tool.name.clone(),
            }],
            versions: vec![version],
            ..ToolChanges::default()
        };
        self.change(source, revision, changes).await;
    }

    /// An import carries what was decided about one tool over to its present definition.
    pub(crate) async fn carry(&self, source: SourceId, before: &ToolView) {
        let job = self.house.job();
        let tx = self.store().begin(&job).await.unwrap();
        let carried = Carried {
            tool: before.tool.id,
            from: before.tool.version,
            to: self.tool(source, &before.tool.name).await.tool.version,
        };
        let permit = job.allow(RunJob).unwrap();
        assert_eq!(tx.carry_decisions(permit, &[carried]).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    async fn revision(&self, source: SourceId) -> RevisionId {
        let tx = self.store().begin(&self.developer).await.unwrap();
        let revision = NewRevision {
            id: world().id(),
            source,
            given: GivenAs::Paste,
            sha256: None,
            at: world().now(),
            scheduled: false,
            by: self.developer.member().unwrap(),
        };
        tx.insert_revision(self.developer.allow(ImportSource).unwrap(), &revision)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        revision.id
    }

    async fn change(&self, source: SourceId, revision: RevisionId, changes: ToolChanges) {
        let job = self.house.job();
        let tx = self.store().begin(&job).await.unwrap();
        let place = (source, revision, world().now());
        tx.change_tools(job.allow(RunJob).unwrap(), place, &changes)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The tool of this name, as it is now.
    pub(crate) async fn tool(&self, source: SourceId, name: &str) -> ToolView {
        let (who, environment) = (&self.developer, self.house.environment);
        let tools = self.registry.tool_briefs(who, source, environment);
        let is = |view: &ToolBrief| view.tool.name == name;
        let found = tools.await.unwrap().into_iter().find(is).unwrap();
        let whole = self.registry.tool(who, found.tool.id, environment);
        whole.await.unwrap()
    }

    /// What the latest record of an act tells.
    pub(crate) async fn detail(&self, act: &str) -> serde_json::Value {
        let mut admin = self.database.admin().await;
        sqlx::query_scalar("SELECT detail FROM record WHERE act = $1 ORDER BY committed_at DESC")
            .bind(act)
            .fetch_one(&mut admin)
            .await
            .unwrap()
    }

    pub(crate) async fn acts(&self) -> Vec<String> {
        let mut admin = self.database.admin().await;
        sqlx::query_scalar("SELECT act FROM record ORDER BY committed_at")
            .fetch_all(&mut admin)
            .await
            .unwrap()
    }
}

pub(crate) fn registry(store: &Store) -> Registry {
    Registry::new(store.clone(), world(), Arc::new(InProcess::new()))
}

fn version_of(tool: ToolId, operation: &ImportedOperation) -> NewToolVersion {
    NewToolVersion {
        id: world().id(),
        tool,
        fingerprint: Digest::of_canonical(operation).unwrap(),
        class: operation.risk.class.as_str(),
        high_risk: operation.risk.high_risk,
        confidence: operation.risk.confidence.as_str(),
        unsupported: operation.unsupported.clone(),
        definition: serde_json::value::to_raw_value(operation).unwrap(),
        imported: None,
    }
}

pub(crate) fn title(text: &str) -> Title {
    text.parse().unwrap()
}

/// A read about which the importer noted something.
pub(crate) fn marked(name: &str, code: &str) -> ImportedOperation {
    let note = Diagnostic {
        severity: Severity::Warning,
        code: code.to_owned(),
        pointer: format!("/paths/~1{name}/get"),
        text: "the description tells a model what to do".to_owned(),
    };
    ImportedOperation {
        diagnostics: vec![note],
        ..operation(name, RiskClass::Read, false)
    }
}

pub(crate) fn operation(name: &str, class: RiskClass, high_risk: bool) -> ImportedOperation {
    ImportedOperation {
        method: if class == RiskClass::Read {
            Method::Get
        } else {
            Method::Post
        },
        path: format!("/{name}"),
        operation_id: None,
        name: name.to_owned(),
        title: name.to_owned(),
        description: format!("What {name} does."),
        input_schema: json!({"type": "object", "properties": {"q": {"type": "string", "maxLength": 3}},
            "additionalProperties": false}),
        binds: Vec::new(),
        body: None,
        discriminators: BTreeMap::new(),
        output: None,
        successes: BTreeMap::new(),
        security: Security::Undeclared,
        servers: Vec::new(),
        deprecated: false,
        risk: Risk {
            class,
            read_only: class == RiskClass::Read,
            destructive: class == RiskClass::Delete,
            high_risk,
            confidence: Confidence::High,
            sensitivity: Vec::new(),
            reasons: Vec::new(),
        },
        unsupported: None,
        diagnostics: Vec::new(),
    }
}
