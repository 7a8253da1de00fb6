//! Two tenants, and the rows that figures are counted from, made behind the product's back: the
//! tests are about reading.

use chrono::TimeDelta;
use countersign_access::TenantScope;
use countersign_domain::{
    World,
    id::{EnablementId, EndpointId, GrantId, SourceId, TenantId, ToolId, ToolVersionId},
    record::{Act, Record, RecordedTool},
    risk::RiskClass,
    role::Role,
};
use countersign_testkit::{Database, House, world};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

pub(crate) struct Home {
    pub(crate) database: Database,
    pub(crate) house: House,
    pub(crate) owner: TenantScope,
    pub(crate) reviewer: TenantScope,
    pub(crate) developer: TenantScope,
    pub(crate) stranger: TenantScope,
    pub(crate) world: World,
    pub(crate) source: SourceId,
}

/// A tool as it is to be, and the decision about it.
#[derive(Clone, Copy)]
pub(crate) struct Made {
    pub(crate) class: RiskClass,
    pub(crate) high_risk: bool,
    pub(crate) confidence: &'static str,
    pub(crate) handling: &'static str,
    pub(crate) days_on: i32,
}

pub(crate) const READ: Made = Made {
    class: RiskClass::Read,
    high_risk: false,
    confidence: "high",
    handling: "run",
    days_on: 0,
};

pub(crate) const REFUND: Made = Made {
    class: RiskClass::Billing,
    high_risk: true,
    handling: "hold",
    days_on: 1,
    ..READ
};

#[derive(Clone, Copy)]
pub(crate) struct OnTool {
    pub(crate) tool: ToolId,
    pub(crate) version: ToolVersionId,
    pub(crate) policy: EnablementId,
    pub(crate) made: Made,
}

impl Home {
    pub(crate) async fn open() -> Self {
        let database = Database::create().await;
        let house = database.house("acme").await;
        let other = database.house("rival").await;
        let owner = house.member(&database, Role::Owner).await;
        let source = world().id();
        let home = Self {
            reviewer: house.member(&database, Role::Reviewer).await,
            developer: house.member(&database, Role::Developer).await,
            stranger: other.member(&database, Role::Owner).await,
            world: world(),
            owner,
            house,
            database,
            source,
        };
        home.run(
            "INSERT INTO source (tenant_id, id, slug, name, created_at, created_by)
                 VALUES ($tenant, $a, 'pay', 'Payments', now(), $b);
             INSERT INTO revision (tenant_id, id, source_id, number, given_as, state, created_at, created_by)
                 VALUES ($tenant, $a, $a, 1, 'paste', 'ready', now(), $b)",
            &[source.as_uuid(), home.owner.member().unwrap().as_uuid()],
        )
        .await;
        home
    }

    /// Runs statements as administrator, with `$tenant`, `$environment` and `$a`, `$b`, … put in.
    pub(crate) async fn run(&self, sql: &str, ids: &[sqlx::types::Uuid]) {
        let mut sql = sql
            .replace("$tenant", &format!("'{}'", self.tenant().as_uuid()))
            .replace(
                "$environment",
                &format!("'{}'", self.house.environment.as_uuid()),
            );
        for (letter, id) in ('a'..).zip(ids) {
            sql = sql.replace(&format!("${letter}"), &format!("'{id}'"));
        }
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.admin().await)
            .await
            .unwrap();
    }

    pub(crate) async fn admin(&self) -> PgConnection {
        self.database.admin().await
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.house.tenant
    }

    /// A tool that `by` turned on.
    pub(crate) async fn tool_on(&self, name: &str, made: Made, by: &TenantScope) -> OnTool {
        let on = OnTool {
            tool: self.world.id(),
            version: self.world.id(),
            policy: self.world.id(),
            made,
        };
        let (class, confidence, handling) = (made.class.as_str(), made.confidence, made.handling);
        let (high_risk, days) = (made.high_risk, made.days_on);
        let sql = format!(
            "BEGIN;
             INSERT INTO tool (tenant_id, id, source_id, method, path, name, current_version, created_at)
                 VALUES ($tenant, $a, $d, 'GET', '/{name}', '{name}', $b, now());
             INSERT INTO tool_version (tenant_id, id, tool_id, revision_id, fingerprint, class, high_risk, confidence,
                     definition, created_at)
                 VALUES ($tenant, $b, $a, $d, '\\x00', '{class}', {high_risk}, '{confidence}', '{{}}', now());
             INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state, handling,
                     reason, decided_by, decided_at)
                 VALUES ($tenant, $c, $environment, $a, $b, {high_risk}, 'on', '{handling}', 'we need it', $e,
                     now() - interval '{days} days');
             COMMIT"
        );
        let by = by.member().unwrap().as_uuid();
        let ids = [
            on.tool.as_uuid(),
            on.version.as_uuid(),
            on.policy.as_uuid(),
            self.source.as_uuid(),
            by,
        ];
        self.run(&sql, &ids).await;
        on
    }

    /// An address for the API, and a credential for it.
    pub(crate) async fn connect(&self, base_url: &str) {
        let id: countersign_domain::id::ConnectionId = self.world.id();
        let sql = format!(
            "INSERT INTO connection (tenant_id, id, source_id, environment_id, base_url, updated_at, updated_by)
                 VALUES ($tenant, $a, $b, $environment, '{base_url}', now(), $c);
             INSERT INTO credential (tenant_id, id, connection_id, version, scheme, base_url, fingerprint, created_at,
                     created_by)
                 VALUES ($tenant, $a, $a, 1, '{{}}', '{base_url}', 'f', now(), $c)"
        );
        let by = self.owner.member().unwrap().as_uuid();
        self.run(&sql, &[id.as_uuid(), self.source.as_uuid(), by])
            .await;
    }

    /// An endpoint, and an agent that acts there for the developer.
    pub(crate) async fn agent(&self) -> (EndpointId, GrantId) {
        let (endpoint, grant): (EndpointId, GrantId) = (self.world.id(), self.world.id());
        let sql = "INSERT INTO oauth_client (id, name, redirect_uris, created_at)
                 VALUES ($b, 'an agent', '{http://127.0.0.1/}', now());
             INSERT INTO endpoint (tenant_id, id, environment_id, slug, name, created_at, created_by)
                 VALUES ($tenant, $a, $environment, 'support', 'Support', now(), $c);
             INSERT INTO oauth_grant (tenant_id, id, endpoint_id, client_id, member_id, scopes, resource, created_at,
                     expires_at)
                 VALUES ($tenant, $b, $a, $b, $c, '{tools:read}', 'https://x', now(), now() + interval '1 day')";
        let member = self.developer.member().unwrap().as_uuid();
        self.run(sql, &[endpoint.as_uuid(), grant.as_uuid(), member])
            .await;
        (endpoint, grant)
    }

    /// A hold of a call by the developer's agent, decided after a minute if `by` is given.
    pub(crate) async fn hold(
        &self,
        on: OnTool,
        (endpoint, grant): (EndpointId, GrantId),
        state: &str,
        by: Option<&TenantScope>,
    ) {
        let id: countersign_domain::id::HoldId = self.world.id();
        let decided = by.map_or("NULL, NULL, NULL, NULL".to_owned(), |by| {
            let person = by.person().unwrap().as_uuid();
            format!("'{person}', 'label', now() - interval '59 minutes', 'fine'")
        });
        let consumed = if state == "consumed" { "now()" } else { "NULL" };
        let sql = format!(
            "INSERT INTO hold (tenant_id, id, call_key, digest, nonce, state, environment_id, endpoint_id, tool_id,
                 tool_version_id, tool_name, class, policy_id, arguments, method, base_url, url, request, high_risk, why,
                 requester, requester_label, member_id, grant_id, client_id, client_label, created_at, expires_at,
                 decided_by, decided_label, decided_at, decided_reason, consumed_at)
             VALUES ($tenant, $a, decode(replace($a, '-', ''), 'hex'), '\\x00', 'n', '{state}', $environment, $b, $c,
                 $d, 'refund', 'BILLING', $e, '{{}}', 'POST', 'https://x', 'https://x', '{{}}', {}, 'why', $f, 'dev', $g, $h, $h,
                 'an agent', now() - interval '60 minutes', now() + interval '1 hour', {decided}, {consumed})",
            on.made.high_risk
        );
        let ids = [
            id.as_uuid(),
            endpoint.as_uuid(),
            on.tool.as_uuid(),
            on.version.as_uuid(),
            on.policy.as_uuid(),
            self.developer.person().unwrap().as_uuid(),
            self.developer.member().unwrap().as_uuid(),
            grant.as_uuid(),
        ];
        self.run(&sql, &ids).await;
    }

    /// A row as the gateway writes it, in the name of this member.
    pub(crate) fn row(&self, by: &TenantScope, act: Act) -> Record {
        Record::new(&self.world, by.tenant(), act, by.who())
    }

    /// A row about a tool.
    pub(crate) fn row_of(
        &self,
        by: &TenantScope,
        act: Act,
        on: OnTool,
        endpoint: EndpointId,
    ) -> Record {
        let mut record = self.row(by, act);
        record.call = Some(self.world.id());
        record.tool = Some(RecordedTool {
            tool: on.tool,
            version: on.version,
            name: "refund".to_owned(),
            class: on.made.class,
            endpoint: Some(endpoint),
        });
        record
    }

    pub(crate) async fn write(&self, records: &[Record]) {
        let written = self.database.store().append_records(records).await.unwrap();
        assert_eq!(written.len(), records.len());
    }

    /// How many rows there are, behind the wall.
    pub(crate) async fn rows(&self, tenant: TenantId) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM record WHERE tenant_id = $1")
            .bind(tenant.as_uuid())
            .fetch_one(&mut self.admin().await)
            .await
            .unwrap()
    }
}

/// Makes a row as old as if it had been written that long ago.
pub(crate) fn age(record: &mut Record, by: TimeDelta) {
    record.at -= by;
    let milliseconds = u128::try_from(record.at.timestamp_millis()).unwrap();
    let rest = record.id.as_uuid().as_u128() & ((1 << 80) - 1);
    record.id = Uuid::from_u128(milliseconds << 80 | rest).into();
}

/// An object, for a row's arguments.
pub(crate) fn object(value: &Value) -> serde_json::Map<String, Value> {
    value.as_object().unwrap().clone()
}
