//! Store = Kafka = read models: by counts and digests over ranges of positions, and by folding anew.

mod compare;
mod fold;
mod models;
mod scratch;
mod tally;
mod topics;
mod whole;

use std::fmt;

use bus::Config as Kafka;
use keys::Keys;
use serde::Serialize;
use sqlx::PgPool;

use crate::Error;
pub(crate) use whole::range;

/// What is compared.
#[derive(Clone)]
pub struct Parts {
    /// Acts as the owner of the database; waits long.
    pub owner: PgPool,
    pub kafka: Kafka,
    /// Opens what is folded anew.
    pub keys: Keys,
    /// The server on which a database may be made for a while: read models are folded anew there.
    pub scratch: String,
}

/// What was compared, and what differs.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reconciled {
    /// Positions of the log that were compared with the topics.
    pub events: i64,
    /// Records on the topics that are the relay's repeats.
    pub repeats: i64,
    pub read_models: Vec<Model>,
    /// How many differences there are, …
    pub count: usize,
    /// … and the first of them.
    pub differences: Vec<Difference>,
}

/// One read model, compared row by row.
#[derive(Debug, Clone, Serialize)]
pub struct Model {
    pub projection: &'static str,
    /// Records that were folded anew.
    pub folded: i64,
    /// Rows that are the same.
    pub rows: i64,
}

/// One thing that is not the same, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub kind: Kind,
    /// A topic with partition and offset, or a projection with its table and row.
    pub place: String,
    pub position: Option<i64>,
    pub event_id: Option<String>,
    /// For people.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The log has it, the topic or the read model has not.
    Missing,
    /// The topic or the read model has it, the log has not.
    Extra,
    /// Both have it, and it is not the same.
    Different,
    /// The topic does not reach back to its beginning.
    Truncated,
    /// The records cannot be folded as they are.
    Unfoldable,
}

/// Differences that are named one by one; the others are counted.
const NAMED: usize = 100;

/// How far it has come, for example 1,000 of 5,000 "records of sessions".
pub type Told<'a> = &'a (dyn Fn(&str, i64, i64) + Sync);

/// Compares everything, beside a running system: each side up to where it had come when it was looked at.
pub async fn reconcile(parts: &Parts, told: Told<'_>) -> Result<Reconciled, Error> {
    let mut found = Reconciled::default();
    topics::compare(parts, told, &mut found).await?;
    models::compare(parts, told, &mut found).await?;
    Ok(found)
}

impl Reconciled {
    fn add(&mut self, difference: Difference) {
        self.count += 1;
        if self.differences.len() < NAMED {
            self.differences.push(difference);
        }
    }
}

impl Kind {
    pub const fn text(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Different => "different",
            Self::Truncated => "truncated",
            Self::Unfoldable => "cannot be folded",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.text(), self.place)?;
        if let Some(position) = self.position {
            write!(f, ", position {position}")?;
        }
        if let Some(event) = &self.event_id {
            write!(f, ", {event}")?;
        }
        write!(f, ": {}", self.detail)
    }
}
