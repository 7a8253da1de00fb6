//! Tenants, and who acts in them.

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::{World, id::TenantId, role::Role};
use countersign_testkit::Database;

/// Makes a tenant.
pub(crate) async fn tenant(database: &Database, world: &World, slug: &str) -> TenantId {
    let id: TenantId = world.id();
    sqlx::query("INSERT INTO tenant (id, slug, name, created_at) VALUES ($1, $2, $2, now())")
        .bind(id.as_uuid())
        .bind(slug)
        .execute(&mut database.admin().await)
        .await
        .unwrap();
    id
}

/// A member of a tenant.
pub(crate) fn member(world: &World, tenant: TenantId, role: Role) -> TenantScope {
    TenantScope::authenticated(Membership {
        tenant,
        actor: Actor::Member {
            member: world.id(),
            person: world.id(),
            label: "ada@example.com".to_owned(),
            role,
        },
    })
}
