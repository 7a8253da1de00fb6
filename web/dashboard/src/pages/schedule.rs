//! Looking at an API's address again by itself: a part of the API's page, and its form.

use countersign_access::ActionName;
use countersign_domain::{
    id::SourceId,
    name::Slug,
    schedule::{Cadence, StopReason, TOLD_AFTER},
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_spec_import::{Looking, Schedule, SetSchedule};
use serde::Deserialize;

use crate::{
    answer::{Answer, done},
    field::Field,
    frame::Here,
    inert::Inert,
    notice::Done,
    parts::When,
};

/// The choice of no schedule.
const OFF: &str = "off";

pub(crate) fn routes() -> Routes {
    Routes::new().post(
        "/t/{tenant}/sources/{source}/schedule",
        WhoMay::Member(ActionName::ImportSource),
        set,
    )
}

/// How an API's address is looked at, as its page shows it.
pub(crate) struct ScheduleCard {
    pub(crate) address: Option<Inert>,
    pub(crate) set: Option<SetCard>,
    pub(crate) every: Field,
    pub(crate) may_set: bool,
}

/// A schedule that is set.
pub(crate) struct SetCard {
    pub(crate) every: &'static str,
    pub(crate) url: Inert,
    pub(crate) by: Inert,
    pub(crate) since: When,
    pub(crate) next: Option<When>,
    pub(crate) looked: Option<When>,
    pub(crate) stopped: Option<&'static str>,
    pub(crate) failure: Option<FailureNote>,
}

/// Why the latest look came to nothing.
pub(crate) struct FailureNote {
    pub(crate) failures: u32,
    pub(crate) text: Inert,
    pub(crate) code: Inert,
    pub(crate) at: When,
}

impl FailureNote {
    fn new(schedule: &Schedule) -> Option<Self> {
        let failure = schedule.failure.as_ref()?;
        Some(Self {
            failures: schedule.failures,
            text: Inert::new(crate::field::sentence(&failure.text)),
            code: Inert::new(&failure.code),
            at: When::new(failure.at),
        })
    }

    /// Says whether the tenant's members are told on their first page too.
    pub(crate) const fn is_told(&self) -> bool {
        self.failures >= TOLD_AFTER
    }
}

impl ScheduleCard {
    /// Draws it, unless there is neither an address nor a schedule.
    pub(crate) fn new(looking: Looking, may_set: bool) -> Option<Self> {
        let Looking { address, schedule } = looking;
        if address.is_none() && schedule.is_none() {
            return None;
        }
        let now = schedule.as_ref();
        let now = now.map_or(OFF, |schedule| schedule.every.as_str());
        let choices = [
            (OFF, "never, only by hand"),
            (Cadence::Hourly.as_str(), "every hour"),
            (Cadence::Daily.as_str(), "every day"),
            (Cadence::Weekly.as_str(), "every week"),
        ];
        Some(Self {
            // Said only where it is not the one that is looked at.
            address: address
                .filter(|address| schedule.as_ref().is_none_or(|set| set.url != *address))
                .map(Inert::new),
            set: schedule.as_ref().map(SetCard::new),
            every: Field::select("every", "Look at it", choices)
                .id("schedule-every")
                .value(now),
            may_set,
        })
    }

    pub(crate) async fn of(here: &Here, source: SourceId) -> Result<Option<Self>, Problem> {
        let looking = here
            .services()
            .imports
            .looking(here.scope(), source)
            .await?;
        Ok(Self::new(looking, here.may(ActionName::ImportSource)))
    }
}

impl SetCard {
    fn new(schedule: &Schedule) -> Self {
        Self {
            every: match schedule.every {
                Cadence::Hourly => "every hour",
                Cadence::Daily => "every day",
                Cadence::Weekly => "every week",
            },
            url: Inert::new(&schedule.url),
            by: Inert::new(&schedule.set_by_label),
            since: When::new(schedule.set_at),
            next: schedule
                .next_at
                .filter(|_| schedule.stopped.is_none())
                .map(When::new),
            looked: schedule.last_looked_at.map(When::new),
            stopped: schedule.stopped.map(StopReason::text),
            failure: FailureNote::new(schedule),
        }
    }
}

#[derive(Deserialize)]
struct ScheduleForm {
    every: String,
}

async fn set(here: Here, Form(form): Form<ScheduleForm>) -> Answer {
    let slug: Slug = here.part("source")?;
    let every = match form.every.as_str() {
        OFF => None,
        every => Some(Cadence::parse(every).ok_or_else(unknown)?),
    };
    let found = here.services().registry.source(here.scope(), &slug).await?;
    let command = SetSchedule {
        source: found.source.id,
        every,
    };
    let imports = &here.services().imports;
    imports.set_schedule(here.scope(), command).await?;
    let what = if every.is_some() {
        Done::ScheduleSet
    } else {
        Done::ScheduleOff
    };
    done(&here.path(&format!("/sources/{slug}")), what)
}

fn unknown() -> Problem {
    Problem::invalid("invalid_schedule", "choose never, every hour, day or week")
}
