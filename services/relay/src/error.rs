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

    /// The reading side ended without saying why.
    #[error("the reader of the event store ended")]
    ReaderGone,
}
