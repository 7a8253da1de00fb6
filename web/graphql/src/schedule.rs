//! Looking at an API's address again by itself.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use countersign_domain::schedule;
use countersign_spec_import as spec_import;

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{known, to_graphql},
    scalar::Moment,
};

/// How often an address is looked at.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "schedule::Cadence")]
enum Cadence {
    /// Once an hour.
    Hourly,
    /// Once a day.
    Daily,
    /// Once a week.
    Weekly,
}

/// The schedule of an API. It acts for the member who set it, as long as they may import.
#[derive(SimpleObject)]
pub(crate) struct Schedule {
    /// How often.
    every: Cadence,
    /// The address that is looked at.
    url: String,
    /// Who set it.
    set_by: String,
    /// When they did.
    set_at: Moment,
    /// When it looks next.
    next_at: Option<Moment>,
    /// When it looked last and found something.
    last_looked_at: Option<Moment>,
    /// Looks in a row that came to nothing.
    failures: u32,
    /// Why the latest of them did, as a stable code.
    failure_code: Option<String>,
    /// Why it did, for people.
    failure: Option<String>,
    /// Why it has stopped, as a stable code: `member_left`, `role_lost`, `kept_failing` or
    /// `room_used`.
    stopped: Option<&'static str>,
}

/// Changes to schedules.
#[derive(Default)]
pub(crate) struct ScheduleMutations;

#[Object]
impl ScheduleMutations {
    /// Sets how often the address that an API was last imported from is looked at again; without
    /// `every`, it is not any more.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn set_schedule(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        source: ID,
        every: Option<Cadence>,
    ) -> Result<Option<Schedule>> {
        let caller = enter(ctx, &tenant).await?;
        let command = spec_import::SetSchedule {
            source: known(&source)?,
            every: every.map(schedule::Cadence::from),
        };
        let imports = &ctx.services().imports;
        let set = imports.set_schedule(&caller.scope, command).await;
        Ok(set.map_err(to_graphql)?.schedule.map(Schedule::from))
    }
}

impl From<spec_import::Schedule> for Schedule {
    fn from(schedule: spec_import::Schedule) -> Self {
        let failure = schedule.failure.map(|failure| (failure.code, failure.text));
        let (failure_code, failure) = failure.unzip();
        let goes_on = schedule.stopped.is_none();
        Self {
            every: schedule.every.into(),
            url: schedule.url,
            set_by: schedule.set_by_label,
            set_at: schedule.set_at.into(),
            next_at: schedule.next_at.filter(|_| goes_on).map(Moment::from),
            last_looked_at: schedule.last_looked_at.map(Moment::from),
            failures: schedule.failures,
            failure_code,
            failure,
            stopped: schedule.stopped.map(schedule::StopReason::as_str),
        }
    }
}
