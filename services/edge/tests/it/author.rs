//! What command, relay and worker write to the stream of one session.

use std::sync::atomic::{AtomicI64, Ordering};

use bus::{Headers, Message};
use chrono::Utc;
use domain::session::{
    Answer, Event, GenerationCompleted, GenerationQueued, GenerationStarted, MessagePosted, Outcome, Prompt,
};
use domain::{Cost, Event as _, EventId, GenerationId, MessageId, SessionId, Usage, WorkerId};
use edge::{Active, Standing};
use events::stream::{Chunk, Piece};
use events::{Envelope, latest};

use crate::world::World;

pub struct Author<'a> {
    pub world: &'a World,
    pub session: SessionId,
    sequence: AtomicI64,
}

impl<'a> Author<'a> {
    pub fn new(world: &'a World, session: SessionId) -> Self {
        Self { world, session, sequence: AtomicI64::new(0) }
    }

    /// The command side answers for this state from now on.
    pub fn stands(&self, active: Option<(GenerationId, i32)>) {
        let active = active.map(|(generation_id, attempt)| Active { generation_id, attempt, status: "started".into() });
        let version = self.sequence.load(Ordering::SeqCst);
        self.world.sessions.set(self.session, Standing { version, head: 0, active, shared: false });
    }

    /// A question, its place in the queue, and the first attempt.
    pub async fn asks(&self, content: &str) -> GenerationId {
        let generation = GenerationId::generate();
        self.posts(generation, content).await;
        self.starts(generation, 1).await;
        generation
    }

    pub async fn posts(&self, generation: GenerationId, content: &str) {
        let message_id = MessageId::generate();
        let posted = MessagePosted {
            session_id: self.session,
            message_id,
            generation_id: generation,
            author: self.world.alice,
            base_version: 0,
            private: Some(Prompt { content: content.into() }),
        };
        let queued =
            GenerationQueued { session_id: self.session, generation_id: generation, message_id, model: None, place: 0 };
        self.publish(posted).await;
        self.publish(queued).await;
        self.stands(Some((generation, 0)));
    }

    pub async fn starts(&self, generation: GenerationId, attempt: i32) -> i64 {
        let started = GenerationStarted {
            session_id: self.session,
            generation_id: generation,
            attempt,
            worker_id: WorkerId::generate(),
            model: "demo".into(),
            provider: "demo".into(),
        };
        let offset = self.publish(started).await;
        self.stands(Some((generation, attempt)));
        offset
    }

    pub async fn completes(&self, generation: GenerationId, attempt: i32) -> i64 {
        let completed = GenerationCompleted {
            session_id: self.session,
            generation_id: generation,
            attempt,
            number: None,
            outcome: outcome(),
            private: Some(Answer { explanation: "All of it.".into(), reasoning: "Why.".into() }),
            private_files: Some(vec![domain::FileChange {
                path: "src/App.tsx".into(),
                op: domain::FileOp::Create,
                content: Some("let x;".into()),
                sha256: None,
                from: None,
            }]),
        };
        let offset = self.publish(completed).await;
        self.stands(None);
        offset
    }

    /// Pieces of prose, from the given index on.
    pub async fn says(&self, generation: GenerationId, attempt: i32, first: i64, deltas: &[&str]) -> i64 {
        let mut last = 0;
        let mut deliveries = vec![];
        for (index, delta) in (first..).zip(deltas) {
            deliveries.push(self.send(self.chunk(generation, attempt, index, prose(delta))).await);
        }
        for delivery in deliveries {
            last = delivery.await.unwrap().offset;
        }
        last
    }

    pub async fn piece(&self, generation: GenerationId, attempt: i32, index: i64, piece: Piece) -> i64 {
        self.send(self.chunk(generation, attempt, index, piece)).await.await.unwrap().offset
    }

    /// Publishes the next event of the session.
    pub async fn publish(&self, event: impl Into<Event>) -> i64 {
        let sequence = self.sequence.fetch_add(1, Ordering::SeqCst) + 1;
        self.publish_as(event, sequence).await
    }

    /// As the relay does when it begins again a little earlier.
    pub async fn publish_as(&self, event: impl Into<Event>, sequence: i64) -> i64 {
        let (event, context) = (event.into(), self.session.to_string());
        let envelope = Envelope {
            event_id: EventId::generate(),
            tenant_id: self.world.tenant,
            aggregate_type: "session".into(),
            aggregate_id: context.clone(),
            sequence,
            occurred_at: Utc::now(),
            actor: self.world.alice.to_string(),
            correlation_id: "test".into(),
            causation_id: None,
        };
        let mut payload = event.payload();
        self.world.sessions.stored.lock().unwrap().push((self.session, envelope.clone(), event.clone()));
        self.world.sealer.seal(&mut payload, &context).unwrap();
        let bytes = latest(event.event_type()).unwrap().encode(&envelope, &payload).unwrap();
        self.send(bytes).await.await.unwrap().offset
    }

    /// Whatever bytes, under this session's key.
    pub async fn send(&self, payload: Vec<u8>) -> bus::Delivery {
        let topic = self.world.bus.topics().session_stream();
        let message =
            Message { topic, key: self.session.to_string(), payload: payload.into(), headers: Headers::new() };
        self.world.producer.send(message).await.unwrap()
    }

    fn chunk(&self, generation: GenerationId, attempt: i32, index: i64, piece: Piece) -> Vec<u8> {
        let (key_id, sealed) = self.world.sealer.seal_bytes(&piece.to_json(), &self.session.to_string()).unwrap();
        let chunk = Chunk {
            tenant_id: self.world.tenant,
            session_id: self.session,
            generation_id: generation,
            attempt,
            index,
            kind: piece.kind(),
            occurred_at: Utc::now(),
            key_id,
            sealed,
        };
        chunk.encode().unwrap()
    }

    pub fn partition(&self) -> i32 {
        bus::partition_of(self.session.to_string().as_bytes(), 12)
    }
}

pub fn prose(delta: &str) -> Piece {
    Piece::Explanation { delta: delta.into() }
}

pub fn outcome() -> Outcome {
    Outcome {
        model: "demo".into(),
        provider: "demo".into(),
        prompt_digest: "00".into(),
        max_tokens: None,
        temperature: None,
        finish_reason: "stop".into(),
        usage: Usage { prompt_tokens: 1, completion_tokens: 2, reasoning_tokens: None, total_tokens: 3 },
        cost: Cost { amount: "0.5".into(), currency: "USD".into(), price_list: "1".into() },
        pieces: 1,
    }
}
