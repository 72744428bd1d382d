//! Where partitions end now.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rdkafka::consumer::{BaseConsumer, Consumer, StreamConsumer};
use rdkafka::metadata::MetadataTopic;

use crate::group::Membership;

/// The offset after the last record of each partition. Each question to Kafka takes `timeout` at most, and
/// the first one without an answer ends it.
pub(crate) async fn ends(
    client: Arc<StreamConsumer<Membership>>,
    topic: &str,
    partitions: Vec<i32>,
    timeout: Duration,
) -> anyhow::Result<BTreeMap<i32, i64>> {
    let topic = topic.to_owned();
    let ask = move || {
        let end = |partition| client.fetch_watermarks(&topic, partition, timeout).map(|(_, end)| (partition, end));
        partitions.into_iter().map(end).collect::<Result<_, _>>().context("Kafka does not say where the topic ends")
    };
    // The client's question blocks its thread.
    tokio::task::spawn_blocking(ask).await?
}

/// The first offset of each partition of a topic, and the one after its last.
pub(crate) async fn of_topic(
    bus: &bus::Config,
    topic: &str,
    timeout: Duration,
) -> anyhow::Result<BTreeMap<i32, (i64, i64)>> {
    let client: BaseConsumer = bus::client(bus).create().context("cannot make a Kafka client")?;
    let topic = topic.to_owned();
    let ask = move || {
        let metadata = client.fetch_metadata(Some(&topic), timeout).context("Kafka does not answer")?;
        let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions);
        let range = |partition| client.fetch_watermarks(&topic, partition, timeout).map(|range| (partition, range));
        let ranges = partitions.map(|partition| range(partition.id())).collect::<Result<BTreeMap<_, _>, _>>();
        let ranges = ranges.context("Kafka does not say where the topic ends")?;
        anyhow::ensure!(!ranges.is_empty(), "there is no topic {topic}; run `atelier topics apply`");
        Ok(ranges)
    };
    // The client's question blocks its thread.
    tokio::task::spawn_blocking(ask).await?
}
