//! Rows of `hold`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub call_key: Vec<u8>,
    pub digest: Vec<u8>,
    pub nonce: String,
    pub state: String,
    pub environment_id: Uuid,
    pub endpoint_id: Uuid,
    pub tool_id: Uuid,
    pub tool_version_id: Uuid,
    pub tool_name: String,
    pub class: String,
    pub policy_id: Uuid,
    pub credential: Option<String>,
    pub arguments: Json,
    pub method: String,
    pub base_url: String,
    pub url: String,
    pub request: Json,
    pub high_risk: bool,
    pub why: String,
    pub requester: Uuid,
    pub requester_label: String,
    pub member_id: Uuid,
    pub grant_id: Uuid,
    pub client_id: Uuid,
    pub client_label: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub decided_by: Option<Uuid>,
    pub decided_label: Option<String>,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_reason: Option<String>,
    pub consumed_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
