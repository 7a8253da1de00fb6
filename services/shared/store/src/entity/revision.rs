//! Rows of `revision`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    pub number: i32,
    pub document_sha256: Option<Vec<u8>>,
    pub given_as: String,
    pub given_url: Option<String>,
    pub state: String,
    pub stage: String,
    pub done: i32,
    pub total: i32,
    pub title: String,
    pub version: String,
    pub format: String,
    pub operations: i32,
    pub servers: Json,
    pub diagnostics: Json,
    pub failure_code: Option<String>,
    pub failure_text: Option<String>,
    pub created_at: DateTimeUtc,
    pub created_by: Uuid,
    pub finished_at: Option<DateTimeUtc>,
    pub scheduled: bool,
}

impl ActiveModelBehavior for ActiveModel {}
