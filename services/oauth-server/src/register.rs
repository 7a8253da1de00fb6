//! Registration of clients by themselves (RFC 7591): public clients only, nothing but a name and
//! redirect URIs.
//!
//! Anybody may register, so a registration gives nothing: until a member consents, a client is a
//! row that is forgotten after a day, after an hour if it never asked for anything, and at once if
//! it waits for nobody and newcomers need the room. Nobody is refused because others elsewhere are
//! many.

use std::net::IpAddr;

use countersign_access::SystemReason;
use countersign_domain::{World, name::Title};
use countersign_store::{
    Store, SystemTx,
    oauth_clients::{Client, NewClient, UnusedClients},
};
use serde::Deserialize;

use crate::{Limits, OAuthError, parameters::Parameters, per_address::PerAddress, redirect};

const REDIRECT_URIS: usize = 10;

/// What a client says about itself. Everything else it says is ignored, and never repeated.
#[derive(Debug, Deserialize)]
pub struct Registration {
    /// Where it may be sent back to.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// What it calls itself.
    pub client_name: Option<String>,
}

/// A registered client.
pub type Registered = Client;

/// The clients.
#[derive(Clone)]
pub struct Clients {
    store: Store,
    world: World,
    per_address: PerAddress,
    unused: UnusedClients,
}

impl Clients {
    /// Builds the service.
    #[must_use]
    pub fn new(store: Store, world: World, limits: &Limits) -> Self {
        Self {
            store,
            world,
            per_address: PerAddress::new(limits.register),
            unused: limits.unused_clients,
        }
    }

    /// Registers a client.
    ///
    /// # Errors
    /// When what it says of itself cannot be registered, or too many register.
    pub async fn register(
        &self,
        registration: Registration,
        address: IpAddr,
    ) -> Result<Registered, OAuthError> {
        self.per_address.count(address)?;
        let (name, redirect_uris) = registration.check()?;
        let new = NewClient {
            id: self.world.id(),
            name,
            redirect_uris,
        };
        let tx = self
            .store
            .begin_system(SystemReason::ResolveCredential)
            .await?;
        let created_at = tx.insert_client(&new, self.unused).await?;
        tx.commit().await?;
        Ok(Client {
            id: new.id,
            name: new.name.as_str().to_owned(),
            redirect_uris: new.redirect_uris,
            created_at,
            disabled: false,
        })
    }

    /// Forgets clients that nobody consented to in time. Returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_unused(&self) -> Result<u64, OAuthError> {
        let tx = self
            .store
            .begin_system(SystemReason::ResolveCredential)
            .await?;
        let forgotten = tx.forget_unused_clients(self.unused).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Registration {
    fn check(self) -> Result<(Title, Vec<String>), OAuthError> {
        let uris = self.redirect_uris;
        let fits = (1..=REDIRECT_URIS).contains(&uris.len())
            && uris.iter().all(|uri| redirect::may_register(uri));
        let first = uris.first().filter(|_| fits);
        let first = first.ok_or(OAuthError::InvalidRedirectUri)?;
        // The name stands on the consent page, next to the host it is sent back to.
        let name = self.client_name.unwrap_or_else(|| redirect::host(first));
        let name = name.parse().map_err(|_| {
            OAuthError::InvalidClientMetadata("client_name must be 1 to 80 visible characters")
        })?;
        Ok((name, uris))
    }
}

/// Finds the client that a token or revocation request names. There are no secrets to check:
/// codes and tokens are bound to the client by what they are.
pub(crate) async fn named_client(
    tx: &SystemTx,
    parameters: &Parameters,
) -> Result<Client, OAuthError> {
    let id = parameters
        .get("client_id")?
        .ok_or(OAuthError::InvalidClient)?;
    let id = id.parse().map_err(|_| OAuthError::InvalidClient)?;
    tx.client(id)
        .await?
        .filter(|client| !client.disabled)
        .ok_or(OAuthError::InvalidClient)
}
