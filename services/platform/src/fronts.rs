//! Everything one process answers by HTTP.

use std::collections::BTreeSet;

use actix_web::web;
use countersign_edge::{Edge, Routes};
use countersign_mcp_gateway::Gateway;
use countersign_oauth_server::OAuthServer;

use crate::{
    operator::{self, Probes},
    roles::{Role, web::Web},
};

/// The fronts of one process. Cloned into each of its HTTP workers.
#[derive(Clone)]
pub(crate) struct Fronts {
    pub(crate) roles: BTreeSet<Role>,
    pub(crate) edge: Edge,
    pub(crate) probes: Probes,
    pub(crate) web: Option<Web>,
    pub(crate) oauth: Option<OAuthServer>,
    pub(crate) gateway: Option<Gateway>,
}

impl Fronts {
    /// Registers routes and what their handlers need; the one place that does.
    pub(crate) fn configure(&self, config: &mut web::ServiceConfig) {
        self.edge.configure(config);
        config.app_data(web::Data::new(self.probes.clone()));
        if let Some(web) = &self.web {
            web.configure(config);
        }
        if let Some(oauth) = &self.oauth {
            config.app_data(web::Data::new(oauth.clone()));
        }
        if let Some(gateway) = &self.gateway {
            config.app_data(web::Data::new(gateway.clone()));
        }
        routes(&self.roles).configure(config);
    }
}

/// The routes of a process with these roles, each with who may call it.
#[must_use]
pub fn routes(roles: &BTreeSet<Role>) -> Routes {
    let mut routes = operator::routes();
    for role in roles {
        routes = match role {
            Role::Worker => routes,
            Role::Web => routes
                .and(countersign_dashboard::routes())
                .and(countersign_graphql::routes()),
            Role::Oauth => routes.and(countersign_oauth_server::routes()),
            Role::Gateway => routes.and(countersign_mcp_gateway::routes()),
        };
    }
    routes
}
