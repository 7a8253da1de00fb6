//! What reports are made of: counts and lists over the live tables, none of them kept anywhere.
//!
//! Every query is of one tenant and by the database's clock, so a figure is as true as the rows
//! it was counted from at that moment.

mod activity;
mod inventory;
mod reach;
mod weaknesses;

use sea_orm::QueryResult;
use uuid::Uuid;

use crate::StoreError;

pub use activity::{CallCount, HoldFigures, ReviewerFigures, SetUp};
pub use inventory::{InventoryRow, ReviewProgress, ToolOn};
pub use reach::ToolAtEndpoint;
pub use weaknesses::{PlainCredential, SameHand, UnresolvedCall};

/// Reads a `count(*)`.
fn count(row: &QueryResult, column: &str) -> Result<u64, StoreError> {
    let counted: i64 = row.try_get("", column)?;
    Ok(u64::try_from(counted).unwrap_or(0))
}

/// Reads an id.
fn id<T: From<Uuid>>(row: &QueryResult, column: &str) -> Result<T, StoreError> {
    Ok(row.try_get::<Uuid>("", column)?.into())
}
