//! One process, put together: bound, connected, and not yet serving.
//!
//! The same for the server, the demo and the tests, which let the system choose a port.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use countersign_accounts::Accounts;
use countersign_domain::World;
use countersign_edge::{Authenticate, Edge, NoSessions, PublicUrl};
use countersign_oauth_server::OAuthServer;
use countersign_queue::Worker;
use countersign_tool_registry::Catalogues;
use rustix::{
    io,
    net::sockopt::{
        set_socket_keepalive, set_tcp_keepidle, set_tcp_keepintvl, set_tcp_user_timeout,
    },
};

use crate::{
    configuration::Configuration,
    fronts::Fronts,
    operator::Probes,
    parts::Parts,
    roles::{
        Role, gateway, oauth,
        web::{self, Web},
        worker,
    },
    sessions::Sessions,
    storage::Storage,
};

/// How long what was sent may stay unacknowledged before the system gives a connection up, instead
/// of its 15 minutes: a client that lost its network gives back its seat that long after something
/// was said to it, which streams do every 15 seconds while the database answers. It is true of every
/// connection to us, so that a reader that takes nothing for a minute is cut off, too; behind a proxy
/// the other side is the proxy, and the client is for that to notice. Ending streams after a fixed
/// time would do more, but not every client of 2026-07-28 opens an ended one again.
const UNACKNOWLEDGED_MS: u32 = 60_000;

/// How long nothing may come before the system asks whether the other side is still there, and how
/// long it waits for a word: nothing of ours is unacknowledged while a client that is gone has sent
/// half of a head.
const SILENT: Duration = Duration::from_mins(1);
const ASKED: Duration = Duration::from_secs(15);

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
    /// Binds the port, opens the storage and puts the roles together. `program` is the binary
    /// itself, which the worker starts again for each document that is read.
    ///
    /// # Errors
    /// When any part cannot be had; the text says what to do.
    pub async fn build(
        configuration: Configuration,
        world: World,
        program: &Path,
    ) -> anyhow::Result<Self> {
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
        let roles = &configuration.roles;
        let (gateway, catalogues) = roles
            .contains(&Role::Gateway)
            .then(|| gateway::start(&parts, &public_url))
            .transpose()?
            .unzip();
        let people = people(&configuration, &parts, &public_url)?;
        let fronts = Fronts {
            edge: edge(&configuration, &parts, public_url, people.as_ref()),
            probes: Probes::new(parts.store.clone(), storage.redis.clone()),
            web: people.as_ref().and_then(|people| people.web.clone()),
            oauth: people.map(|people| people.oauth),
            gateway,
            roles: roles.clone(),
        };
        let worker = roles
            .contains(&Role::Worker)
            .then(|| worker::start(&parts, program));
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

    /// Where its figures are served, if they are.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref()?.local_addr().ok()
    }

    /// Where it is reached.
    #[must_use]
    pub fn public_url(&self) -> PublicUrl {
        self.fronts.edge.public_url().clone()
    }
}

/// Binds a port whose connections end when the other side takes nothing for long or is gone, where
/// the system can do that.
fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; COUNTERSIGN_LISTEN chooses another address")
    })?;
    if let Err(error) = give_up_the_dead(&listener) {
        tracing::warn!(%error, "the system does not bound how long a dead connection is kept");
    }
    Ok(listener)
}

/// Connections have it from the port they came in by.
fn give_up_the_dead(listener: &TcpListener) -> io::Result<()> {
    set_tcp_user_timeout(listener, UNACKNOWLEDGED_MS)?;
    set_tcp_keepidle(listener, SILENT)?;
    set_tcp_keepintvl(listener, ASKED)?;
    set_socket_keepalive(listener, true)
}

/// What the roles that meet people have in common: sessions, and the page an agent's wish leads to.
struct People {
    accounts: Accounts,
    oauth: OAuthServer,
    web: Option<Web>,
}

fn people(
    configuration: &Configuration,
    parts: &Parts,
    public_url: &PublicUrl,
) -> anyhow::Result<Option<People>> {
    let has = |role| configuration.roles.contains(&role);
    if !has(Role::Web) && !has(Role::Oauth) {
        return Ok(None);
    }
    let accounts = Accounts::new(parts.store.clone(), parts.world.clone());
    let oauth = oauth::start(parts, public_url);
    let web = has(Role::Web)
        .then(|| web::start(parts, accounts.clone(), &oauth))
        .transpose()?;
    Ok(Some(People {
        accounts,
        oauth,
        web,
    }))
}

fn edge(
    configuration: &Configuration,
    parts: &Parts,
    public_url: PublicUrl,
    people: Option<&People>,
) -> Edge {
    let authenticate: Arc<dyn Authenticate> = match people {
        Some(people) => Arc::new(Sessions(people.accounts.clone())),
        None => Arc::new(NoSessions),
    };
    let edge = Edge::new(public_url, parts.world.clone(), authenticate)
        .with_proxy_hops(configuration.http.proxy_hops);
    match people {
        Some(_) => edge.with_error_page(countersign_dashboard::error_page),
        None => edge,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use rustix::net::sockopt::{socket_keepalive, tcp_keepidle, tcp_user_timeout};

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test's own listener")]
    fn an_accepted_connection_has_the_time_limit_of_its_port() {
        let listener = bind(([127, 0, 0, 1], 0).into()).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert_eq!(tcp_user_timeout(&accepted).unwrap(), 60_000);
        assert!(socket_keepalive(&accepted).unwrap());
        assert_eq!(tcp_keepidle(&accepted).unwrap().as_secs(), 60);
        println!("N = 60 seconds");
    }
}
