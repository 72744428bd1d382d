//! One relay's time in office, from taking the lease to losing it or handing it back.

use std::convert::Infallible;
use std::future::pending;

use bus::Producer;
use runtime::Pauses;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::lease::{Lease, Progress};
use crate::publish::Publisher;
use crate::read::Reader;
use crate::route::Routes;
use crate::sweep::Sweeper;
use crate::{Config, Error, Parts, ack, measure, roots};

/// Waits for the lease and works under it until `shutdown` or trouble.
pub async fn serve(config: &Config, parts: &Parts, shutdown: &CancellationToken) -> Result<(), Error> {
    let holder = uuid::Uuid::now_v7().to_string();
    loop {
        if let Some((lease, progress)) = Lease::take(&parts.pool, config, &holder).await? {
            return hold(config, parts, &lease, &progress, shutdown).await;
        }
        parts.health.ready(); // standing by is all that is asked of it
        tokio::select! {
            () = sleep(config.stand_by) => {}
            () = shutdown.cancelled() => return Ok(()),
        }
    }
}

async fn hold(
    config: &Config,
    parts: &Parts,
    lease: &Lease,
    progress: &Progress,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    tracing::info!(epoch = lease.epoch, "relaying from position {}", progress.last.position);
    metrics::gauge!("atelier_relay_active").set(1);
    let producer = Producer::new(&parts.kafka)?;
    let routes = Routes::new(parts.kafka.topics());
    let mut sweeper = Sweeper::new(&parts.pool, &producer, &routes, &config.sweep);
    let (acked, links) = watch::channel(progress.last);
    let topic = parts.kafka.topics().audit_roots();
    let outcome = tokio::select! {
        outcome = relay(config, parts, lease, progress, (&producer, &routes), &acked, shutdown) => outcome,
        ended = roots::run(&parts.pool, &producer, topic, config, links) => ended.map(|never| match never {}),
        error = lease.keep() => Err(error),
        never = sweeper.run() => match never {},
        never = ready_when_kafka_answers(parts, &producer) => match never {},
        never = measure::run(&parts.pool, config) => match never {},
    };
    producer.purge();
    lease.give_back().await;
    metrics::gauge!("atelier_relay_active").set(0);
    outcome
}

async fn ready_when_kafka_answers(parts: &Parts, producer: &Producer) -> Infallible {
    let topic = parts.kafka.topics().audit_roots();
    let mut pauses = Pauses::default();
    while let Err(error) = producer.reach(&topic).await {
        tracing::warn!(%error, "waiting for Kafka");
        parts.health.unready("Kafka does not answer");
        sleep(pauses.take()).await;
    }
    parts.health.ready();
    pending().await
}

/// Reader, publisher and acknowledgements, each at its own pace. The reader has a task of its own,
/// because decoding rows and encoding records each fill a core.
async fn relay(
    config: &Config,
    parts: &Parts,
    lease: &Lease,
    progress: &Progress,
    (producer, routes): (&Producer, &Routes),
    acked: &watch::Sender<chain::Link>,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let publisher = Publisher::new(&parts.pool, producer, lease, routes, config, progress).await?;
    let (batches, to_publish) = mpsc::channel(1);
    let (sent, to_ack) = mpsc::channel(config.in_flight.get());
    let reader = Reader::new(&parts.pool, config, progress, parts.wake.clone());
    #[expect(clippy::disallowed_methods, reason = "it ends with its handle, and `cause` waits for it")]
    let reader = AbortOnDropHandle::new(tokio::spawn(reader.run(batches)));

    let publishing = publisher.run(to_publish, sent, shutdown);
    let acknowledging = ack::run(&parts.pool, lease, to_ack, acked);
    tokio::select! {
        done = async { tokio::try_join!(publishing, acknowledging) } => done.map(drop)?,
        () = overdue(config, shutdown) => {
            tracing::warn!("not all acknowledgements came in time; the next relay repeats what is missing");
        }
    }
    if shutdown.is_cancelled() { Ok(()) } else { Err(cause(reader).await) }
}

async fn overdue(config: &Config, shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    sleep(config.drain).await;
}

/// Why the reader ended although nobody told it to.
async fn cause(reader: AbortOnDropHandle<Result<(), Error>>) -> Error {
    match reader.await {
        Ok(Err(error)) => error,
        Ok(Ok(())) | Err(_) => Error::ReaderGone,
    }
}
