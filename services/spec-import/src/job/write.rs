//! Writes what an import makes of a document: load, decide, write, record with its event, commit,
//! all in one transaction. The permit is the job's own.

use std::{collections::HashMap, sync::Arc};

use countersign_domain::{
    World,
    event::Event,
    id::RevisionId,
    operation::ImportedDocument,
    record::{Act, Record},
    text,
};
use countersign_queue::{JobContext, JobError};
use countersign_store::{
    StoreError, TenantTx, credential_suspensions::NewSuspension, overrides::OverridesOf,
    overriding::EndedOverride, revisions::RevisionView, tools::KnownTool,
};
use tokio::task::spawn_blocking;

use super::{
    Failure, SUPERSEDED,
    before::{Before, DocumentBefore},
    fail,
    plan::{Plan, plan},
    prepare::{Prepared, PreparedOperation},
    record,
    said::{Fallen, People},
    still_open,
    suspend::suspended,
    tell,
};

/// Characters kept of what a document says of itself.
const SHOWN_LENGTH: usize = 200;

/// Writes the tools, marks the revision as ready and says so, all at once.
pub(super) async fn write(
    cx: &JobContext,
    id: RevisionId,
    prepared: Prepared,
) -> Result<(), JobError> {
    tell(cx, id, "writing").await?;
    let tx = cx.store().begin(cx.scope()).await?;
    cx.fence(&tx).await?;
    let Some(revision) = still_open(&tx, id).await? else {
        return Ok(());
    };
    tx.lock_source(revision.source).await?;
    if tx.is_overtaken(&revision).await? {
        drop(tx);
        return fail(cx, id, &overtaken()).await;
    }
    let Prepared {
        document,
        operations,
    } = prepared;
    let before = load(&tx, &revision, &document).await?;
    let plan = decide(cx.world().clone(), before, operations);
    let (before, plan) = cx.fenced(&tx, plan).await??;
    // Who can reach what, while it is still what it was.
    let suspended = suspended(&plan.told, &tx.reach_of(revision.source).await?);
    keep(cx, &tx, (&revision, &document), &plan).await?;
    end(cx, &tx, (&revision, &before), &plan.fallen).await?;
    let said = said(cx, &tx, (&revision, &document), &plan).await?;
    tx.append_record(&said).await?;
    suspend(cx, &tx, &revision, &suspended).await?;
    end_holds(cx, &tx, &revision).await?;
    let source = revision.source;
    tx.publish(&Event::SourceImported { source }).await?;
    tx.commit().await?;
    tracing::info!(source.id = %source, operations = plan.counts.operations, "imported a source");
    Ok(())
}

fn overtaken() -> Failure {
    Failure {
        code: SUPERSEDED,
        text: "a later import of the same API was ready first".to_owned(),
    }
}

/// What the source was before.
async fn load(
    tx: &TenantTx,
    revision: &RevisionView,
    document: &ImportedDocument,
) -> Result<Before, StoreError> {
    let known = tx.known_tools(revision.source).await?;
    let compared: Vec<_> = known.iter().flat_map(KnownTool::compared).collect();
    let mut since = HashMap::new();
    for (servers, versions) in tx.servers_with(&compared).await? {
        let before = Arc::new(DocumentBefore::new(servers, &document.servers));
        since.extend(versions.into_iter().map(|one| (one, before.clone())));
    }
    let overrides = tx.overrides(OverridesOf::Source(revision.source)).await?;
    let servers = tx.servers_before(revision).await?;
    Ok(Before {
        definitions: tx.written_definitions(&compared).await?,
        people: People::of(overrides),
        document: servers.map_or_else(DocumentBefore::default, |servers| {
            DocumentBefore::new(servers, &document.servers)
        }),
        since,
        servers: document.servers.clone(),
        known,
    })
}

/// Compares on a thread of its own: documents may be large, and others are served meanwhile.
async fn decide(
    world: World,
    before: Before,
    operations: Vec<PreparedOperation>,
) -> Result<(Before, Plan), JobError> {
    spawn_blocking(move || {
        let plan = plan(&world, &before, operations);
        (before, plan)
    })
    .await
    .map_err(JobError::retry)
}

/// Keeps the tools, the decisions that live on, what people are told, and the revision itself.
async fn keep(
    cx: &JobContext,
    tx: &TenantTx,
    (revision, document): (&RevisionView, &ImportedDocument),
    plan: &Plan,
) -> Result<(), StoreError> {
    let place = (revision.source, revision.id, cx.world().now());
    tx.change_tools(cx.permit(), place, &plan.changes).await?;
    tx.carry_decisions(cx.permit(), &plan.carried).await?;
    tx.keep_revision_changes(cx.permit(), revision.id, &plan.told)
        .await?;
    let operations = plan.counts.operations;
    tx.finish_revision(cx.permit(), revision.id, document, operations)
        .await?;
    if revision.scheduled {
        tx.forget_look_failures(cx.permit(), revision.source)
            .await?;
    }
    Ok(())
}

/// The row of the audit log that says what was imported.
async fn said(
    cx: &JobContext,
    tx: &TenantTx,
    (revision, document): (&RevisionView, &ImportedDocument),
    plan: &Plan,
) -> Result<Record, StoreError> {
    let counts = &plan.counts;
    Ok(record(cx, tx, revision, Act::SourceImported)
        .await?
        .with("title", text::strip(&document.title, SHOWN_LENGTH))
        .with("version", text::strip(&document.version, SHOWN_LENGTH))
        .with("format", text::strip(&document.format, SHOWN_LENGTH))
        .with("operations", counts.operations)
        .with("new", counts.new)
        .with("changed", counts.changed)
        .with("unchanged", counts.unchanged)
        .with("review", counts.review)
        .with("overrides_fallen", plan.fallen.len())
        .with("removed", counts.removed))
}

/// Ends what people said and what does not hold any more, each on the record.
async fn end(
    cx: &JobContext,
    tx: &TenantTx,
    (revision, before): (&RevisionView, &Before),
    fallen: &[Fallen],
) -> Result<(), JobError> {
    let ended: Vec<_> = fallen
        .iter()
        .map(|one| EndedOverride {
            id: one.given.id,
            why: one.why,
        })
        .collect();
    tx.end_overrides(cx.permit(), &ended).await?;
    for Fallen { given, why } in fallen {
        let mut record = record(cx, tx, revision, Act::OverrideFell)
            .await?
            .with("kind", given.said.kind().as_str())
            .with("said", serde_json::json!(given.said))
            .with("said_by", given.by_label.as_str())
            .with("why", why.as_str());
        record.tool = before.recorded(given.tool);
        tx.append_record(&record).await?;
    }
    Ok(())
}

/// Suspends credentials because of what this import changed, on record.
async fn suspend(
    cx: &JobContext,
    tx: &TenantTx,
    revision: &RevisionView,
    suspended: &[NewSuspension],
) -> Result<(), StoreError> {
    for one in suspended {
        tx.suspend_credential(cx.permit(), revision.id, one).await?;
        let (credential, version) = one.credential;
        let environment = tx.environment(one.environment).await?;
        let mut record = record(cx, tx, revision, Act::CredentialSuspended)
            .await?
            .with("environment", environment.slug.as_str())
            .with("changes", one.total);
        record.credential = Some(format!("{credential}/{version}"));
        tx.append_record(&record).await?;
    }
    Ok(())
}

/// Ends open holds of what is not as it was, each on the record: a reviewer is not asked about a
/// call that cannot be made any more.
async fn end_holds(
    cx: &JobContext,
    tx: &TenantTx,
    revision: &RevisionView,
) -> Result<(), StoreError> {
    for (hold, tool) in tx.end_stale_holds(cx.permit(), revision.source).await? {
        let record = record(cx, tx, revision, Act::HoldStale).await?;
        tx.append_record(&record.of_hold(hold, tool)).await?;
    }
    Ok(())
}
