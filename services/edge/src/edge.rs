//! The edge itself: partitions, who may watch, and the opening of a stream.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::{Bytes, BytesMut};
use chrono::Utc;
use domain::{SessionId, TenantId, UserId};
use futures::stream::unfold;
use rdkafka::error::KafkaError;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::caller::Caller;
use crate::config::Config;
use crate::cursor::{BadCursor, Cursor};
use crate::decode::Place;
use crate::feed::Feed;
use crate::frame::{self, Frame};
use crate::limits::Limits;
use crate::log::Log;
use crate::memory::Bounds;
use crate::partition::{Live, Partition, Watch};
use crate::refusal::Refusal;
use crate::sessions::{Sessions, Standing};
use crate::start::Start;
use crate::stream::{Ending, Stream};
use crate::tail;

/// What the edge works with.
pub struct Parts {
    pub bus: bus::Config,
    pub keys: keys::Keys,
    /// An [`rpc::Command`], or whoever else knows the sessions.
    pub sessions: Arc<dyn Sessions>,
}

/// The edge cannot work with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the Kafka client cannot be made: {0}")]
    Kafka(#[from] KafkaError),
    #[error("the topic of the streams is not declared")]
    Undeclared,
}

/// Kafka to server-sent events. Cheap to clone; the clones are one.
#[derive(Clone)]
pub struct Edge {
    shared: Arc<Shared>,
}

pub struct Shared {
    pub config: Config,
    pub topic: String,
    pub keys: keys::Keys,
    /// Follows what happens.
    pub live: Log,
    /// Reads the past, so that it never gets in the way of what happens.
    pub past: Log,
    pub catch_ups: Arc<Semaphore>,
    pub ending: CancellationToken,
    pub tasks: TaskTracker,
    pub sessions: Arc<dyn Sessions>,
    partitions: Vec<Arc<Partition>>,
    limits: Arc<Limits>,
}

impl Edge {
    /// Needs a tokio runtime, but not yet a Kafka that answers.
    pub fn new(config: Config, parts: Parts) -> Result<Self, Error> {
        let topics = parts.bus.topics();
        let topic = topics.session_stream();
        let (bounds, total) = (Bounds::of(&config), Arc::new(AtomicUsize::new(0)));
        let count = topics.partitions(&topic).ok_or(Error::Undeclared)? as i32;
        let partitions = (0..count).map(|number| Arc::new(Partition::new(number, bounds, total.clone()))).collect();
        let shared = Shared {
            live: Log::open(&parts.bus, &topic, "live", &config)?,
            past: Log::open(&parts.bus, &topic, "past", &config)?,
            catch_ups: Arc::new(Semaphore::new(config.catch_up_watchers)),
            limits: Limits::new(&config),
            ending: CancellationToken::new(),
            tasks: TaskTracker::new(),
            keys: parts.keys,
            sessions: parts.sessions,
            topic,
            partitions,
            config,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Works until told to stop; then ends all streams with `closing` and all its tasks.
    pub async fn serve(&self, shutdown: CancellationToken) -> anyhow::Result<()> {
        shutdown.run_until_cancelled(self.forget_the_erased()).await;
        self.shared.ending.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        Ok(())
    }

    /// Opened texts of who was erased do not stay in memory: the partitions that hold some drop what they
    /// remember, and open it again when it is needed. The others go on.
    async fn forget_the_erased(&self) {
        let mut erasures = self.shared.keys.erasures();
        while erasures.changed().await.is_ok() {
            for partition in &self.shared.partitions {
                let held: Vec<String> = partition.key_ids().into_iter().collect();
                // Where the keys cannot be asked, too much is forgotten rather than too little.
                if !held.is_empty() && self.shared.keys.any_destroyed(&held).await.unwrap_or(true) {
                    metrics::counter!("atelier_edge_partitions_renewed_total").increment(1);
                    partition.renew();
                }
            }
        }
        std::future::pending::<()>().await;
    }

    /// Begins to follow a session's partition, so that a stream which is opened soon begins at once.
    pub async fn prepare(&self, session: SessionId) -> Result<(), Refusal> {
        self.followed(self.partition_of(session)).await.map(drop)
    }

    /// Opens a stream of server-sent events, `hello` first.
    pub async fn stream(
        &self,
        caller: Caller,
        session: SessionId,
        start: Start,
    ) -> Result<impl futures::Stream<Item = Bytes> + Send + use<>, Refusal> {
        let stream = self.open(caller, session, start).await?;
        Ok(unfold(Box::new(stream), async |mut stream| stream.next().await.map(|bytes| (bytes, stream))))
    }

    async fn open(&self, caller: Caller, session: SessionId, start: Start) -> Result<Stream, Refusal> {
        let partition = self.partition_of(session);
        admit(&caller, start, partition)?;
        let permit = self.shared.limits.enter(caller.user, caller.tenant)?;
        // The place is taken before the description: what happens between the two is sent, not missed.
        let live = self.followed(partition).await;
        let position = partition.next();
        let standing = self.shared.sessions.describe(session, &caller.token).await?;
        let watch = Watch::new(partition.clone(), session);
        let mut feed = Feed::new(self.shared.clone(), watch, live?, position, caller.tenant, start);
        feed.token = caller.token;
        feed.active = standing.active.as_ref().map(|active| active.generation_id);
        let first = self.hello(&feed.place, &standing, position, start);
        let ending = Ending {
            expires_at: caller.expires_at,
            revoked: caller.revoked,
            changed: caller.changed,
            moved: self.shared.ending.child_token(),
            unshared: CancellationToken::new(),
        };
        let asking = standing.shared.then(|| self.ask_again(session, (caller.tenant, caller.user), &ending));
        let config = &self.shared.config;
        Ok(Stream {
            feed,
            ready: VecDeque::from([first]),
            ending,
            heartbeat: config.heartbeat,
            beat: Instant::now() + config.heartbeat,
            handed: None,
            over: false,
            _asking: asking,
            _permit: permit,
        })
    }

    /// Asks now and then whether a session is still shared with somebody, until the guard is dropped. While nobody can
    /// say, they come again: the stream is refused then, or goes on where it was.
    fn ask_again(&self, session: SessionId, who: (TenantId, UserId), ending: &Ending) -> DropGuard {
        let (shared, over) = (self.shared.clone(), ending.moved.child_token());
        let (unshared, moved) = (ending.unshared.clone(), ending.moved.clone());
        let guard = over.clone().drop_guard();
        self.shared.tasks.spawn(over.run_until_cancelled_owned(async move {
            loop {
                sleep(shared.config.shared_again).await;
                match shared.sessions.may_watch(session, who.0, who.1).await {
                    Ok(true) => {}
                    Ok(false) => return unshared.cancel(),
                    Err(_) => return moved.cancel(),
                }
            }
        }));
        guard
    }

    /// Where the session stands. It has an id only where a resume from it misses nothing.
    fn hello(&self, place: &Place, standing: &Standing, position: i64, start: Start) -> Bytes {
        let now = place.cursor(position - 1);
        let id = match start {
            Start::Now => now,
            Start::After(cursor) if cursor.epoch == place.epoch => Some(cursor),
            _ => None,
        };
        let active = standing.active.as_ref().map(|active| {
            json!({
                "id": active.generation_id, "attempt": active.attempt, "status": active.status,
                "stream_position": format!("g:{}", active.generation_id),
            })
        });
        let data = json!({
            "version": standing.version, "head": standing.head, "active_generation": active,
            "cursor": now.map(|cursor: Cursor| cursor.to_string()),
        });
        let mut bytes = BytesMut::from(&frame::retry(self.shared.config.retry)[..]);
        bytes.extend_from_slice(&Frame::new(id.as_ref(), "hello", &data).whole());
        bytes.freeze()
    }

    fn partition_of(&self, session: SessionId) -> &Arc<Partition> {
        let number = bus::partition_of(session.to_string().as_bytes(), self.shared.partitions.len() as u32);
        &self.shared.partitions[number as usize]
    }

    async fn followed(&self, partition: &Arc<Partition>) -> Result<Live, Refusal> {
        if self.shared.ending.is_cancelled() {
            return Err(Refusal::Unavailable);
        }
        if partition.claim() {
            self.shared.tasks.spawn(tail::follow(self.shared.clone(), partition.clone()));
        }
        timeout(self.shared.config.open_within, partition.live()).await.map_err(|_| Refusal::Unavailable)
    }
}

fn admit(caller: &Caller, start: Start, partition: &Partition) -> Result<(), Refusal> {
    if caller.revoked.is_cancelled() || caller.expires_at.is_some_and(|end| end <= Utc::now()) {
        return Err(Refusal::Unauthenticated);
    }
    match start {
        Start::After(cursor) if cursor.partition != partition.number => Err(BadCursor.into()),
        _ => Ok(()),
    }
}
