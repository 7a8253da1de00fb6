//! The MCP endpoints.

use std::sync::Arc;

use anyhow::Context as _;
use countersign_approvals::Approvals;
use countersign_edge::PublicUrl;
use countersign_mcp_gateway::{Gateway, Parts as GatewayParts, Rates};
use countersign_secret_injection::Injector;
use countersign_tool_registry::Catalogues;
use tokio::runtime::Handle;

use crate::parts::Parts;

/// Puts the gateway together, and the catalogues that somebody has to watch.
pub(crate) fn start(
    parts: &Parts,
    public_url: &PublicUrl,
) -> anyhow::Result<(Gateway, Catalogues)> {
    let vault = parts.vault.clone().context("the gateway needs the vault")?;
    let (store, world) = (parts.store.clone(), parts.world.clone());
    let catalogues = Catalogues::new(store, world, Arc::clone(&parts.wakeups));
    let gateway = Gateway::new(GatewayParts {
        store: parts.store.clone(),
        world: parts.world.clone(),
        public_url: public_url.clone(),
        catalogues: catalogues.clone(),
        approvals: Approvals::new(parts.store.clone(), parts.world.clone()),
        dispatch: Arc::new(Injector::new(vault, parts.egress.clone())),
        recorder: parts.recorder.clone(),
        runtime: Handle::current(),
        tracker: parts.tracker.clone(),
        stopping: parts.end.clone(),
        rates: Rates::default(),
    });
    Ok((gateway, catalogues))
}
