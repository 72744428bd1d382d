//! Membership in the consumer group: who told us to take or leave which partitions, and how long they are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;
use tokio::sync::mpsc::UnboundedSender;

/// What the group decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// These partitions are ours now, and no others.
    Assigned(Vec<i32>),
    /// None is ours any more.
    Revoked,
}

/// Our side of the group's callbacks.
pub(crate) struct Membership {
    changes: UnboundedSender<Change>,
    ends: Mutex<BTreeMap<i32, i64>>,
}

impl Membership {
    pub(crate) fn new(changes: UnboundedSender<Change>) -> Self {
        Self { changes, ends: Mutex::default() }
    }

    /// The end of each partition that is fetched, as last heard.
    pub(crate) fn ends(&self) -> BTreeMap<i32, i64> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ConsumerContext for Membership {
    /// Agrees at once, and fetches nothing yet: the places to begin at stand in Postgres, and the loop
    /// assigns each partition when it has read its place there.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, cause: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let (change, agreed) = if cause == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let ours = partitions
                .elements()
                .iter()
                .map(rdkafka::topic_partition_list::TopicPartitionListElem::partition)
                .collect();
            (Change::Assigned(ours), consumer.assign(&TopicPartitionList::new()))
        } else {
            (Change::Revoked, consumer.unassign())
        };
        if let Err(error) = agreed {
            tracing::warn!(%error, "could not answer the consumer group");
        }
        // Nobody listens only while the loop ends.
        let _ = self.changes.send(change);
    }
}

impl ClientContext for Membership {
    fn stats(&self, statistics: Statistics) {
        let ends = statistics.topics.values().flat_map(|topic| &topic.partitions);
        let known = ends.filter(|(_, partition)| partition.hi_offset >= 0);
        let known = known.map(|(number, partition)| (*number, partition.hi_offset)).collect();
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            tracing::warn!("no Kafka broker can be reached: {reason}");
        } else {
            tracing::debug!(%error, "{reason}");
        }
    }
}
