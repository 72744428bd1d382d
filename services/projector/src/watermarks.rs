//! Where partitions end now.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rdkafka::consumer::{Consumer, StreamConsumer};

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
