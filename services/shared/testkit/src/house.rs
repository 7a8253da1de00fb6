//! A tenant with an environment and members, made behind the product's back for tests that are
//! about something else than signing up.

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::{
    id::{EnvironmentId, JobId, MemberId, PersonId, TenantId},
    name::Slug,
    role::Role,
};
use sqlx::{PgConnection, types::Uuid};

use crate::{Database, world};

/// A tenant with one environment, `production`.
pub struct House {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its environment.
    pub environment: EnvironmentId,
}

impl Database {
    /// Makes a tenant without members.
    ///
    /// # Panics
    /// When the slug is none or is taken.
    pub async fn house(&self, slug: &str) -> House {
        let house = House {
            tenant: world().id(),
            slug: slug.parse().expect("a slug"),
            environment: world().id(),
        };
        let mut admin = self.admin().await;
        sqlx::query(
            "INSERT INTO tenant (id, slug, name, created_at) VALUES ($1, $2, $2, clock_timestamp())",
        )
        .bind(house.tenant.as_uuid())
        .bind(slug)
        .execute(&mut admin)
        .await
        .expect("a new tenant");
        sqlx::query(
            "INSERT INTO environment (tenant_id, id, slug, name, created_at)
             VALUES ($1, $2, 'production', 'Production', clock_timestamp())",
        )
        .bind(house.tenant.as_uuid())
        .bind(house.environment.as_uuid())
        .execute(&mut admin)
        .await
        .expect("a new environment");
        house
    }
}

impl House {
    /// Makes a person who is a member, and signs them in.
    ///
    /// # Panics
    /// When the database is gone.
    pub async fn member(&self, database: &Database, role: Role) -> TenantScope {
        let (member, person): (MemberId, PersonId) = (world().id(), world().id());
        let label = format!("{}@{}.example", person.as_uuid().simple(), self.slug);
        let mut admin = database.admin().await;
        insert_member(
            &mut admin,
            self.tenant,
            (member.as_uuid(), person.as_uuid()),
            role,
            &label,
        )
        .await
        .expect("a new member");
        TenantScope::authenticated(Membership {
            tenant: self.tenant,
            actor: Actor::Member {
                member,
                person,
                label,
                role,
            },
        })
    }

    /// The authority of a background job of this tenant.
    #[must_use]
    pub fn job(&self) -> TenantScope {
        TenantScope::authenticated(Membership {
            tenant: self.tenant,
            actor: Actor::Job {
                job: world().id::<JobId>(),
            },
        })
    }
}

async fn insert_member(
    admin: &mut PgConnection,
    tenant: TenantId,
    (member, person): (Uuid, Uuid),
    role: Role,
    label: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO person (id, email, password_hash, created_at) VALUES ($1, $2, '-', clock_timestamp())",
    )
    .bind(person)
    .bind(label)
    .execute(&mut *admin)
    .await?;
    sqlx::query(
        "INSERT INTO member (tenant_id, id, person_id, role, created_at)
         VALUES ($1, $2, $3, $4, clock_timestamp())",
    )
    .bind(tenant.as_uuid())
    .bind(member)
    .bind(person)
    .bind(role.as_str())
    .execute(&mut *admin)
    .await?;
    Ok(())
}
