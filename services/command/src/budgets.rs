//! Budgets: tokens are kept free before a prompt is accepted, and settled when its answer is over.

mod config;
mod keeper;

use chrono::{DateTime, Days, NaiveTime, Utc};
use domain::session::{Event, Outcome};
use domain::{BudgetHolder, GenerationId, Session, SessionId};
use rpc::identity::Claims;
use store::{Executed, Reservation};
use tonic::Status;

use crate::Commands;
use crate::error::status;

pub use config::Config;
pub use keeper::Keeper;

impl Commands {
    /// Keeps tokens free for an answer. `Some`: whose are used up.
    pub(crate) async fn keep_free(
        &self,
        claims: &Claims,
        session: SessionId,
        generation: GenerationId,
    ) -> Result<Option<BudgetHolder>, Status> {
        let Some((tokens, limits)) = self.budgets.daily() else { return Ok(None) };
        let (person, tenant) = claims.require_person()?;
        let reservation = Reservation { generation, session, tenant, person, tokens };
        self.store.reserve(&reservation, limits).await.map_err(status)
    }

    /// What was kept free for a prompt that was not posted is free again. Whether it was posted may be unknown: the
    /// keeper finds out.
    pub(crate) async fn posted_or_free(&self, generation: GenerationId, posted: &Result<Executed<Session>, Status>) {
        let in_vain = match posted {
            Ok(done) => done.replayed,
            Err(no) => no.code() != tonic::Code::Unavailable,
        };
        if in_vain && self.budgets.daily().is_some() {
            settle(&self.store, generation, 0).await;
        }
    }

    /// Settles the answers that ended with this command.
    pub(crate) async fn settle(&self, done: &Executed<Session>) {
        if self.budgets.daily().is_none() {
            return;
        }
        for (generation, used) in done.events.iter().filter_map(ended) {
            settle(&self.store, generation, used).await;
        }
    }
}

/// A reservation that could not be settled now is found by the keeper.
async fn settle(store: &store::Store, generation: GenerationId, used: i64) {
    if let Err(error) = store.settle(generation, used).await {
        tracing::warn!(%error, "a reservation of tokens is settled later");
    }
}

/// The answer that is over with this event, and the tokens it used.
fn ended(event: &Event) -> Option<(GenerationId, i64)> {
    match event {
        Event::GenerationCompleted(e) => Some((e.generation_id, used(Some(&e.outcome)))),
        Event::GenerationFailed(e) => Some((e.generation_id, used(e.outcome.as_ref()))),
        Event::GenerationCancelled(e) => Some((e.generation_id, used(e.outcome.as_ref()))),
        _ => None,
    }
}

fn used(outcome: Option<&Outcome>) -> i64 {
    outcome.map_or(0, |it| it.usage.total_tokens.max(it.usage.prompt_tokens + it.usage.completion_tokens))
}

/// Seconds until there are new tokens.
pub fn until_tomorrow(now: DateTime<Utc>) -> i64 {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    tomorrow.map_or(0, |tomorrow| (tomorrow - now).num_seconds().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_tokens_come_at_midnight() {
        let at = |text: &str| until_tomorrow(text.parse().unwrap());
        assert_eq!(at("2026-02-28T23:59:30Z"), 30);
        assert_eq!(at("2026-03-01T00:00:00Z"), 86_400);
        assert_eq!(at("2026-03-01T23:59:59.900Z"), 1, "never at once");
    }
}
