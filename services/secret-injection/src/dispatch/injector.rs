//! Sending from this process.

use std::{error::Error as _, sync::Arc};

use async_trait::async_trait;
use countersign_domain::{digest::Digest, secret::Secret};
use countersign_egress::Egress;
use countersign_store::{Authorized, catalogue::CredentialFacts};
use countersign_vault::{SecretName, SecretVault, StoredSecret};
use tracing::{debug, warn};

use super::{
    Dispatch, DispatchError, DispatchOutcome, OutboundCall, Sent,
    answer::{Answered, read},
    inject::{inject, secret_parts},
    prepare::{Prepared, prepare},
};
use crate::Scrubber;

/// Opens secrets and sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Injector {
    vault: Arc<dyn SecretVault>,
    egress: Egress,
}

impl Injector {
    /// Puts the vault and the door together.
    #[must_use]
    pub fn new(vault: Arc<dyn SecretVault>, egress: Egress) -> Self {
        Self { vault, egress }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a call's request, with what lets it in"
    )]
    async fn exchange(
        &self,
        call: &OutboundCall<'_>,
        prepared: Prepared<'_>,
    ) -> Result<Answered, DispatchError> {
        let opened = match prepared.credential {
            Some(credential) => Some(self.open(call, credential).await?),
            None => None,
        };
        let secrets = match (prepared.credential, &opened) {
            (Some(credential), Some(secret)) => secret_parts(&credential.scheme, secret),
            _ => Vec::new(),
        };
        let request = inject(prepared, opened.as_ref());
        let response = self.egress.send_within(request, call.room).await?;
        Ok(read(&response, &Scrubber::new(&secrets)))
    }

    async fn open(
        &self,
        call: &OutboundCall<'_>,
        credential: &CredentialFacts,
    ) -> Result<Secret, DispatchError> {
        let name = SecretName::Credential(credential.id);
        let opened = async {
            let stored = StoredSecret {
                version: credential.version,
                fingerprint: credential.fingerprint.parse()?,
            };
            self.vault.open(call.scope, &name, stored).await
        };
        opened.await.map_err(DispatchError::CredentialUnavailable)
    }
}

#[async_trait]
impl Dispatch for Injector {
    async fn send(&self, authorized: Authorized, call: OutboundCall<'_>) -> DispatchOutcome {
        let prepared = authorized_request(&authorized, &call);
        let credential = prepared.as_ref().ok().and_then(|ready| ready.credential);
        let exchanged = match prepared {
            Ok(prepared) => self.exchange(&call, prepared).await,
            Err(error) => Err(error),
        };
        let label = credential.map(CredentialFacts::label);
        match exchanged {
            Ok(answered) => DispatchOutcome {
                result: Ok(answered.answer),
                upstream_status: Some(answered.status),
                credential: label,
                redacted: answered.redacted,
                sent: Sent::Yes,
            },
            Err(error) => {
                let sent = error.sent();
                log(&authorized, &error);
                DispatchOutcome {
                    result: Err(error),
                    upstream_status: None,
                    credential: label.filter(|_| sent != Sent::No),
                    redacted: false,
                    sent,
                }
            }
        }
    }
}

/// The record keeps the code; the cause is for the operator's log alone.
fn log(authorized: &Authorized, error: &DispatchError) {
    let (tenant, call) = (authorized.tenant(), authorized.facts().call);
    let cause = error.source().map(tracing::field::display);
    match error {
        DispatchError::NotThisCall | DispatchError::CredentialUnavailable(_) => {
            warn!(tenant.id = %tenant, call.id = %call, cause, "did not send a call: {error}");
        }
        DispatchError::Request(_) | DispatchError::Egress(_) => {
            debug!(tenant.id = %tenant, call.id = %call, cause, "a call has no answer: {error}");
        }
    }
}

/// The request that the authority is for.
fn authorized_request<'a>(
    authorized: &Authorized,
    call: &OutboundCall<'a>,
) -> Result<Prepared<'a>, DispatchError> {
    check_authority(authorized, call)?;
    let to = (call.connection, call.addresses);
    Ok(prepare(call.operation, call.arguments, to)?)
}

/// The authority is for one tenant, one definition and one set of arguments.
fn check_authority(authorized: &Authorized, call: &OutboundCall<'_>) -> Result<(), DispatchError> {
    let facts = authorized.facts();
    let arguments = Digest::of_canonical(call.arguments).map_err(|_| DispatchError::NotThisCall)?;
    let is_this_call = authorized.tenant() == call.scope.tenant()
        && facts.version == call.version
        && facts.arguments == arguments;
    is_this_call.then_some(()).ok_or(DispatchError::NotThisCall)
}
