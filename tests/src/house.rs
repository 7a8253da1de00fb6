//! A whole Countersign in this process.

use std::{net::TcpListener, num::NonZeroU32, sync::Arc};

use actix_web::{App, HttpServer, middleware::from_fn, web};
use countersign_accounts::Accounts;
use countersign_approvals::Approvals;
use countersign_domain::World;
use countersign_edge::{Edge, NoSessions, PublicUrl, protect};
use countersign_egress::{Egress, EgressPolicy, Loopback, PlainHttp};
use countersign_mcp_gateway::{Gateway, Parts, Rates};
use countersign_oauth_server::{Limits, OAuthServer};
use countersign_queue::{InProcess, Wakeups, Worker};
use countersign_reporting::Recorder;
use countersign_secret_injection::{Connections, Injector};
use countersign_spec_import::{ImportSpec, Imports, apart::Reader};
use countersign_store::Store;
use countersign_testkit::{Database, FixedClock, SystemEntropy};
use countersign_tool_registry::{Catalogues, Registry};
use countersign_vault::{LocalVault, MasterKey, SecretVault};
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Journeys are not about rates, and the benchmark measures calls and not refusals.
const NO_LIMITS: Rates = Rates {
    per_agent: NonZeroU32::MAX,
    per_tenant: NonZeroU32::MAX,
    agent_at_once: 1_000,
    tenant_at_once: 1_000,
};

/// All services over one database, and the two protocol fronts served on loopback.
pub struct House {
    /// The test's own database.
    pub database: Database,
    /// The store, as the product connects.
    pub store: Store,
    /// The clock of its world, which moves only when told to.
    pub clock: Arc<FixedClock>,
    /// That clock, and randomness.
    pub world: World,
    /// Where the fronts are.
    pub public: PublicUrl,
    /// Sign-up, members.
    pub accounts: Accounts,
    /// Imports.
    pub imports: Imports,
    /// Tools and endpoints.
    pub registry: Registry,
    /// Addresses and credentials.
    pub connections: Connections,
    /// Held calls.
    pub approvals: Approvals,
    /// Consent and tokens.
    pub oauth: OAuthServer,
    /// The door that the tests themselves go out by.
    pub egress: Egress,
    wakeups: Arc<dyn Wakeups>,
    vault: Arc<dyn SecretVault>,
    rates: Rates,
    listener: TcpListener,
    process: Option<Process>,
}

/// What serves agents, with all that it keeps in memory.
struct Process {
    server: actix_web::dev::ServerHandle,
    stopping: CancellationToken,
    watcher: JoinHandle<()>,
}

impl House {
    /// Opens one without limits of rate.
    ///
    /// # Panics
    /// When a part does not start; then there is nothing to test.
    pub async fn open() -> Self {
        Self::with_rates(NO_LIMITS).await
    }

    /// Opens one.
    ///
    /// # Panics
    /// When a part does not start; then there is nothing to test.
    pub async fn with_rates(rates: Rates) -> Self {
        let database = Database::create().await;
        let (store, clock) = (database.store(), Arc::new(FixedClock::starting_now()));
        let world = World::new(clock.clone(), Arc::new(SystemEntropy));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let public: PublicUrl = format!("http://{address}")
            .parse()
            .expect("loopback http is allowed");
        let egress = door();
        let vault: Arc<dyn SecretVault> = Arc::new(LocalVault::new(
            store.clone(),
            world.clone(),
            MasterKey::generate(&world),
        ));
        let wakeups: Arc<dyn Wakeups> = Arc::new(InProcess::new());
        let approvals = Approvals::new(store.clone(), world.clone());
        let oauth = OAuthServer::new(store.clone(), world.clone(), &public, Limits::default());
        let mut house = Self {
            accounts: Accounts::new(store.clone(), world.clone()),
            imports: Imports::new(store.clone(), world.clone(), Arc::clone(&wakeups)),
            registry: Registry::new(store.clone(), world.clone(), Arc::clone(&wakeups)),
            connections: Connections::new(
                store.clone(),
                world.clone(),
                Arc::clone(&vault),
                egress.clone(),
            ),
            database,
            store,
            clock,
            world,
            public,
            approvals,
            oauth,
            egress,
            wakeups,
            vault,
            rates,
            listener,
            process: None,
        };
        house.start();
        house
    }

    fn start(&mut self) {
        let listener = self.listener.try_clone().expect("it stays open");
        // What a worker's runtime opened dies with it: no connection is anybody else's.
        let (store, world) = (self.database.another_store(), self.world.clone());
        let limits = Limits::default();
        let oauth = OAuthServer::new(store.clone(), world.clone(), &self.public, limits);
        let approvals = Approvals::new(store.clone(), world.clone());
        let catalogues = Catalogues::new(store.clone(), world.clone(), Arc::clone(&self.wakeups));
        let watching = catalogues.clone();
        let watcher = tokio::spawn(async move { watching.watch().await });
        let (tracker, stopping) = (TaskTracker::new(), CancellationToken::new());
        let injector = Injector::new(Arc::clone(&self.vault), self.egress.clone());
        let gateway = Gateway::new(Parts {
            recorder: Recorder::start(store.clone(), &Handle::current(), &tracker),
            store,
            world,
            public_url: self.public.clone(),
            catalogues,
            approvals,
            dispatch: Arc::new(injector),
            runtime: Handle::current(),
            tracker,
            stopping: stopping.clone(),
            rates: self.rates,
        });
        let fronts = (gateway, oauth);
        self.process = Some(Process {
            server: serve(listener, &self.public, &self.world, fronts),
            stopping,
            watcher,
        });
    }

    /// Ends the process that serves agents, and starts one that remembers nothing at its address.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&mut self) {
        if let Some(process) = self.process.take() {
            process.end().await;
        }
        // Its connections led to the one that has ended.
        self.egress = door();
        self.start();
    }

    /// Ends all streams, as a process does that stops.
    pub fn stop_streams(&self) {
        if let Some(process) = &self.process {
            process.stopping.cancel();
        }
    }

    /// Does all background work there is.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn work(&self) {
        let worker = Worker::new(
            self.store.clone(),
            self.world.clone(),
            Arc::clone(&self.wakeups),
        )
        .register(ImportSpec::new(Arc::new(self.egress.clone()), Reader::Here));
        worker
            .run_until_empty()
            .await
            .expect("the database answers");
    }
}

impl Process {
    /// Nobody is let in once this has been waited for; its workers may end a little later.
    fn end(self) -> impl Future<Output = ()> {
        self.stopping.cancel();
        self.watcher.abort();
        self.server.stop(false)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            drop(process.end());
        }
    }
}

fn door() -> Egress {
    Egress::with_system_dns(EgressPolicy {
        loopback: Loopback::Allowed,
        plain_http: PlainHttp::Allowed,
        ..EgressPolicy::default()
    })
    .expect("the door builds")
}

fn serve(
    listener: TcpListener,
    public: &PublicUrl,
    world: &World,
    (gateway, oauth): (Gateway, OAuthServer),
) -> actix_web::dev::ServerHandle {
    let edge = Edge::new(public.clone(), world.clone(), Arc::new(NoSessions));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(gateway.clone()))
            .app_data(web::Data::new(oauth.clone()))
            .configure(|config| edge.configure(config))
            .configure(|config| countersign_mcp_gateway::routes().configure(config))
            .configure(|config| countersign_oauth_server::routes().configure(config))
            .wrap(from_fn(protect))
    })
    .workers(2)
    .disable_signals()
    .listen(listener)
    .expect("the port was bound a moment ago")
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    handle
}
