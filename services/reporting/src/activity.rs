//! The figures of the first page: how far the tenant has come, and what happens just now.

use countersign_access::{ActionName, Denied, TenantScope};
use countersign_domain::World;
use countersign_store::{Store, record_reading::RecordRow, reports::SetUp};

use crate::{AuditError, Calls, DayFigures, call_counts::CallCounts, days::by_day};

/// Calls shown.
const LAST_CALLS: u64 = 8;

/// What the first page shows.
#[derive(Clone, Debug)]
pub struct HomeFigures {
    /// How far the tenant has come, and how many calls wait.
    pub set_up: SetUp,
    /// Calls since midnight UTC.
    pub today: Calls,
    /// The latest rows about calls, newest first: all agents' for those who may read the log,
    /// those of one's own agents for everybody else.
    pub last_calls: Vec<RecordRow>,
    /// Calls of the last 14 days, oldest first, every day there.
    pub days: Vec<DayFigures>,
}

/// Counts what happens.
#[derive(Clone, Debug)]
pub struct Activity {
    counts: CallCounts,
    store: Store,
    world: World,
}

impl Activity {
    /// Puts the service together.
    #[must_use]
    pub fn new(store: Store, world: World) -> Self {
        Self {
            counts: CallCounts::new(store.clone()),
            store,
            world,
        }
    }

    /// Counts for the first page.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn home(&self, scope: &TenantScope) -> Result<HomeFigures, AuditError> {
        scope.check(ActionName::ReadTenant)?;
        let now = self.world.now();
        let counts = self.counts.of(scope, now).await?;
        let tx = self.store.begin(scope).await?;
        let own = if scope.may(ActionName::ReadRecords) {
            None
        } else {
            let action = ActionName::ReadRecords;
            Some(scope.person().ok_or(Denied { action })?)
        };
        let last_calls = tx.last_calls(own, LAST_CALLS).await?;
        let days = by_day(&counts, now);
        let today = days.iter().find(|day| day.day == now.date_naive());
        Ok(HomeFigures {
            set_up: tx.set_up().await?,
            today: today.map(|day| day.calls).unwrap_or_default(),
            last_calls,
            days,
        })
    }
}
