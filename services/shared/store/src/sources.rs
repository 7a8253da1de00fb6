//! Imported APIs.

use countersign_access::{ImportSource, Permit};
use countersign_domain::{
    Timestamp,
    id::{MemberId, SourceId},
    name::Slug,
    risk::RiskClass,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    entity::source::{self, COLUMN},
    row::At,
};

/// An imported API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Who imported it first.
    pub created_by: MemberId,
}

/// How many operations of one class a source has at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassCount {
    /// The source.
    pub source: SourceId,
    /// The class.
    pub class: RiskClass,
    /// Operations of it.
    pub operations: u64,
    /// Those that need a countersignature for each call.
    pub high_risk: u64,
    /// Those that cannot be called faithfully.
    pub unsupported: u64,
}

impl TenantTx {
    /// Adds a source, under a slug that is not taken: `wanted`, `wanted-2` and so on. Returns the
    /// slug it got.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_source(
        &self,
        permit: Permit<ImportSource>,
        source: &Source,
    ) -> Result<Slug, StoreError> {
        self.used(permit)?;
        for number in 1..=1_000 {
            let Some(slug) = numbered(&source.slug, number) else {
                break;
            };
            let inserted = self
                .execute(
                    "INSERT INTO source (tenant_id, id, slug, name, created_at, created_by)
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT source_slug_unique DO NOTHING",
                    [
                        self.tenant().as_uuid().into(),
                        source.id.as_uuid().into(),
                        slug.as_str().into(),
                        source.name.clone().into(),
                        source.created_at.into(),
                        source.created_by.as_uuid().into(),
                    ],
                )
                .await?;
            if inserted == 1 {
                return Ok(slug);
            }
        }
        Err(StoreError::Conflict {
            constraint: "source_slug_unique".to_owned(),
        })
    }

    /// Lists the sources by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sources(&self) -> Result<Vec<Source>, StoreError> {
        let rows = source::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.removed_at.is_null())
            .order_by_asc(source::Column::Name)
            .order_by_asc(source::Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(Source::try_from).collect()
    }

    /// Finds one source.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's, or was removed.
    pub async fn source(&self, id: SourceId) -> Result<Source, StoreError> {
        source::Entity::find_by_id((self.tenant().as_uuid(), id.as_uuid()))
            .filter(COLUMN.removed_at.is_null())
            .one(self.db())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }

    /// Finds one source by its slug.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when this tenant has none of that name.
    pub async fn source_by_slug(&self, slug: &Slug) -> Result<Source, StoreError> {
        source::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.slug.eq(slug.as_str()))
            .filter(COLUMN.removed_at.is_null())
            .one(self.db())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }

    /// Keeps two changes of one source from happening at once, until this transaction ends.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's, or was removed.
    pub async fn lock_source(&self, id: SourceId) -> Result<(), StoreError> {
        self.row(
            "SELECT 1 FROM source WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL FOR UPDATE",
            [self.tenant().as_uuid().into(), id.as_uuid().into()],
        )
        .await?
        .map(|_| ())
        .ok_or(StoreError::NotFound)
    }

    /// Gives a source another name for people; its slug stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rename_source(
        &self,
        permit: Permit<ImportSource>,
        id: SourceId,
        name: &str,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE source SET name = $3 WHERE tenant_id = $1 AND id = $2",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                name.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Says whether there is such a source.
    pub(crate) async fn is_there(&self, id: SourceId) -> Result<bool, StoreError> {
        match self.source(id).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Counts the present operations of every source by class.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn class_counts(&self) -> Result<Vec<ClassCount>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.source_id, v.class, count(*) AS operations,
                     count(*) FILTER (WHERE v.high_risk) AS high_risk, count(v.unsupported) AS unsupported
                 FROM tool t JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 WHERE t.tenant_id = $1 AND t.removed_at IS NULL GROUP BY t.source_id, v.class",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let source = SourceId::from(row.try_get::<Uuid>("", "source_id")?);
                let at = At {
                    table: "tool_version",
                    row: source,
                };
                let class: String = row.try_get("", "class")?;
                let number = |column: &'static str| -> Result<u64, StoreError> {
                    at.need(column, u64::try_from(row.try_get::<i64>("", column)?).ok())
                };
                Ok(ClassCount {
                    source,
                    class: at.need("class", RiskClass::parse(&class))?,
                    operations: number("operations")?,
                    high_risk: number("high_risk")?,
                    unsupported: number("unsupported")?,
                })
            })
            .collect()
    }
}

/// `petstore`, `petstore-2`, `petstore-3`, … cut to what a slug may be.
fn numbered(slug: &Slug, number: u32) -> Option<Slug> {
    if number == 1 {
        return Some(slug.clone());
    }
    let ending = format!("-{number}");
    let kept: String = slug.as_str().chars().take(40 - ending.len()).collect();
    format!("{}{ending}", kept.trim_end_matches('-'))
        .parse()
        .ok()
}

impl TryFrom<source::Model> for Source {
    type Error = StoreError;

    fn try_from(row: source::Model) -> Result<Self, StoreError> {
        let id = SourceId::from(row.id);
        let at = At {
            table: "source",
            row: id,
        };
        Ok(Self {
            id,
            slug: at.need("slug", row.slug.parse().ok())?,
            name: row.name,
            created_at: row.created_at,
            created_by: row.created_by.into(),
        })
    }
}
