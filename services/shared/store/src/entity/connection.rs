//! Rows of `connection`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connection")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    pub environment_id: Uuid,
    pub base_url: String,
    pub updated_at: DateTimeUtc,
    pub updated_by: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
