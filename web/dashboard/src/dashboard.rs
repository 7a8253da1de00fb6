//! The services that the pages talk to.

use actix_web::{HttpRequest, web};
use countersign_accounts::Accounts;
use countersign_approvals::Approvals;
use countersign_oauth_server::{Authorizations, Grants, Issuer};
use countersign_reporting::{Activity, Audit, Reports};
use countersign_secret_injection::Connections;
use countersign_spec_import::Imports;
use countersign_tool_registry::Registry;

/// The services behind the pages, as one value. Cheap to clone.
#[derive(Clone)]
pub struct Dashboard {
    /// People, sessions, members.
    pub accounts: Accounts,
    /// Importing APIs.
    pub imports: Imports,
    /// Sources, tools, endpoints.
    pub registry: Registry,
    /// Addresses and credentials.
    pub connections: Connections,
    /// Held calls.
    pub approvals: Approvals,
    /// Agents that ask to be connected.
    pub authorizations: Authorizations,
    /// Who agents' tokens are issued by.
    pub issuer: Issuer,
    /// Agents that are connected.
    pub grants: Grants,
    /// The audit log.
    pub audit: Audit,
    /// The report.
    pub reports: Reports,
    /// The figures of the first page.
    pub activity: Activity,
}

impl Dashboard {
    /// Makes the services known to the handlers of [`crate::routes`].
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        config.app_data(web::Data::new(self.clone()));
    }

    /// The services of the application that serves this request.
    pub(crate) fn of(request: &HttpRequest) -> web::Data<Self> {
        let known = request.app_data::<web::Data<Self>>().cloned();
        known.expect("every application with these routes is configured with the dashboard")
    }
}
