//! An event on its way into a read model.

use chrono::{DateTime, Utc};
use domain::TenantId;
use sqlx::PgConnection;

/// One event, decoded and opened, as its projection folds it.
#[derive(Debug, Clone)]
pub struct Fact<E> {
    pub tenant: TenantId,
    /// The aggregate's id, for example `ses_…`.
    pub id: String,
    /// The event's place in its aggregate, from 1 without gaps.
    pub sequence: i64,
    pub at: DateTime<Utc>,
    pub event: E,
    /// Where it comes from.
    pub source: Source,
}

/// Where an event comes from: who did it, by which request, and its place in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    pub event_id: String,
    /// The place in the whole log.
    pub position: i64,
    /// A person, a worker, or the name of a service.
    pub actor: String,
    pub correlation_id: String,
    /// The network and a hash of the user agent, where a person did it.
    pub origin: Option<String>,
}

/// A read model: the fold of one topic.
pub trait Projection: Send + Sync + 'static {
    /// Its name in `read.offsets`, for example `sessions`.
    const NAME: &'static str;
    /// The topic it folds, without the prefix.
    const TOPIC: &'static str;
    /// Everything it writes; a rebuild fills copies of these.
    const TABLES: &'static [&'static str] = &[Self::NAME];
    /// Whether its events may wait a moment for others, so that few transactions fold many: right where
    /// nobody looks for what they did just now.
    const GATHERS: bool = false;
    /// Whether gateways keep answers made from its rows, and so want to hear when they change.
    const KEPT: bool = true;
    type Event: domain::Event;

    /// Folds a batch and writes the rows that it changed. Runs in the transaction that also stores the
    /// offset, so that a row and the place it came from are never apart.
    ///
    /// Its statements name tables **without a schema**: the transaction says whether they are the live ones
    /// or a copy that is being rebuilt.
    ///
    /// Facts of one aggregate come in order. One that is already folded changes nothing.
    fn apply(tx: &mut PgConnection, facts: &[Fact<Self::Event>]) -> impl Future<Output = Result<(), Error>> + Send;
}

/// A batch could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Between what is folded and this event, one is missing.
    #[error("event {got} of {id} came after event {have}")]
    Gap { id: String, have: i64, got: i64 },
    /// The event speaks of something that no event before it made.
    #[error("event {sequence} of {id} speaks of an unknown {what}")]
    Unknown { id: String, sequence: i64, what: &'static str },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// Whether the events themselves are at fault, so that trying again cannot help.
    pub fn is_poison(&self) -> bool {
        match self {
            Self::Gap { .. } | Self::Unknown { .. } => true,
            Self::Database(sqlx::Error::Database(refused)) => refused.code().is_some_and(|code| is_about_data(&code)),
            Self::Database(_) => false,
        }
    }
}

/// `SQLSTATE` classes data exception, integrity violation and program limit.
fn is_about_data(code: &str) -> bool {
    ["22", "23", "54"].iter().any(|class| code.starts_with(class))
}

/// Whether a fact is the next one for a row at `version` (0: there is no row yet), or was folded before.
pub(crate) fn is_next<E>(fact: &Fact<E>, version: i64) -> Result<bool, Error> {
    match fact.sequence - version {
        1 => Ok(true),
        ..=0 => Ok(false),
        _ => Err(Error::Gap { id: fact.id.clone(), have: version, got: fact.sequence }),
    }
}

/// The aggregates that a batch is about, sorted, each once.
pub(crate) fn ids<E>(facts: &[Fact<E>]) -> Vec<&str> {
    let ids: std::collections::BTreeSet<_> = facts.iter().map(|fact| fact.id.as_str()).collect();
    ids.into_iter().collect()
}

/// One column of the rows to write.
pub(crate) fn column<'a, R, T>(rows: &'a [R], field: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Statements that write, in a file or a folder of files.
    fn qualified_writes(path: &Path) -> Vec<String> {
        if path.is_dir() {
            let inside = std::fs::read_dir(path).unwrap();
            return inside.flat_map(|entry| qualified_writes(&entry.unwrap().path())).collect();
        }
        let text = std::fs::read_to_string(path).unwrap();
        let writes = ["insert into ", "update ", "delete from "].map(|write| format!("{write}read."));
        let lines = text.lines().filter(|line| writes.iter().any(|write| line.contains(write)));
        lines.map(|line| format!("{}: {line}", path.display())).collect()
    }

    #[test]
    fn no_projection_says_which_schema_it_writes_to() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert_eq!(qualified_writes(&sources), Vec::<String>::new(), "a rebuild would write to what is live");
    }
}
