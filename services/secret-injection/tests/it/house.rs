//! Two tenants with an API each, over a real database, a real vault and a real door.

use std::{collections::BTreeMap, sync::Arc};

use countersign_access::{Actor, CallTool, Membership, TenantScope};
use countersign_domain::{
    World,
    connection::AuthScheme,
    decision::{Handling, Policy, Ruling, decide},
    digest::Digest,
    id::{EnvironmentId, MemberId, PersonId, SourceId, TenantId},
    operation::{Bind, ImportedOperation, Method, Place as In, SchemeUse, Security, Style},
    path::Addresses,
    risk::{Confidence, Risk, RiskClass},
    role::Role,
    secret::Secret,
};
use countersign_egress::{Egress, EgressPolicy, Loopback, PlainHttp, Plenty};
use countersign_secret_injection::{
    ConnectionError, ConnectionView, Connections, Dispatch as _, DispatchOutcome, Injector,
    OutboundCall, SetBaseUrl, StoreCredential,
};
use countersign_store::{Authorized, CallFacts, catalogue::ConnectionFacts};
use countersign_testkit::{Database, world};
use countersign_vault::{LocalVault, MasterKey, SecretVault};
use serde_json::{Map, Value};
use sqlx::PgConnection;

pub(crate) struct House {
    pub(crate) database: Database,
    pub(crate) world: World,
    pub(crate) connections: Connections,
    pub(crate) injector: Injector,
    pub(crate) acme: Place,
    pub(crate) globex: Place,
}

/// A tenant with one developer, one agent of theirs, one API and one environment.
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) source: SourceId,
    pub(crate) environment: EnvironmentId,
    pub(crate) developer: TenantScope,
    pub(crate) agent: TenantScope,
}

impl House {
    pub(crate) async fn open() -> Self {
        let (database, world) = (Database::create().await, world());
        let mut admin = database.admin().await;
        let acme = place(&mut admin, &world, "acme").await;
        let globex = place(&mut admin, &world, "globex").await;
        let key = MasterKey::generate(&world);
        let vault: Arc<dyn SecretVault> =
            Arc::new(LocalVault::new(database.store(), world.clone(), key));
        let egress = Egress::with_system_dns(EgressPolicy {
            loopback: Loopback::Allowed,
            plain_http: PlainHttp::ToLoopback,
            ..EgressPolicy::default()
        })
        .unwrap();
        let connections = Connections::new(
            database.store(),
            world.clone(),
            Arc::clone(&vault),
            egress.clone(),
        );
        Self {
            injector: Injector::new(vault, egress),
            database,
            world,
            connections,
            acme,
            globex,
        }
    }

    /// Says where acme's API lives.
    pub(crate) async fn connect(&self, url: &str) -> ConnectionView {
        self.try_connect(&self.acme.developer, url).await.unwrap()
    }

    pub(crate) async fn try_connect(
        &self,
        scope: &TenantScope,
        url: &str,
    ) -> Result<ConnectionView, ConnectionError> {
        let command = SetBaseUrl {
            source: self.acme.source,
            environment: self.acme.environment,
            base_url: url.parse().unwrap(),
        };
        self.connections.set_base_url(scope, command).await
    }

    /// Stores a credential of acme's.
    pub(crate) async fn store(&self, scheme: AuthScheme, secret: &str) -> ConnectionView {
        let stored = self.try_store(&self.acme.developer, scheme, secret).await;
        stored.unwrap()
    }

    pub(crate) async fn try_store(
        &self,
        scope: &TenantScope,
        scheme: AuthScheme,
        secret: &str,
    ) -> Result<ConnectionView, ConnectionError> {
        let (source, environment) = (self.acme.source, self.acme.environment);
        let seen = self.connections.view(scope, source, environment).await?;
        let base_url = seen.map_or("http://unseen.example".to_owned(), |seen| {
            seen.base_url.to_string()
        });
        let command = StoreCredential {
            source,
            environment,
            base_url: base_url.parse().unwrap(),
            scheme,
            secret: Secret::new(secret.to_owned()),
        };
        self.connections.store_credential(scope, command).await
    }

    /// What a catalogue would know of acme's connection now.
    pub(crate) async fn facts(&self) -> ConnectionFacts {
        let tx = self.database.store().begin(&self.acme.agent).await.unwrap();
        let found = tx.connection(self.acme.source, self.acme.environment).await;
        found.unwrap().unwrap().facts
    }

    /// Sends one call of acme's agent over acme's connection as it is now.
    pub(crate) async fn call(
        &self,
        operation: &ImportedOperation,
        arguments: &Value,
    ) -> DispatchOutcome {
        let facts = self.facts().await;
        self.call_over(&facts, operation, arguments).await
    }

    pub(crate) async fn call_over(
        &self,
        connection: &ConnectionFacts,
        operation: &ImportedOperation,
        arguments: &Value,
    ) -> DispatchOutcome {
        let arguments = object(arguments);
        let authorized = self.authorized(&self.acme.agent, &arguments);
        let call = OutboundCall {
            scope: &self.acme.agent,
            version: authorized.facts().version,
            operation,
            arguments: &arguments,
            connection,
            addresses: &alone(connection),
            room: &Plenty,
        };
        self.injector.send(authorized, call).await
    }

    /// Authority for one READ of an agent's.
    pub(crate) fn authorized(
        &self,
        agent: &TenantScope,
        arguments: &Map<String, Value>,
    ) -> Authorized {
        let policy = Policy {
            version: self.world.id(),
            class: RiskClass::Read,
            high_risk: false,
            handling: Handling::Run,
        };
        let facts = CallFacts {
            call: self.world.id(),
            version: policy.version,
            arguments: Digest::of_canonical(arguments).unwrap(),
        };
        let Ruling::Run(runs) = decide(&policy, &RiskClass::ALL) else {
            panic!("a READ that is on runs");
        };
        Authorized::read(agent.allow(CallTool).unwrap(), facts, runs).unwrap()
    }
}

/// What every tenant starts with here; `$1` to `$5` are its ids, `$6` its name.
const SEED: [&str; 5] = [
    "INSERT INTO person (id, email, password_hash, created_at)
     SELECT person, 'ada@' || name || '.example', '', now() FROM given",
    "INSERT INTO tenant (id, slug, name, created_at) SELECT tenant, name, name, now() FROM given",
    "INSERT INTO member (tenant_id, id, person_id, role, created_at)
     SELECT tenant, member, person, 'developer', now() FROM given",
    "INSERT INTO environment (tenant_id, id, slug, name, created_at)
     SELECT tenant, environment, 'production', 'Production', now() FROM given",
    "INSERT INTO source (tenant_id, id, slug, name, created_at, created_by)
     SELECT tenant, source, 'shop', 'Shop', now(), member FROM given",
];

async fn place(admin: &mut PgConnection, world: &World, slug: &str) -> Place {
    let (tenant, person): (TenantId, PersonId) = (world.id(), world.id());
    let member: MemberId = world.id();
    let (environment, source): (EnvironmentId, SourceId) = (world.id(), world.id());
    let email = format!("ada@{slug}.example");
    for insert in SEED {
        let sql = format!(
            "WITH given AS (SELECT $1::uuid AS tenant, $2::uuid AS person, $3::uuid AS member,
             $4::uuid AS environment, $5::uuid AS source, $6::text AS name) {insert}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_uuid())
            .bind(person.as_uuid())
            .bind(member.as_uuid())
            .bind(environment.as_uuid())
            .bind(source.as_uuid())
            .bind(slug)
            .execute(&mut *admin)
            .await
            .unwrap();
    }
    let developer = TenantScope::authenticated(Membership {
        tenant,
        actor: Actor::Member {
            member,
            person,
            label: email.clone(),
            role: Role::Developer,
        },
    });
    let agent = TenantScope::authenticated(Membership {
        tenant,
        actor: Actor::Agent {
            client: world.id(),
            label: "agent".to_owned(),
            grant: world.id(),
            endpoint: world.id(),
            member,
            person,
            person_label: email,
            scopes: RiskClass::ALL.to_vec(),
        },
    });
    Place {
        tenant,
        source,
        environment,
        developer,
        agent,
    }
}

/// The addresses of an API that has no other operation.
pub(crate) fn alone(connection: &ConnectionFacts) -> Addresses {
    Addresses::of(connection.base_url.as_url(), [])
}

pub(crate) fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub(crate) fn header_key(name: &str) -> AuthScheme {
    AuthScheme::ApiKeyHeader {
        name: name.to_owned(),
    }
}

pub(crate) fn query_key(name: &str) -> AuthScheme {
    AuthScheme::ApiKeyQuery {
        name: name.to_owned(),
    }
}

/// An operation without arguments of which the document says nothing more.
pub(crate) fn operation(method: Method, path: &str) -> ImportedOperation {
    ImportedOperation {
        method,
        path: path.to_owned(),
        operation_id: None,
        name: "tool".to_owned(),
        title: String::new(),
        description: String::new(),
        input_schema: Value::Null,
        binds: Vec::new(),
        body: None,
        discriminators: BTreeMap::new(),
        successes: BTreeMap::new(),
        output: None,
        security: Security::Undeclared,
        servers: Vec::new(),
        deprecated: false,
        risk: Risk {
            class: RiskClass::Read,
            read_only: true,
            destructive: false,
            high_risk: false,
            confidence: Confidence::High,
            sensitivity: Vec::new(),
            reasons: Vec::new(),
        },
        unsupported: None,
        diagnostics: Vec::new(),
    }
}

pub(crate) fn bind(place: In, wire: &str) -> Bind {
    Bind {
        key: wire.to_owned(),
        place,
        wire: wire.to_owned(),
        style: if matches!(place, In::Query | In::Cookie) {
            Style::Form
        } else {
            Style::Simple
        },
        explode: false,
        allow_reserved: false,
        content_type: None,
        encoding: Vec::new(),
        required: place == In::Path,
    }
}

/// What a document says that wants some credential.
pub(crate) fn secured() -> Security {
    Security::AnyOf(vec![vec![SchemeUse {
        name: "key".to_owned(),
        scheme: None,
        scopes: Vec::new(),
    }]])
}
