//! What answers consumed and cost: one row per event that ends an attempt, and sums of them.
//!
//! Only the attempt that counts is paid for; what abandoned ones consumed is shown apart. Sums are made when
//! somebody asks, of exactly the rows that [`events`] lists.

mod fold;
mod query;

pub use query::{Period, Sum, UsageEvent, events, sums};

use domain::session::Event;
use sqlx::PgConnection;

use crate::fact::{Error, Fact, Projection};

/// The fold of `sessions` into usage.
#[derive(Debug)]
pub struct Usage;

impl Projection for Usage {
    const NAME: &'static str = "usage";
    const TOPIC: &'static str = "sessions";
    const TABLES: &'static [&'static str] = &["usage_sessions", "usage_generations", "usage_events"];
    const GATHERS: bool = true;
    type Event = Event;

    async fn apply(tx: &mut PgConnection, facts: &[Fact<Event>]) -> Result<(), Error> {
        let mut fold = fold::Fold::load(tx, facts).await?;
        for fact in facts {
            fold.fold(fact)?;
        }
        fold.write(tx).await
    }
}
