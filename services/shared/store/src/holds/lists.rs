//! Lists of holds: whole, or as much of each as tells it from others.

use countersign_domain::{
    Timestamp,
    hold::{HoldState, Judgement},
    id::{HoldId, PersonId},
    risk::RiskClass,
};
use sea_orm::{
    Condition, EntityTrait, ExprTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Expr,
};
use uuid::Uuid;

use super::Hold;
use crate::{
    StoreError, TenantTx,
    entity::hold::{self, COLUMN, Column},
    row::{At, unless_unreadable},
};

/// Which holds to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldsWanted {
    /// Those that wait for a reviewer, oldest first.
    Waiting,
    /// The latest that do not, newest first.
    Decided,
}

/// Characters of a call's arguments that a brief has.
const GIVEN: usize = 160;

/// What a list shows of a held call.
#[derive(Clone, Debug)]
pub struct HoldBrief {
    /// Its id.
    pub id: HoldId,
    /// The tool's name.
    pub tool_name: String,
    /// Its class.
    pub class: RiskClass,
    /// The request's method.
    pub method: String,
    /// The request's final URL.
    pub url: String,
    /// The beginning of the arguments, as `name: value`.
    pub given: String,
    /// The agent's own name for itself.
    pub client_label: String,
    /// The person the agent acts for.
    pub requester: PersonId,
    /// What to show for that person.
    pub requester_label: String,
    /// Why it is held, in words.
    pub why: String,
    /// Where it is in its life.
    pub state: HoldState,
    /// What to show for the reviewer, once there is one.
    pub decided_label: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// After this nothing runs.
    pub expires_at: Timestamp,
}

/// One page of holds, whole or in brief.
#[derive(Clone, Debug)]
pub struct HoldList<H = Hold> {
    /// The holds.
    pub holds: Vec<H>,
    /// Ask for those after this one for the next page, if there is one.
    pub next: Option<HoldId>,
}

impl<H> HoldList<H> {
    /// What was found, but for one more than the page shows. A row that cannot be read counts, or it
    /// would hide those behind it.
    fn page<R>(mut rows: Vec<R>, most: usize, id: impl Fn(&R) -> Uuid) -> Result<Self, StoreError>
    where
        H: TryFrom<R, Error = StoreError>,
    {
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().map(id).filter(|_| more).map(HoldId::from);
        let holds = rows.into_iter().map(H::try_from);
        let holds = holds
            .filter_map(unless_unreadable)
            .collect::<Result<_, _>>()?;
        Ok(Self { holds, next })
    }
}

impl TenantTx {
    /// Lists a page of holds, at most `most` of those that come after one of them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when that one is not this tenant's.
    pub async fn holds(
        &self,
        wanted: HoldsWanted,
        after: Option<HoldId>,
        most: usize,
    ) -> Result<HoldList, StoreError> {
        let chosen = self.chosen(wanted, after).await?;
        let rows = chosen.limit(most as u64 + 1).all(self.db()).await?;
        HoldList::page(rows, most, |row| row.id)
    }

    /// Lists the same, but reads of each no more than a list shows.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when that one is not this tenant's.
    pub async fn hold_briefs(
        &self,
        wanted: HoldsWanted,
        after: Option<HoldId>,
        most: usize,
    ) -> Result<HoldList<HoldBrief>, StoreError> {
        let arguments = |what: &str| {
            Expr::cust(format!(
                "ARRAY(SELECT left({what}, {GIVEN} + 1) FROM jsonb_each(hold.arguments) a LIMIT {GIVEN})"
            ))
        };
        let rows = self
            .chosen(wanted, after)
            .await?
            .select_only()
            .columns([
                Column::Id,
                Column::ToolName,
                Column::Class,
                Column::Method,
                Column::Url,
                Column::ClientLabel,
                Column::Requester,
                Column::RequesterLabel,
                Column::Why,
                Column::State,
                Column::DecidedBy,
                Column::DecidedLabel,
                Column::DecidedAt,
                Column::DecidedReason,
                Column::CreatedAt,
                Column::ExpiresAt,
            ])
            .expr_as(arguments("a.key"), "names")
            .expr_as(arguments("a.value::text"), "values")
            .limit(most as u64 + 1)
            .into_model::<Brief>()
            .all(self.db())
            .await?;
        HoldList::page(rows, most, |row| row.id)
    }

    /// The holds of a list that come after one of them.
    async fn chosen(
        &self,
        wanted: HoldsWanted,
        after: Option<HoldId>,
    ) -> Result<Select<hold::Entity>, StoreError> {
        let all = hold::Entity::find().filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()));
        let place = Expr::tuple([Expr::col(Column::CreatedAt), Expr::col(Column::Id)]);
        let last = match after {
            Some(after) => Some((self.held_at(after).await?, after)),
            None => None,
        };
        let last = last.map(|(at, id)| Expr::tuple([Expr::value(at), Expr::value(id.as_uuid())]));
        Ok(match wanted {
            HoldsWanted::Waiting => all
                .filter(COLUMN.state.eq("pending"))
                .filter(Condition::all().add_option(last.map(|last| place.gt(last))))
                .order_by_asc(COLUMN.created_at)
                .order_by_asc(COLUMN.id),
            HoldsWanted::Decided => all
                .filter(COLUMN.state.ne("pending"))
                .filter(Condition::all().add_option(last.map(|last| place.lt(last))))
                .order_by_desc(COLUMN.created_at)
                .order_by_desc(COLUMN.id),
        })
    }

    /// Since when a call is held, also where the rest of it cannot be read.
    async fn held_at(&self, id: HoldId) -> Result<Timestamp, StoreError> {
        let found = hold::Entity::find_by_id((self.tenant().as_uuid(), id.as_uuid()))
            .select_only()
            .column(Column::CreatedAt)
            .into_tuple()
            .one(self.db())
            .await?;
        found.ok_or(StoreError::NotFound)
    }

    /// Counts the holds that wait for a reviewer.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn holds_waiting(&self) -> Result<u64, StoreError> {
        let waiting = hold::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.state.eq("pending"));
        Ok(waiting.count(self.db()).await?)
    }
}

/// The columns of a brief.
#[derive(FromQueryResult)]
struct Brief {
    id: Uuid,
    tool_name: String,
    class: String,
    method: String,
    url: String,
    names: Vec<String>,
    values: Vec<String>,
    client_label: String,
    requester: Uuid,
    requester_label: String,
    why: String,
    state: String,
    decided_by: Option<Uuid>,
    decided_label: Option<String>,
    decided_at: Option<Timestamp>,
    decided_reason: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Brief> for HoldBrief {
    type Error = StoreError;

    fn try_from(row: Brief) -> Result<Self, StoreError> {
        let at = At {
            table: "hold",
            row: row.id,
        };
        let judged = (row.decided_by, row.decided_at, row.decided_reason);
        Ok(Self {
            id: row.id.into(),
            tool_name: row.tool_name,
            class: at.need("class", RiskClass::parse(&row.class))?,
            method: row.method,
            url: row.url,
            given: given(row.names.into_iter().zip(row.values)),
            client_label: row.client_label,
            requester: row.requester.into(),
            requester_label: row.requester_label,
            why: row.why,
            state: state(at, &row.state, judged)?,
            decided_label: row.decided_label,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

impl From<&Hold> for HoldBrief {
    fn from(hold: &Hold) -> Self {
        let call = &hold.held;
        let arguments = call.arguments.iter();
        Self {
            id: hold.id,
            tool_name: call.tool_name.clone(),
            class: call.class,
            method: call.method.clone(),
            url: call.url.clone(),
            given: given(arguments.map(|(name, value)| (name.clone(), value.to_string()))),
            client_label: call.client_label.clone(),
            requester: call.requester,
            requester_label: call.requester_label.clone(),
            why: call.why.clone(),
            state: hold.state.clone(),
            decided_label: hold.decided_label.clone(),
            created_at: hold.created_at,
            expires_at: call.expires_at,
        }
    }
}

/// As much of the arguments as tells one call from another in a list.
fn given(arguments: impl Iterator<Item = (String, String)>) -> String {
    let pairs = arguments.map(|(name, value)| format!("{name}: {value}"));
    let whole = pairs.collect::<Vec<_>>().join(", ");
    let start: String = whole.chars().take(GIVEN).collect();
    let more = if start.len() < whole.len() { "…" } else { "" };
    start + more
}

/// Reads the state of a hold, and who decided, when and why.
pub(super) fn state(
    at: At<Uuid>,
    text: &str,
    judged: (Option<Uuid>, Option<Timestamp>, Option<String>),
) -> Result<HoldState, StoreError> {
    let judgement = match judged {
        (Some(by), Some(when), Some(reason)) => Some(Judgement {
            by: by.into(),
            at: when,
            reason,
        }),
        _ => None,
    };
    Ok(match text {
        "pending" => HoldState::Pending,
        "countersigned" => HoldState::Countersigned(at.need("decided_by", judgement)?),
        "rejected" => HoldState::Rejected(at.need("decided_by", judgement)?),
        "consumed" => HoldState::Consumed(at.need("decided_by", judgement)?),
        "expired" => HoldState::Expired,
        "stale" => HoldState::Stale,
        _ => return Err(at.unreadable("state")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_the_beginning_of_what_a_call_is_given() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            given(pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let refund = [
            ("body", "{\"amount_cents\": 4500}"),
            ("order_id", "\"o-2\""),
        ];
        assert_eq!(
            of(&refund),
            r#"body: {"amount_cents": 4500}, order_id: "o-2""#
        );
        assert_eq!(of(&[]), "");
        let long = of(&[("note", &"é".repeat(1000))]);
        assert_eq!(long.chars().count(), GIVEN + 1);
        assert!(long.ends_with('…'));
    }
}
