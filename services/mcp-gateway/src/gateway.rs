//! The gateway's parts, and what it counts.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use countersign_access::TenantScope;
use countersign_approvals::Approvals;
use countersign_domain::{
    World,
    decision::Rule,
    digest::Digest,
    id::{GrantId, TenantId},
    name::Slug,
    network::neighbourhood,
};
use countersign_edge::PublicUrl;
use countersign_reporting::Recorder;
use countersign_secret_injection::Dispatch;
use countersign_store::{Store, StoreError};
use countersign_tool_registry::Catalogues;
use moka::{future::Cache, policy::EvictionPolicy, sync::Cache as SyncCache};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    looks::Looks,
    rate::Rate,
    shares::{ROOM, STREAMS, Shares},
    written::Room,
};

/// How long a token may still work after it was revoked elsewhere.
const PRINCIPAL_TTL: Duration = Duration::from_millis(900);

/// How long it is remembered that a token was good: as long as most of them live.
const GOOD_FOR: Duration = Duration::from_mins(10);

/// Failed authentications that one network may make in a second before it is only told to wait.
const GUESSES: u32 = 50;

/// Failed authentications of one network.
struct Failures {
    /// The second in which they happened.
    second: i64,
    count: AtomicU32,
}

/// What the gateway is made of.
pub struct Parts {
    /// For finding out whom a token speaks for.
    pub store: Store,
    /// Time and randomness.
    pub world: World,
    /// The address agents know us by.
    pub public_url: PublicUrl,
    /// What agents see.
    pub catalogues: Catalogues,
    /// Where dangerous calls wait.
    pub approvals: Approvals,
    /// Sends what may be sent.
    pub dispatch: Arc<dyn Dispatch>,
    /// The audit log.
    pub recorder: Recorder,
    /// Calls run here, apart from the connection that asked: a client that goes away does not
    /// take the record of its call with it.
    pub runtime: Handle,
    /// Waited for when the process stops.
    pub tracker: TaskTracker,
    /// Cancelled when the process stops: streams end by it.
    pub stopping: CancellationToken,
    /// How much one agent and one tenant may ask for.
    pub rates: Rates,
}

/// What one agent and one tenant may ask for, by instance.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Calls per second of one agent's grant.
    pub per_agent: NonZeroU32,
    /// Calls per second of one tenant.
    pub per_tenant: NonZeroU32,
    /// Calls of one agent's grant that are not answered yet: each may keep an answer in memory.
    pub agent_at_once: usize,
    /// Calls of one tenant that are not answered yet.
    pub tenant_at_once: usize,
}

impl Default for Rates {
    fn default() -> Self {
        let number = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            per_agent: number(50),
            per_tenant: number(500),
            agent_at_once: 16,
            tenant_at_once: 64,
        }
    }
}

/// The MCP endpoints of all tenants. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) parts: Arc<Parts>,
    principals: Cache<(Digest, Slug, Slug), Option<Arc<TenantScope>>>,
    /// Tokens that were good when they were looked up last.
    good: SyncCache<Digest, ()>,
    /// The last second in which a network failed.
    failures: SyncCache<IpAddr, Arc<Failures>>,
    agents: Rate<GrantId>,
    /// Refusals for rate or for a stop that are put on record; the others would only make the load
    /// worse.
    refusals: Rate<(GrantId, &'static str)>,
    /// How many there were of each rule since one was put on record.
    unrecorded: SyncCache<(GrantId, &'static str), Arc<AtomicU64>>,
    tenants: Rate<TenantId>,
    agent_calls: SyncCache<GrantId, Arc<Semaphore>>,
    tenant_calls: SyncCache<TenantId, Arc<Semaphore>>,
    pub(crate) streams: Shares,
    pub(crate) room: Shares,
    pub(crate) looks: Looks,
}

/// A call that is being made; over when it is dropped.
pub(crate) struct UnderWay {
    _places: [OwnedSemaphorePermit; 2],
    pub(crate) room: Room,
}

impl Gateway {
    /// Puts the gateway together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            principals: Cache::builder()
                .max_capacity(50_000)
                .time_to_live(PRINCIPAL_TTL)
                .build(),
            good: SyncCache::builder()
                .max_capacity(50_000)
                .time_to_live(GOOD_FOR)
                .build(),
            failures: SyncCache::builder()
                .max_capacity(50_000)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_idle(Duration::from_mins(1))
                .build(),
            refusals: Rate::new(NonZeroU32::MIN),
            unrecorded: counted(),
            agents: Rate::new(parts.rates.per_agent),
            tenants: Rate::new(parts.rates.per_tenant),
            agent_calls: counted(),
            tenant_calls: counted(),
            streams: Shares::new(STREAMS),
            room: Shares::new(ROOM),
            looks: Looks::new(parts.store.system_connections()),
            parts: Arc::new(parts),
        }
    }

    /// Finds out whom a token speaks for at this endpoint; remembered for less than a second.
    pub(crate) async fn principal(
        &self,
        token: Digest,
        tenant: &Slug,
        endpoint: &Slug,
    ) -> Result<Option<Arc<TenantScope>>, Arc<StoreError>> {
        let key = (token, tenant.clone(), endpoint.clone());
        let find = async {
            let resource = self.resource(tenant, endpoint);
            let found = self.parts.store.agent(token, &resource).await?;
            match &found {
                Some(_) => self.good.insert(token, ()),
                None => self.good.invalidate(&token),
            }
            Ok(found.map(Arc::new))
        };
        self.principals.try_get_with(key, find).await
    }

    /// Says whether a token was good when it was looked up last; it is looked up again all the same.
    pub(crate) fn was_good(&self, token: Digest) -> bool {
        self.good.contains_key(&token)
    }

    /// The endpoint's URL, which is the audience of its tokens (RFC 8707).
    pub(crate) fn resource(&self, tenant: &Slug, endpoint: &Slug) -> String {
        self.parts
            .public_url
            .link(&format!("/mcp/{tenant}/{endpoint}"))
    }

    /// Says whether a network has failed so often within a second that it is not looked at.
    pub(crate) fn is_guessing(&self, from: IpAddr) -> bool {
        let now = self.second();
        self.failures
            .get(&neighbourhood(from))
            .is_some_and(|failed| {
                failed.second == now && failed.count.load(Ordering::Relaxed) >= GUESSES
            })
    }

    /// Remembers a failed authentication.
    pub(crate) fn guessed(&self, from: IpAddr) {
        let (neighbourhood, second) = (neighbourhood(from), self.second());
        let none = || {
            let count = AtomicU32::new(0);
            Arc::new(Failures { second, count })
        };
        let mut failed = self.failures.get_with(neighbourhood, none);
        if failed.second != second {
            failed = none();
            self.failures.insert(neighbourhood, Arc::clone(&failed));
        }
        failed.count.fetch_add(1, Ordering::Relaxed);
    }

    fn second(&self) -> i64 {
        self.parts.world.now().timestamp()
    }

    /// Says whether this refusal is put on record, and how many by the same rule before it were not:
    /// the first of each second is.
    pub(crate) fn records_refusal(&self, grant: GrantId, rule: Rule) -> Option<u64> {
        if !self.refusals.allows(&(grant, rule.as_str())) {
            self.not_recorded(grant, rule, 1);
            return None;
        }
        let unrecorded = self.unrecorded.get(&(grant, rule.as_str()));
        Some(unrecorded.map_or(0, |count| count.swap(0, Ordering::Relaxed)))
    }

    /// Counts refusals that are not on record, for the next one that is.
    pub(crate) fn not_recorded(&self, grant: GrantId, rule: Rule, refusals: u64) {
        let key = (grant, rule.as_str());
        let unrecorded = self.unrecorded.get_with(key, Arc::default);
        unrecorded.fetch_add(refusals, Ordering::Relaxed);
    }

    /// Says whether a call is within the agent's and the tenant's rate.
    pub(crate) fn within_rate(&self, tenant: TenantId, grant: GrantId) -> bool {
        self.agents.allows(&grant) && self.tenants.allows(&tenant)
    }

    /// Begins a call, unless the agent or the tenant has as many under way as it may, or so many
    /// answers that nobody takes that there is no room for another.
    pub(crate) fn begin(&self, tenant: TenantId, grant: GrantId) -> Option<UnderWay> {
        let rates = &self.parts.rates;
        let room = Room::first(&self.room, (tenant, grant))?;
        let places = |most| move || Arc::new(Semaphore::new(most));
        let agent = self
            .agent_calls
            .get_with(grant, places(rates.agent_at_once));
        let tenant = self
            .tenant_calls
            .get_with(tenant, places(rates.tenant_at_once));
        let places = [
            agent.try_acquire_owned().ok()?,
            tenant.try_acquire_owned().ok()?,
        ];
        Some(UnderWay {
            _places: places,
            room,
        })
    }
}

/// Counts something of each; a count is forgotten long after the longest call.
fn counted<K, C>() -> SyncCache<K, Arc<C>>
where
    K: Hash + Eq + Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    SyncCache::builder()
        .max_capacity(50_000)
        .eviction_policy(EvictionPolicy::lru())
        .time_to_idle(Duration::from_mins(10))
        .build()
}
