//! One process, put together: bound, connected, and not yet serving.
//!
//! The same for the server, the demo and the tests, which let the system choose a port.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use anyhow::Context as _;
use countersign_accounts::Accounts;
use countersign_domain::World;
use countersign_edge::{Authenticate, Edge, NoSessions, PublicUrl};

use crate::{
    configuration::Configuration,
    fronts::Fronts,
    operator::Probes,
    parts::Parts,
    roles::{Role, gateway, oauth, worker},
    sessions::Sessions,
    storage::Storage,
};
use countersign_queue::Worker;
use countersign_tool_registry::Catalogues;

/// One process, ready to serve.
pub struct Application {
    pub(crate) configuration: Configuration,
    pub(crate) storage: Storage,
    pub(crate) parts: Parts,
    pub(crate) listener: TcpListener,
    pub(crate) metrics: Option<TcpListener>,
    pub(crate) fronts: Fronts,
    pub(crate) catalogues: Option<Catalogues>,
    pub(crate) worker: Option<Worker>,
}

impl Application {
    /// Binds the port, opens the storage and puts the roles together.
    ///
    /// # Errors
    /// When any part cannot be had; the text says what to do.
    pub async fn build(configuration: Configuration, world: World) -> anyhow::Result<Self> {
        let listener = bind(configuration.http.listen)?;
        let metrics = configuration.http.metrics_listen.map(bind).transpose()?;
        let address = listener.local_addr()?;
        let public_url = match &configuration.http.public_url {
            Some(url) => url.clone(),
            None => format!("http://localhost:{}", address.port()).parse()?,
        };
        let storage = Storage::open(&configuration, &world).await?;
        let own_ports = [
            Some(address.port()),
            storage.embedded.as_ref().map(|e| e.cluster.port()),
        ];
        let own_ports = own_ports.into_iter().flatten().collect();
        let parts = Parts::build(&configuration, &storage, own_ports, world)?;
        let roles = configuration.roles.clone();
        let gateway = roles
            .contains(&Role::Gateway)
            .then(|| gateway::start(&parts, &public_url))
            .transpose()?;
        let (gateway, catalogues) = gateway.unzip();
        let oauth = (roles.contains(&Role::Oauth) || roles.contains(&Role::Web))
            .then(|| oauth::start(&parts, &public_url));
        let fronts = Fronts {
            edge: edge(&configuration, &parts, public_url),
            probes: Probes::new(parts.store.clone(), storage.redis.clone()),
            oauth,
            gateway,
            roles: roles.clone(),
        };
        let worker = roles.contains(&Role::Worker).then(|| worker::start(&parts));
        Ok(Self {
            configuration,
            storage,
            parts,
            listener,
            metrics,
            fronts,
            catalogues,
            worker,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Where it is reached.
    #[must_use]
    pub fn public_url(&self) -> PublicUrl {
        self.fronts.edge.public_url().clone()
    }
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; COUNTERSIGN_LISTEN chooses another address")
    })
}

fn edge(configuration: &Configuration, parts: &Parts, public_url: PublicUrl) -> Edge {
    let people = [Role::Web, Role::Oauth];
    let has_people = people.iter().any(|role| configuration.roles.contains(role));
    let authenticate: Arc<dyn Authenticate> = if has_people {
        let accounts = Accounts::new(parts.store.clone(), parts.world.clone());
        Arc::new(Sessions(accounts))
    } else {
        Arc::new(NoSessions)
    };
    Edge::new(public_url, parts.world.clone(), authenticate)
        .with_proxy_hops(configuration.http.proxy_hops)
}
