//! Names to addresses: looked up once per connection, all answers checked, and exactly the
//! checked answers handed to the connector.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

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

/// The connector's resolver: gives it checked addresses or none.
pub(crate) struct CheckedResolver {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) policy: Arc<EgressPolicy>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.resolver);
        let policy = Arc::clone(&self.policy);
        Box::pin(async move {
            let answers = if is_localhost(name.as_str()) {
                // By definition, not by lookup (RFC 6761 section 6.3).
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            } else {
                resolver
                    .resolve(name.as_str())
                    .await
                    .map_err(LookupFailed)?
            };
            if answers.is_empty() {
                return Err(LookupFailed(io::ErrorKind::NotFound.into()).into());
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
pub(crate) struct LookupFailed(io::Error);

impl fmt::Display for LookupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lookup failed: {}", self.0)
    }
}

impl std::error::Error for LookupFailed {}
