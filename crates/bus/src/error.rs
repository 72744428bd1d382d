//! What can go wrong between us and Kafka.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::Partition;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The client library refuses a setting, or cannot start.
    #[error("Kafka settings: {0}")]
    Settings(String),
    /// This producer or consumer is broken for good; a new one has to be made.
    #[error("the Kafka client has failed and must be replaced: {0}")]
    Fatal(String),
    /// Too much waits for acknowledgement, and for too long.
    #[error("no room to send for {0:?}")]
    QueueFull(std::time::Duration),
    #[error("a record of {0} bytes is larger than Kafka may carry")]
    TooLarge(usize),
    /// The record was given up; it may be in the log all the same.
    #[error("a record for {topic} was not acknowledged: {cause}")]
    NotDelivered { topic: String, cause: KafkaError },
    /// The record was thrown out of the queue by `purge`; it may be in the log all the same.
    #[error("a record was purged before it was acknowledged")]
    Purged,
    #[error("there is no topic {0}")]
    UnknownTopic(String),
    /// Retention has removed the records from here on, or nobody has written them yet.
    #[error("{partition} has no offset {offset}, it holds {low} to below {high}")]
    OutOfRange { partition: Partition, offset: i64, low: i64, high: i64 },
    /// The reader fell behind retention.
    #[error("records were removed before they were read")]
    Expired,
    /// The cluster did not answer, or with an error; asking again may help.
    #[error("Kafka: {0}")]
    Unavailable(KafkaError),
    /// Nothing more is handed out.
    #[error("the consumer was stopped")]
    Stopped,
}

impl Error {
    /// Errors while a client is made: never with the value of a setting, which may be a secret.
    pub(crate) fn settings(error: &KafkaError) -> Self {
        match error {
            KafkaError::ClientConfig(_, cause, name, _) => Self::Settings(format!("{name}: {cause}")),
            other => Self::Settings(other.to_string()),
        }
    }

    /// Errors while a record is handed over or delivered.
    pub(crate) fn sending(topic: &str, bytes: usize, cause: KafkaError) -> Self {
        match cause.rdkafka_error_code() {
            Some(RDKafkaErrorCode::Fatal) => Self::Fatal(cause.to_string()),
            Some(RDKafkaErrorCode::MessageSizeTooLarge) => Self::TooLarge(bytes),
            Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight) => Self::Purged,
            Some(RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownTopicOrPartition) => {
                Self::UnknownTopic(topic.to_owned())
            }
            _ => Self::NotDelivered { topic: topic.to_owned(), cause },
        }
    }
}

impl From<KafkaError> for Error {
    fn from(error: KafkaError) -> Self {
        match error {
            KafkaError::MessageConsumptionFatal(_) => Self::Fatal(error.to_string()),
            KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset) => Self::Expired,
            error => Self::Unavailable(error),
        }
    }
}
