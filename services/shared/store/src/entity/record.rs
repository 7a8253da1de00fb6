//! Rows of `record`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "record")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub act: String,
    pub person_id: Option<Uuid>,
    pub member_id: Option<Uuid>,
    pub person_label: String,
    pub client_id: Option<Uuid>,
    pub client_label: String,
    pub call_id: Option<Uuid>,
    pub hold_id: Option<Uuid>,
    pub endpoint_id: Option<Uuid>,
    pub tool_id: Option<Uuid>,
    pub tool_version_id: Option<Uuid>,
    pub tool_name: Option<String>,
    pub class: Option<String>,
    pub arguments: Option<Json>,
    pub arguments_digest: Option<Vec<u8>>,
    pub decision: Option<String>,
    pub rule: Option<String>,
    pub status: Option<String>,
    pub code: Option<String>,
    pub upstream_status: Option<i32>,
    pub latency_us: Option<i64>,
    pub credential: Option<String>,
    pub detail: Json,
    pub committed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
