//! What was kept free for an answer of whose end nobody told: its process died, or it ended with its session.

use std::time::Duration;

use chrono::Days;
use domain::Session;
use domain::session::Event;
use store::{Store, Unsettled};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Config, ended};

/// No reservation is looked at earlier: as a rule its answer is settled by who ends it.
const FRESH: Duration = Duration::from_secs(60);
/// Until then a prompt may still be on its way into the store.
const UNDER_WAY: Duration = Duration::from_secs(5 * 60);
/// Its day is over, and with it the budget that it was taken from.
const YESTERDAY: Duration = Duration::from_secs(48 * 3600);
/// How many are looked at in one go.
const AT_ONCE: u32 = 1000;
/// How long budgets are kept, for whoever asks why somebody was refused.
const DAYS_KEPT: Days = Days::new(7);

/// Settles what nobody else does; one per installation is enough, several do no harm.
pub struct Keeper {
    store: Store,
    config: Config,
}

impl Keeper {
    pub(crate) const fn new(store: Store, config: Config) -> Self {
        Self { store, config }
    }

    /// Looks now and then, until `shutdown`.
    pub async fn run(&self, shutdown: CancellationToken) {
        if self.config.daily().is_none() {
            return;
        }
        while !shutdown.is_cancelled() {
            if let Err(error) = self.look(FRESH).await {
                tracing::warn!(%error, "reservations of tokens are looked at later");
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sleep(self.config.look_every) => {}
            }
        }
    }

    /// Settles what has been kept free for longer than this and needs it no more.
    pub async fn look(&self, longer_than: Duration) -> Result<(), store::Error> {
        for kept in self.store.unsettled(longer_than, AT_ONCE).await? {
            if let Some(used) = self.over(&kept).await? {
                self.store.settle(kept.generation, used).await?;
            }
        }
        match self.store.today().checked_sub_days(DAYS_KEPT) {
            Some(day) => self.store.forget_budgets(day).await,
            None => Ok(()),
        }
    }

    /// What the answer used, if it is over; nothing, if there will be none.
    async fn over(&self, kept: &Unsettled) -> Result<Option<i64>, store::Error> {
        if kept.age > YESTERDAY {
            return Ok(Some(0));
        }
        let history = self.store.history::<Session>(kept.tenant, &kept.session.to_string()).await?;
        let events = || history.iter().map(|(_, event)| event);
        let end = events().filter_map(ended).find(|(generation, _)| *generation == kept.generation);
        let posted =
            events().any(|event| matches!(event, Event::MessagePosted(e) if e.generation_id == kept.generation));
        let lost = !posted && kept.age > UNDER_WAY;
        Ok(end.map(|(_, used)| used).or(lost.then_some(0)))
    }
}
