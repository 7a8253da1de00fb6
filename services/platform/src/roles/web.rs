//! The pages and the API for people.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use anyhow::Context as _;
use countersign_accounts::Accounts;
use countersign_approvals::Approvals;
use countersign_dashboard::Dashboard;
use countersign_graphql::{Api, Services};
use countersign_oauth_server::{Grants, OAuthServer};
use countersign_reporting::{Activity, Audit, Reports};
use countersign_secret_injection::Connections;
use countersign_spec_import::Imports;
use countersign_tool_registry::Registry;

use crate::parts::Parts;

/// The two fronts for people, over the same use cases.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) dashboard: Dashboard,
    api: Api,
}

impl Web {
    /// Makes both known to their handlers.
    pub(crate) fn configure(&self, config: &mut ServiceConfig) {
        self.dashboard.configure(config);
        self.api.configure(config);
    }
}

/// Puts the two together.
pub(crate) fn start(parts: &Parts, accounts: Accounts, oauth: &OAuthServer) -> anyhow::Result<Web> {
    let vault = parts.vault.clone().context("the pages need the vault")?;
    let store = || parts.store.clone();
    let world = || parts.world.clone();
    let wakeups = || Arc::clone(&parts.wakeups);
    let dashboard = Dashboard {
        accounts,
        imports: Imports::new(store(), world(), wakeups()),
        registry: Registry::new(store(), world(), wakeups()),
        connections: Connections::new(store(), world(), vault, parts.egress.clone()),
        approvals: Approvals::new(store(), world()),
        authorizations: oauth.authorizations.clone(),
        issuer: oauth.issuer.clone(),
        grants: Grants::new(store(), world()),
        audit: Audit::new(store()),
        reports: Reports::new(store(), world()),
        activity: Activity::new(store(), world()),
    };
    let api = Api::new(services(&dashboard));
    Ok(Web { dashboard, api })
}

fn services(pages: &Dashboard) -> Services {
    Services {
        accounts: pages.accounts.clone(),
        imports: pages.imports.clone(),
        registry: pages.registry.clone(),
        connections: pages.connections.clone(),
        approvals: pages.approvals.clone(),
        grants: pages.grants.clone(),
        audit: pages.audit.clone(),
        reports: pages.reports.clone(),
    }
}
