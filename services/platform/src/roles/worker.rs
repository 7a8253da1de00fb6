//! Work that nobody waits for.
//!
//! A document that is imported comes from outside, so the worker never reads it itself: it starts
//! this program once more, as `countersign spec worker`, which reads one document from standard
//! input in a process that can open nothing, use little and be killed. That command is left out of
//! the help because it is of no use to people, who have `countersign spec inspect`.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use countersign_approvals::Approvals;
use countersign_oauth_server::{Clients, Limits};
use countersign_queue::{ReconcileError, Reconciler, Worker};
use countersign_spec_import::{
    ImportSpec, Imports, LookAgain,
    apart::{Program, Reader},
};

use crate::parts::Parts;

/// What follows the program's name to make it a reader of one document.
const READER: [&str; 2] = ["spec", "worker"];

/// Reads documents with `program`, which is this one, to be started again.
pub(crate) fn document_reader(program: &Path) -> Program {
    Program::new(program, &READER)
}

/// Puts the worker together; `program` is this one, to be started again.
pub(crate) fn start(parts: &Parts, program: &Path) -> Worker {
    let reader = Reader::Apart(document_reader(program));
    let (store, world) = (&parts.store, &parts.world);
    let clients = Clients::new(store.clone(), world.clone(), &Limits::default());
    let imports = Imports::new(store.clone(), world.clone(), Arc::clone(&parts.wakeups));
    Worker::new(store.clone(), world.clone(), Arc::clone(&parts.wakeups))
        .register(ImportSpec::new(Arc::new(parts.egress.clone()), reader))
        .register(LookAgain::new(
            Arc::new(parts.egress.clone()),
            LookAgain::ROOM,
        ))
        .reconcile(LookAtDue(imports))
        .reconcile(ExpireHolds(Approvals::new(store.clone(), world.clone())))
        .reconcile(ForgetClients(clients))
}

/// Expires holds that nobody decided about in time.
struct ExpireHolds(Approvals);

#[async_trait]
impl Reconciler for ExpireHolds {
    fn name(&self) -> &'static str {
        "expire_holds"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn reconcile(&self) -> Result<usize, ReconcileError> {
        Ok(self.0.expire_due().await?)
    }
}

/// Begins to look at addresses whose schedule says so.
struct LookAtDue(Imports);

#[async_trait]
impl Reconciler for LookAtDue {
    fn name(&self) -> &'static str {
        "look_at_due_addresses"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn reconcile(&self) -> Result<usize, ReconcileError> {
        Ok(self.0.look_at_due().await?)
    }
}

/// Forgets clients that registered and were never let in.
struct ForgetClients(Clients);

#[async_trait]
impl Reconciler for ForgetClients {
    fn name(&self) -> &'static str {
        "forget_unused_clients"
    }

    fn every(&self) -> Duration {
        Duration::from_mins(10)
    }

    async fn reconcile(&self) -> Result<usize, ReconcileError> {
        let forgotten = self.0.forget_unused().await?;
        Ok(usize::try_from(forgotten).unwrap_or(usize::MAX))
    }
}
