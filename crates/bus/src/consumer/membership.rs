//! Stays in the group: fetches, answers rebalances and stores offsets, whatever the work takes.

mod context;
mod shared;

use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::connection::{client, millis};
use crate::{Config, Error, Record};
use context::Context;
pub use shared::Shared;

type Member = StreamConsumer<Context>;

pub struct Membership {
    shared: Arc<Shared>,
    /// `None` once it has ended.
    running: Option<Running>,
}

struct Running {
    member: Arc<Member>,
    fetching: JoinHandle<()>,
    ending: CancellationToken,
}

impl Membership {
    pub fn begin(config: &Config, group: &str, topics: &[&str]) -> Result<Self, Error> {
        let shared = Arc::new(Shared::new(&config.consumer));
        let context = Context::new(Arc::clone(&shared));
        let member = Member::from_config_and_context(&settings(config, group), context)
            .map_err(|error| Error::settings(&error))?;
        member.subscribe(topics)?;
        let (member, ending) = (Arc::new(member), CancellationToken::new());
        let fetching = fetch(Arc::clone(&member), Arc::clone(&shared), ending.clone());
        #[expect(clippy::disallowed_methods, reason = "`end` waits for it")]
        let fetching = tokio::spawn(fetching);
        Ok(Self { shared, running: Some(Running { member, fetching, ending }) })
    }

    pub const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub fn finish(&self, record: &Record) {
        let Some(running) = &self.running else { return };
        self.shared.finish(record, |offset| store(&running.member, record, offset));
    }

    pub async fn end(mut self, timeout: Duration) -> Result<(), Error> {
        match self.running.take() {
            Some(running) => tokio::time::timeout(timeout, running.end()).await.unwrap_or_else(|_| Err(late())),
            None => Ok(()),
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.ending.cancel();
            // Leaving blocks for a while; that must not happen on this thread if it is the runtime's.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(running.end());
            }
        }
    }
}

impl Running {
    async fn end(self) -> Result<(), Error> {
        self.ending.cancel();
        self.fetching.await.map_err(|error| Error::Fatal(error.to_string()))?;
        // The library commits what is stored, leaves the group and waits for both.
        tokio::task::spawn_blocking(move || drop(self.member)).await.map_err(|error| Error::Fatal(error.to_string()))
    }
}

fn late() -> Error {
    Error::Unavailable(KafkaError::ConsumerCommit(RDKafkaErrorCode::OperationTimedOut))
}

/// What is stored is committed by the library, now and then and when a partition goes.
fn store(member: &Member, record: &Record, offset: i64) {
    let mut list = TopicPartitionList::new();
    let stored = list
        .add_partition_offset(&record.partition.topic, record.partition.number, Offset::Offset(offset))
        .and_then(|()| member.store_offsets(&list));
    if let Err(error) = stored {
        tracing::debug!(partition = %record.partition, offset, %error, "an offset was not stored; its records will repeat");
    }
}

async fn fetch(member: Arc<Member>, shared: Arc<Shared>, ending: CancellationToken) {
    let mut paused = false;
    loop {
        tokio::select! {
            () = ending.cancelled() => return,
            () = shared.room(), if paused => paused = !resume(&member),
            fetched = member.recv() => match fetched {
                Ok(message) => paused = shared.arrive(Record::read(&message)) && pause(&member) || paused,
                Err(error) => match Error::from(error) {
                    Error::Fatal(cause) => return shared.fail(&cause),
                    passing => tracing::debug!(error = %passing, "fetching from Kafka was disturbed"),
                },
            },
        }
    }
}

/// Enough is in hand. What the library has fetched ahead is thrown away and fetched again later.
fn pause(member: &Member) -> bool {
    member.assignment().and_then(|all| member.pause(&all)).is_ok()
}

fn resume(member: &Member) -> bool {
    member.assignment().and_then(|all| member.resume(&all)).is_ok()
}

fn settings(config: &Config, group: &str) -> rdkafka::ClientConfig {
    let consumer = &config.consumer;
    let mut settings = client(config);
    settings
        .set("group.id", format!("{}{group}", config.prefix))
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("session.timeout.ms", millis(consumer.session_timeout))
        .set("heartbeat.interval.ms", millis(consumer.heartbeat))
        .set("enable.auto.commit", "true")
        .set("enable.auto.offset.store", "false")
        .set("auto.commit.interval.ms", millis(consumer.commit_every))
        .set("auto.offset.reset", "earliest")
        .set("fetch.wait.max.ms", millis(consumer.fetch_wait))
        .set("fetch.error.backoff.ms", "50")
        .set("fetch.queue.backoff.ms", "20")
        .set("queued.max.messages.kbytes", consumer.prefetch_kilobytes.to_string());
    settings
}
