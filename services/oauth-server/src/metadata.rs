//! What we say of ourselves, for clients to find: nothing is listed that is not offered.

use countersign_domain::{name::Slug, risk::RiskClass};
use serde_json::{Value, json};

use crate::Issuer;

/// The authorization server (RFC 8414).
pub(crate) fn authorization_server(issuer: &Issuer) -> Value {
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.at("/oauth/authorize"),
        "token_endpoint": issuer.at("/oauth/token"),
        "registration_endpoint": issuer.at("/oauth/register"),
        "revocation_endpoint": issuer.at("/oauth/revoke"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": scopes(),
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": false,
    })
}

/// One endpoint as a protected resource (RFC 9728).
pub(crate) fn protected_resource(issuer: &Issuer, tenant: &Slug, endpoint: &Slug) -> Value {
    json!({
        "resource": issuer.resource(tenant, endpoint),
        "authorization_servers": [issuer.as_str()],
        "bearer_methods_supported": ["header"],
        "scopes_supported": scopes(),
    })
}

fn scopes() -> Vec<&'static str> {
    RiskClass::ALL.iter().map(|class| class.scope()).collect()
}
