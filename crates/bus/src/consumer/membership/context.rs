//! What the library calls when the group changes.

use std::sync::Arc;

use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult};

use super::Shared;
use crate::Partition;
use crate::connection::Voice;

pub struct Context {
    shared: Arc<Shared>,
    voice: Voice,
}

impl Context {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, voice: Voice::default() }
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, kind: &str, text: &str) {
        self.voice.say(level, kind, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.voice.error(error, reason);
    }
}

impl ConsumerContext for Context {
    /// Before the change takes effect: no record of a new partition can come before it is in the ledger,
    /// and none of an old one is finished after it was struck out.
    fn pre_rebalance(&self, member: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => {
                let partitions = partitions(list);
                tracing::info!(partitions = %names(&partitions), "the group gave us partitions");
                self.shared.given(partitions);
            }
            Rebalance::Revoke(list) => {
                let (partitions, lost) = (partitions(list), member.assignment_lost());
                tracing::info!(partitions = %names(&partitions), lost, "the group took partitions from us");
                self.shared.taken(&partitions, lost);
            }
            Rebalance::Error(error) => tracing::warn!(%error, "the group could not be rebalanced"),
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result {
            tracing::warn!(%error, "offsets were not committed; they will be with the next ones");
        }
    }
}

fn partitions(list: &TopicPartitionList) -> Vec<Partition> {
    list.elements().iter().map(|element| Partition::new(element.topic(), element.partition())).collect()
}

fn names(partitions: &[Partition]) -> String {
    partitions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
