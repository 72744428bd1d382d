//! Follows one partition for as long as somebody watches it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::cursor::Epoch;
use crate::edge::Shared;
use crate::log::{ReadError, Reader};
use crate::partition::Partition;

/// How often a follower looks whether it is still needed.
const TIDY: Duration = Duration::from_secs(1);

/// Follows a partition until nobody watches it or the edge ends. Kafka may come and go meanwhile.
pub async fn follow(edge: Arc<Shared>, partition: Arc<Partition>) {
    let ended = edge.ending.clone();
    tokio::select! {
        () = ended.cancelled() => partition.end(),
        () = rounds(&edge, &partition) => {}
    }
}

async fn rounds(edge: &Shared, partition: &Partition) {
    loop {
        match begin(edge, partition).await {
            Ok(reader) => {
                if pump(edge, partition, &reader).await == Why::Idle {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(partition = partition.number, %error, "cannot follow the stream: {error}");
                sleep(edge.config.pause).await;
                if partition.end_if_idle(edge.config.linger) {
                    return;
                }
            }
        }
    }
}

/// Begins with the record that comes next: everything before it is the past. Asks on the connection of the
/// past, because the other one waits for what happens and answers nothing meanwhile.
async fn begin(edge: &Shared, partition: &Partition) -> Result<Reader, ReadError> {
    let cluster = edge.past.cluster().await?;
    let epoch = Epoch::of(&cluster, &edge.topic, &edge.config.incarnation);
    let next = edge.past.range(partition.number).await?.end;
    edge.live.prepare().await?;
    let reader = edge.live.read(partition.number, next)?;
    partition.begin(epoch, next);
    Ok(reader)
}

#[derive(PartialEq, Eq)]
enum Why {
    Idle,
    Gone,
}

async fn pump(edge: &Shared, partition: &Partition, reader: &Reader) -> Why {
    let mut tidy = interval(TIDY);
    tidy.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            record = reader.next() => match record {
                Ok(record) => partition.push(record.session, record.offset, record.payload),
                Err(ReadError::End) => {}
                Err(ReadError::Gone) => {
                    tracing::warn!(partition = partition.number, "the log was cut before it was read");
                    return Why::Gone;
                }
                Err(ReadError::Kafka(error)) => {
                    tracing::debug!(partition = partition.number, %error, "Kafka does not answer: {error}");
                    sleep(edge.config.pause).await;
                }
            },
            _ = tidy.tick() => {
                partition.expire(edge.config.memory_age);
                if partition.end_if_idle(edge.config.linger) {
                    return Why::Idle;
                }
            }
        }
    }
}
