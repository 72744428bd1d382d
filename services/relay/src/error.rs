/// Why the relay stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the event store cannot be reached: {0}")]
    Store(#[from] sqlx::Error),

    #[error("Kafka did not take an event: {0}")]
    Kafka(#[from] bus::Error),

    /// Another relay has the lease now.
    #[error("another relay has taken over from epoch {epoch}")]
    Fenced { epoch: i64 },

    /// The lease could not be renewed in time.
    #[error("the lease of epoch {epoch} ran out")]
    LeaseOver { epoch: i64 },

    /// A restored or promoted database: transaction ids mean something else there.
    #[error(
        "the event store is on another database cluster (system {actual}) than the relay's cursor (system {stored}): \
         after a restore or a failover run `atelier relay rebase` once, then start again"
    )]
    OtherCluster { stored: String, actual: String },

    /// Somebody else is at it.
    #[error("a relay is running; stop it first")]
    Running,

    /// The database was set back in time, and Kafka remembers more.
    #[error(
        "{count} events are on Kafka and not in this store: {named}. Nothing was changed. Decide: \
         `atelier relay rebase --restore-lost` puts them back from Kafka; \
         `--abandon-lost` goes on without them, above their positions, and parks their aggregates; \
         or restore a later backup"
    )]
    Lost { count: usize, named: String },

    #[error(
        "event {event_id} cannot be restored: the store has another event {sequence} of {aggregate_id} by now. Nothing \
         was changed; `atelier relay rebase --abandon-lost` goes on and parks such aggregates"
    )]
    Overtaken { event_id: String, aggregate_id: String, sequence: i64 },

    #[error("event {event_id} cannot be restored: its record at {place} is not one that we wrote. Nothing was changed")]
    NotRestorable { event_id: String, place: String },

    #[error(
        "event {event_id} is another one on Kafka ({place}) than in the store: one of the two was altered. Nothing was \
         changed; `atelier audit verify` says whether it was the store"
    )]
    Differs { event_id: String, place: String },

    #[error(transparent)]
    AuditKey(#[from] chain::KeyError),

    #[error("a root cannot be encoded: {0}")]
    Root(#[from] events::EncodeError),

    /// The reading side ended without saying why.
    #[error("the reader of the event store ended")]
    ReaderGone,
}
