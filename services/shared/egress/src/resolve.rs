//! Names to addresses: looked up once per connection, all answers checked, and exactly the
//! checked answers handed to the connector.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::watch;

use crate::destination::is_localhost;
use crate::policy::EgressPolicy;

/// Looks names up. The system's lookup, or a test's own.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Returns every address of a name.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let answers = tokio::net::lookup_host((name, 0)).await?;
        Ok(answers.map(|answer| answer.ip()).collect())
    }
}

/// Answers beyond this many are checked but not tried.
const ADDRESSES_TRIED: usize = 16;

/// Names looked up at once. A name whose servers are silent keeps its thread long after whoever
/// asked has gone, and there are 512 threads for all that blocks in this process.
const NAMES_AT_ONCE: usize = 128;
/// Of these, names below one domain, which has one owner and mostly the same servers.
const NAMES_OF_ONE_DOMAIN: usize = 16;

/// What a look-up came to, for all who wait for it.
type Found = Result<Vec<IpAddr>, Arc<io::Error>>;

/// The look-ups that are under way: one of each name. Clones share them.
#[derive(Clone)]
pub(crate) struct LookUps {
    resolver: Arc<dyn Resolver>,
    under_way: Arc<Mutex<HashMap<String, watch::Receiver<Option<Found>>>>>,
}

impl LookUps {
    pub(crate) fn through(resolver: Arc<dyn Resolver>) -> Self {
        let under_way = Arc::default();
        Self {
            resolver,
            under_way,
        }
    }

    async fn addresses(&self, name: &str) -> Found {
        let mut told = self.begin_or_join(name)?;
        let found = told.wait_for(Option::is_some).await;
        // Nobody tells any more: the look-up was broken off, or panicked.
        let found = found.map_or(None, |found| found.clone());
        found.unwrap_or_else(|| Err(Arc::new(io::ErrorKind::Interrupted.into())))
    }

    /// Begins a look-up that goes on whether somebody waits for it or not, as the system's does.
    fn begin_or_join(&self, name: &str) -> Result<watch::Receiver<Option<Found>>, Arc<io::Error>> {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // What came to an end is asked anew.
        under_way.retain(|_, told| told.has_changed().is_ok());
        if let Some(told) = under_way.get(name) {
            return Ok(told.clone());
        }
        let of_domain = under_way.keys().filter(|one| domain(one) == domain(name));
        if under_way.len() >= NAMES_AT_ONCE || of_domain.count() >= NAMES_OF_ONE_DOMAIN {
            return Err(Arc::new(io::ErrorKind::ResourceBusy.into()));
        }
        let (tell, told) = watch::channel(None);
        under_way.insert(name.to_owned(), told.clone());
        let (resolver, name) = (Arc::clone(&self.resolver), name.to_owned());
        tokio::spawn(async move {
            tell.send_replace(Some(resolver.resolve(&name).await.map_err(Arc::new)));
        });
        Ok(told)
    }
}

/// The last two labels of a name.
fn domain(name: &str) -> &str {
    let name = name.trim_end_matches('.');
    let mut dots = name.rmatch_indices('.');
    dots.nth(1).map_or(name, |(at, _)| &name[at + 1..])
}

/// The connector's resolver: gives it checked addresses or none.
pub(crate) struct CheckedResolver {
    pub(crate) looks: LookUps,
    pub(crate) policy: Arc<EgressPolicy>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let looks = self.looks.clone();
        let policy = Arc::clone(&self.policy);
        Box::pin(async move {
            let answers = if is_localhost(name.as_str()) {
                // By definition, not by lookup (RFC 6761 section 6.3).
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            } else {
                looks.addresses(name.as_str()).await.map_err(LookupFailed)?
            };
            if answers.is_empty() {
                let nowhere = Arc::new(io::ErrorKind::NotFound.into());
                return Err(LookupFailed(nowhere).into());
            }
            // One bad answer spoils the name: it is an attack or a mistake, and in either
            // case which address is tried first must not decide.
            if !answers.iter().all(|answer| policy.allows_address(*answer)) {
                return Err(Refused.into());
            }
            let tried = answers.into_iter().take(ADDRESSES_TRIED);
            let addresses: Addrs = Box::new(tried.map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

/// An answer was an address that is not allowed.
#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address of the name is not allowed")
    }
}

impl std::error::Error for Refused {}

/// The name could not be looked up, or has no address.
#[derive(Debug)]
pub(crate) struct LookupFailed(Arc<io::Error>);

impl fmt::Display for LookupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lookup failed: {}", self.0)
    }
}

impl std::error::Error for LookupFailed {}
