//! One write: a command's whole transaction.

mod statement;

use serde_json::Value;

use crate::claims::ClaimRow;
use crate::rows::{Place, Row};
use crate::{Error, Store};

/// As `store.refuse_era` raises it.
const OTHER_ERA: &str = "AT001";

/// Everything that one append writes.
pub struct Append<'a> {
    pub place: Place<'a>,
    /// When what it builds on was read; in another era it leaves nothing behind.
    pub era: &'a str,
    pub rows: Vec<Row>,
    pub claims: Vec<ClaimRow>,
    /// All unique values that the aggregate has taken before are free again.
    pub releases: bool,
    /// What a repeat of the call will hear.
    pub answer: Option<Value>,
    /// The sealed state after the events, when one is due.
    pub snapshot: Option<Value>,
}

/// Why an append left nothing behind.
pub enum Failure {
    /// Somebody was quicker: with this version, or with the same call.
    Lost,
    /// One of the unique values is taken.
    Taken,
    Other(Error),
}

impl Append<'_> {
    pub fn version(&self) -> i64 {
        self.place.after + self.rows.len() as i64
    }

    fn is_nothing(&self) -> bool {
        self.rows.is_empty() && self.answer.is_none()
    }
}

impl Store {
    /// Writes all of it or nothing, in one statement that commits itself: no lock, no counter, no wait for others.
    pub(crate) async fn append(&self, append: &Append<'_>) -> Result<(), Failure> {
        if append.is_nothing() {
            return Ok(());
        }
        let mut statement = self.statement(append);
        statement.build().execute(&self.pool).await.map_err(|error| self.refused(error))?;
        runtime::crash_point("store.committed");
        metrics::counter!("atelier_store_appended_events_total").increment(append.rows.len() as u64);
        self.announce_append();
        Ok(())
    }

    fn refused(&self, error: sqlx::Error) -> Failure {
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code == OTHER_ERA));
        if code == Some(true) {
            self.end_era();
            return Failure::Lost;
        }
        failure(error)
    }
}

/// A violation is told by the name of its constraint.
fn failure(error: sqlx::Error) -> Failure {
    let Some(database) = error.as_database_error() else { return Failure::Other(error.into()) };
    match (database.constraint(), database.code().as_deref()) {
        (Some("events_sequence" | "idempotency_call"), _) | (_, Some("40P01" | "40001")) => Failure::Lost,
        (Some("unique_claims_value"), _) => Failure::Taken,
        // A zero character, or the like: it reached the database in the clear, so it is not personal.
        (_, Some("22P05" | "22021")) => Failure::Other(Error::Corrupt("a text that cannot be stored".to_owned())),
        _ => Failure::Other(error.into()),
    }
}
