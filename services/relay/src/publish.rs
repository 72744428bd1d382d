//! Rows in, records out: verified, numbered, and on their way to Kafka.

use std::collections::HashSet;

use bus::{Delivery, Producer};
use bytes::Bytes;
use chain::{Encoded, EventRow, Link};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::gap::Sequences;
use crate::lease::{Lease, Progress};
use crate::order::Cursor;
use crate::record::{Stored, Suspicion};
use crate::route::Routes;
use crate::{Config, Error};

/// A batch on its way: what remains is to hear of its deliveries and to note them.
pub struct Sent {
    pub deliveries: Vec<Delivery>,
    pub logged: Vec<(String, Link)>,
    pub parked: Vec<Parked>,
    pub end: Cursor,
    pub last: Link,
}

/// An aggregate whose events stop here, for somebody to look at.
pub struct Parked {
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_id: String,
    pub reason: String,
}

/// Publishes in order. Nothing is held back for an aggregate that is parked.
pub struct Publisher<'a> {
    pool: &'a PgPool,
    producer: &'a Producer,
    lease: &'a Lease,
    routes: &'a Routes,
    sequences: Sequences,
    parked: HashSet<String>,
    last: Link,
}

impl<'a> Publisher<'a> {
    pub async fn new(
        pool: &'a PgPool,
        producer: &'a Producer,
        lease: &'a Lease,
        routes: &'a Routes,
        config: &Config,
        from: &Progress,
    ) -> Result<Self, Error> {
        let parked = sqlx::query_scalar("select aggregate_id from store.parked_aggregates").fetch_all(pool).await?;
        let sequences = Sequences::new(config.remembered);
        Ok(Self { pool, producer, lease, routes, sequences, parked: parked.into_iter().collect(), last: from.last })
    }

    /// Until `shutdown`, or until there is no more to publish, or nobody to tell.
    pub async fn run(
        mut self,
        mut batches: mpsc::Receiver<Vec<Stored>>,
        sent: mpsc::Sender<Sent>,
        shutdown: &CancellationToken,
    ) -> Result<(), Error> {
        while let Some(Some(batch)) = shutdown.run_until_cancelled(batches.recv()).await {
            self.sequences.learn(self.pool, &batch).await?;
            self.lease.check()?;
            let batch = self.publish(batch).await?;
            if sent.send(batch).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn publish(&mut self, batch: Vec<Stored>) -> Result<Sent, Error> {
        let mut sent = Sent::empty(&batch, self.last);
        for event in &batch {
            if self.parked.contains(&event.row.aggregate_id) {
                continue;
            }
            match self.send(event, &mut sent).await? {
                Ok(()) => sent.logged.push((event.row.event_id.clone(), self.last)),
                Err(suspicion) => sent.parked.push(self.park(event, &suspicion)),
            }
        }
        sent.last = self.last;
        Ok(sent)
    }

    async fn send(&mut self, event: &Stored, sent: &mut Sent) -> Result<Result<(), Suspicion>, Error> {
        let (Encoded { bytes, digest }, topics) = match self.examine(event) {
            Ok(examined) => examined,
            Err(suspicion) => return Ok(Err(suspicion)),
        };
        let link = self.last.next(&event.row.event_id, &digest);
        let (bytes, headers) = (Bytes::from(bytes), event.headers(link.position));
        for topic in topics {
            match self.producer.send(event.message(topic, bytes.clone(), headers.clone())).await {
                Ok(delivery) => sent.deliveries.push(delivery),
                // All its records are as large, so the first one is refused and none is sent.
                Err(bus::Error::TooLarge(size)) => return Ok(Err(Suspicion::TooLarge(size))),
                Err(error) => return Err(error.into()),
            }
        }
        self.last = link;
        Ok(Ok(()))
    }

    fn examine(&mut self, event: &Stored) -> Result<(Encoded, Vec<String>), Suspicion> {
        let topics = self.routes.of(&event.row.aggregate_type, &event.row.event_type).ok_or(Suspicion::NoTopic)?;
        let verified = event.verify()?;
        self.sequences.follow(event)?;
        Ok((verified, topics))
    }

    fn park(&mut self, event: &Stored, suspicion: &Suspicion) -> Parked {
        let EventRow { aggregate_type, aggregate_id, sequence, .. } = &event.row;
        tracing::error!(
            aggregate.id = %aggregate_id, sequence,
            "nothing more of {aggregate_type} {aggregate_id} is published from event {sequence} on: {suspicion}"
        );
        metrics::counter!("atelier_relay_parked_total").increment(1);
        self.parked.insert(aggregate_id.clone());
        Parked {
            aggregate_type: aggregate_type.clone(),
            aggregate_id: aggregate_id.clone(),
            sequence: *sequence,
            event_id: event.row.event_id.clone(),
            reason: suspicion.to_string(),
        }
    }
}

impl Sent {
    fn empty(batch: &[Stored], last: Link) -> Self {
        let end = batch.last().map_or(crate::order::START, |event| event.at);
        let logged = Vec::with_capacity(batch.len());
        Self { deliveries: Vec::with_capacity(batch.len() * 2), logged, parked: Vec::new(), end, last }
    }
}
