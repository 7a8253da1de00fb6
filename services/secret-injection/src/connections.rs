//! Where APIs live and which credential is used there: what members may say, and may see.
//!
//! What must always hold: a stored secret is never shown again, only its scheme, its age and its
//! fingerprint; an address is checked by the door that will be used, when it is said and again at
//! each use; and a credential is bound to the whole address it was stored for, origin and path, so
//! that another one takes it out of use.

mod confirm;
mod error;
mod secret_rules;
mod set_base_url;
mod store_credential;
mod suggest;
mod view;

use std::sync::Arc;

use countersign_access::{ActionName, Denied, TenantScope};
use countersign_domain::{
    World,
    connection::BaseUrl,
    id::{EnvironmentId, MemberId, SourceId},
    record::{Act, Record},
};
use countersign_egress::Egress;
use countersign_store::{Store, StoreError, TenantTx};
use countersign_vault::SecretVault;

pub use confirm::ConfirmCredential;
pub use error::ConnectionError;
pub use secret_rules::InvalidSecret;
pub use set_base_url::SetBaseUrl;
pub use store_credential::StoreCredential;
pub use suggest::{SuggestedAddress, SuggestedScheme, Suggestions, suggest};
pub use view::{ConnectionView, CredentialView};

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    store: Store,
    world: World,
    vault: Arc<dyn SecretVault>,
    egress: Egress,
}

impl Connections {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, world: World, vault: Arc<dyn SecretVault>, egress: Egress) -> Self {
        Self {
            store,
            world,
            vault,
            egress,
        }
    }

    /// Begins a row of the audit log about a connection.
    async fn about(
        &self,
        (scope, tx): (&TenantScope, &TenantTx),
        act: Act,
        (source, environment): (SourceId, EnvironmentId),
    ) -> Result<Record, StoreError> {
        let source = tx.source(source).await?;
        let environment = tx.environment(environment).await?;
        let record = Record::new(&self.world, scope.tenant(), act, scope.who());
        Ok(record
            .of_source(&source.slug, source.id)
            .with("environment", environment.slug.as_str()))
    }

    /// Asks the door whether it would lead there, and returns the address in its one form.
    fn admitted(&self, base_url: &BaseUrl) -> Result<BaseUrl, ConnectionError> {
        let checked = self.egress.check(base_url.as_url().clone())?;
        Ok(String::from(checked).parse()?)
    }
}

/// Who a change is recorded for.
fn member(scope: &TenantScope) -> Result<MemberId, Denied> {
    scope.member().ok_or(Denied {
        action: ActionName::ManageConnection,
    })
}

/// Says whether a credential for one address may be used at another: same scheme, host, port and
/// path. A longer path is another API: what a tool's own path says no longer says what is called.
pub(crate) fn same_place(one: &BaseUrl, other: &BaseUrl) -> bool {
    one == other
}
