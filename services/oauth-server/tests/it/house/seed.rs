//! What other services have made before an agent comes: written by SQL, because a service does
//! not depend on its sisters.

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::{
    id::{MemberId, PersonId, TenantId},
    role::Role,
};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// A tenant with an owner, a reviewer, a developer and an auditor, and the endpoints `support`
/// (two READ tools, one WRITE tool, one DELETE tool that is off) and `empty`.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) slug: String,
    pub(crate) tenant: TenantId,
    pub(crate) owner: PersonId,
    people: Vec<(Role, PersonId, MemberId)>,
}

impl Place {
    pub(crate) fn person(&self, role: Role) -> PersonId {
        self.find(role).1
    }

    pub(crate) fn member(&self, role: Role) -> MemberId {
        self.find(role).2
    }

    fn find(&self, role: Role) -> (Role, PersonId, MemberId) {
        *self
            .people
            .iter()
            .find(|(known, ..)| *known == role)
            .unwrap()
    }

    /// A member as the sessions would let them in.
    pub(crate) fn scope(&self, role: Role) -> TenantScope {
        TenantScope::authenticated(Membership {
            tenant: self.tenant,
            actor: Actor::Member {
                member: self.member(role),
                person: self.person(role),
                label: role.as_str().to_owned(),
                role,
            },
        })
    }

    /// The URL of one of its endpoints.
    pub(crate) fn resource(&self, endpoint: &str) -> String {
        format!("{}/mcp/{}/{endpoint}", super::PUBLIC, self.slug)
    }
}

pub(crate) async fn seed(admin: &mut PgConnection, slug: &str) -> Place {
    let base = Uuid::from_u128(u128::from(slug.as_bytes()[0]) << 64);
    let id = |n: u64| Uuid::from_u64_pair(base.as_u64_pair().0, n);
    let tenant = id(0);
    let people: Vec<_> = Role::ALL
        .iter()
        .zip(1_u64..)
        .map(|(role, n)| (*role, id(n).into(), id(10 + n).into()))
        .collect();
    let mut sql = vec![format!(
        "INSERT INTO tenant VALUES ('{tenant}', '{slug}', 'The {slug}', now());"
    )];
    for (role, person, member) in &people {
        let (person, member): (PersonId, MemberId) = (*person, *member);
        let (person, member, role) = (person.as_uuid(), member.as_uuid(), role.as_str());
        sql.push(format!(
            "INSERT INTO person VALUES ('{person}', '{role}@{slug}.example', 'x', now());
             INSERT INTO member VALUES ('{tenant}', '{member}', '{person}', '{role}', now());"
        ));
    }
    let owner = id(11);
    sql.push(format!(
        "INSERT INTO environment VALUES ('{tenant}', '{env}', 'production', 'Production', now());
         INSERT INTO endpoint VALUES ('{tenant}', '{support}', '{env}', 'support', 'Support', now(), '{owner}');
         INSERT INTO endpoint VALUES ('{tenant}', '{empty}', '{env}', 'empty', 'Empty', now(), '{owner}');
         INSERT INTO source VALUES ('{tenant}', '{source}', 'api', 'API', now(), '{owner}');
         INSERT INTO revision (tenant_id, id, source_id, number, given_as, state, created_at, created_by)
         VALUES ('{tenant}', '{revision}', '{source}', 1, 'paste', 'ready', now(), '{owner}');",
        env = id(20),
        support = id(21),
        empty = id(22),
        source = id(23),
        revision = id(24),
    ));
    let tools = [
        ("read_a", "READ", "on"),
        ("read_b", "READ", "on"),
        ("write_a", "WRITE", "on"),
        ("delete_a", "DELETE", "off"),
    ];
    for ((name, class, state), n) in tools.into_iter().zip(0..) {
        sql.push(tool(&id, n, (name, class, state)));
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "BEGIN; {} COMMIT",
        sql.concat()
    )))
    .execute(admin)
    .await
    .unwrap();
    Place {
        slug: slug.to_owned(),
        tenant: tenant.into(),
        owner: id(1).into(),
        people,
    }
}

fn tool(id: &impl Fn(u64) -> Uuid, n: u64, (name, class, state): (&str, &str, &str)) -> String {
    let tenant = id(0);
    let (tool, version, decision) = (id(100 + n), id(200 + n), id(300 + n));
    let definition = json!({"method": "GET", "path": format!("/{name}"), "name": name, "title": "",
        "description": "", "input_schema": {"type": "object"}, "binds": [], "security": {"kind": "undeclared"},
        "servers": [], "deprecated": false, "diagnostics": [],
        "risk": {"class": class, "read_only": class == "READ", "destructive": false, "high_risk": false,
            "confidence": "high", "sensitivity": [], "reasons": []}});
    format!(
        "INSERT INTO tool (tenant_id, id, source_id, method, path, name, current_version, created_at)
         VALUES ('{tenant}', '{tool}', '{source}', 'GET', '/{name}', '{name}', '{version}', now());
         INSERT INTO tool_version (tenant_id, id, tool_id, revision_id, fingerprint, class, high_risk,
             confidence, definition, created_at)
         VALUES ('{tenant}', '{version}', '{tool}', '{revision}', 'x', '{class}', false, 'high', '{definition}', now());
         INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
             handling, reason, decided_by, decided_at)
         VALUES ('{tenant}', '{decision}', '{env}', '{tool}', '{version}', false, '{state}', 'run', 'because',
             '{owner}', now());
         INSERT INTO endpoint_tool VALUES ('{tenant}', '{support}', '{tool}');",
        source = id(23),
        revision = id(24),
        env = id(20),
        owner = id(11),
        support = id(21),
    )
}
