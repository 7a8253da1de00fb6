//! Where the calls of a source's tools go, and what else of the source is there.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use countersign_domain::{
    id::{SourceId, TenantId},
    path::Addresses,
};
use countersign_store::{
    Store, StoreError,
    catalogue::{ConnectionFacts, EndpointFacts, Imported, LoadedTool},
};
use moka::sync::Cache;

/// Most operations whose addresses are kept for the next catalogue; those in use are kept in any
/// case. One takes about a kilobyte.
const OPERATIONS: u64 = 100_000;

/// Where calls go.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The pinned origin, and what lets one in.
    pub connection: Arc<ConnectionFacts>,
    /// All operations of the source, on or off: no call may reach another than its own.
    pub addresses: Arc<Addresses>,
}

impl Destination {
    /// Both, to be looked at.
    #[must_use]
    pub fn place(&self) -> (&ConnectionFacts, &Addresses) {
        (&self.connection, &self.addresses)
    }
}

/// Addresses in memory, each for one import of a source and one address where it lives.
pub(crate) struct Destinations {
    known: Cache<(TenantId, Imported, String), Arc<Addresses>>,
}

impl Default for Destinations {
    fn default() -> Self {
        let known = Cache::builder()
            .max_capacity(OPERATIONS)
            .weigher(|_, addresses: &Arc<Addresses>| addresses.count())
            .build();
        Self { known }
    }
}

impl Destinations {
    /// The destinations of the sources of these tools.
    pub(crate) async fn of(
        &self,
        from: (&Store, &EndpointFacts),
        tools: &[LoadedTool],
    ) -> Result<HashMap<SourceId, Destination>, StoreError> {
        let mut found = HashMap::new();
        for (connection, imported) in tools.iter().filter_map(|tool| tool.connection.as_ref()) {
            if let Entry::Vacant(place) = found.entry(imported.source) {
                place.insert(Destination {
                    connection: Arc::clone(connection),
                    addresses: self.addresses(from, connection, *imported).await?,
                });
            }
        }
        Ok(found)
    }

    async fn addresses(
        &self,
        (store, endpoint): (&Store, &EndpointFacts),
        connection: &ConnectionFacts,
        imported: Imported,
    ) -> Result<Arc<Addresses>, StoreError> {
        let pinned = connection.base_url.as_url();
        let key = (endpoint.tenant(), imported, pinned.to_string());
        if let Some(known) = self.known.get(&key) {
            return Ok(known);
        }
        let places = store.load_places(endpoint, imported.source).await?;
        let operations = places
            .iter()
            .map(|place| (place.method, place.path.as_str(), place.servers.as_slice()));
        let addresses = Arc::new(Addresses::of(pinned, operations));
        self.known.insert(key, Arc::clone(&addresses));
        Ok(addresses)
    }
}
