//! What the roles of one process share.

use std::sync::Arc;

use anyhow::Context as _;
use countersign_domain::World;
use countersign_egress::{Egress, EgressPolicy, Loopback, PlainHttp};
use countersign_queue::Wakeups;
use countersign_reporting::Recorder;
use countersign_store::Store;
use countersign_telemetry::Figures;
use countersign_vault::{KeyFile, LocalVault, SecretVault};
use tokio::runtime::Handle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    configuration::{Configuration, StorageChoice},
    storage::Storage,
};

/// What the roles of one process share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) wakeups: Arc<dyn Wakeups>,
    /// Not there when no role of this process needs it.
    pub(crate) vault: Option<Arc<dyn SecretVault>>,
    pub(crate) egress: Egress,
    pub(crate) recorder: Recorder,
    /// Everything that is to be finished before the process ends.
    pub(crate) tracker: TaskTracker,
    pub(crate) figures: Figures,
    /// Cancelled when the process stops serving.
    pub(crate) end: CancellationToken,
}

impl Parts {
    /// Builds them over the storage; `own_ports` are ours and no upstream's.
    pub(crate) fn build(
        configuration: &Configuration,
        storage: &Storage,
        own_ports: Vec<u16>,
        world: World,
    ) -> anyhow::Result<Self> {
        let store = storage.store.clone();
        let tracker = TaskTracker::new();
        let recorder = Recorder::start(store.clone(), &Handle::current(), &tracker);
        let figures = Figures::new();
        figures.add(|registry| recorder.metrics().register(registry));
        Ok(Self {
            vault: vault(configuration, storage, &world)?,
            egress: egress(configuration, storage, own_ports)?,
            wakeups: Arc::clone(&storage.wakeups),
            store,
            world,
            recorder,
            tracker,
            figures,
            end: CancellationToken::new(),
        })
    }
}

fn vault(
    configuration: &Configuration,
    storage: &Storage,
    world: &World,
) -> anyhow::Result<Option<Arc<dyn SecretVault>>> {
    let Some(path) = storage.key_file(configuration) else {
        return Ok(None);
    };
    let file = KeyFile::at(path);
    let master = match configuration.storage {
        StorageChoice::Embedded { .. } => file.read_or_create(world),
        // Several processes share one key: none of them may invent it.
        StorageChoice::External { .. } => file.read(),
    };
    let master = master.context("the vault cannot be opened")?;
    let vault = LocalVault::new(storage.store.clone(), world.clone(), master);
    Ok(Some(Arc::new(vault)))
}

fn egress(
    configuration: &Configuration,
    storage: &Storage,
    own_ports: Vec<u16>,
) -> anyhow::Result<Egress> {
    let plain_http = match configuration.loopback_upstreams {
        Loopback::Refused => PlainHttp::Refused,
        Loopback::Allowed => PlainHttp::ToLoopback,
    };
    let policy = EgressPolicy {
        loopback: configuration.loopback_upstreams,
        plain_http,
        denied_hosts: storage.own_hosts.clone(),
        denied_ports: own_ports,
        ..EgressPolicy::default()
    };
    Egress::with_system_dns(policy).context("the way out could not be built")
}
