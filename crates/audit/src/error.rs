/// Why nothing could be proved, either way.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),

    #[error("Kafka cannot be read: {0}")]
    Kafka(#[from] bus::Error),

    /// Postgres sent something else than was asked for.
    #[error("a row came in an unknown form: {0}")]
    Form(&'static str),

    #[error("there are positions {first} to {last}, and none from {asked} on")]
    NoSuchPositions { asked: i64, first: i64, last: i64 },

    #[error("the keys cannot be read: {0}")]
    Keys(#[from] keys::Error),

    #[error(
        "no database can be made to fold the read models anew ({0}): name a server where it can, with --scratch-url"
    )]
    Scratch(sqlx::Error),

    #[error("a part of the verification ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}
