//! The loop of one projection.

use anyhow::{Context, anyhow};
use projections::Projection;
use rdkafka::error::KafkaError;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::consumer::{Arrival, Consumer};
use crate::folding::Folder;
use crate::follow::Follower;
use crate::home::Home;
use crate::letters::Letters;
use crate::places::Place;
use crate::readiness::Part;
use crate::{Config, Parts};

/// Folds one topic until told to stop; the batch in hand is finished first.
pub(crate) async fn run<P: Projection>(
    config: Config,
    parts: Parts,
    readiness: Part,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut worker = Worker::<P>::join(config, parts, readiness)?;
    let mut measure = interval(worker.follower.config.lag_every);
    measure.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut retries = interval(worker.follower.config.retry_parked_every);
    retries.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let done = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            () = worker.follower.places.due() => worker.follower.take_wanted().await,
            _ = measure.tick() => { worker.measure(); Ok(()) }
            _ = retries.tick() => worker.follower.drain().await,
            arrival = worker.follower.consumer.next() => match arrival {
                Ok(Arrival::Record(first)) => worker.follower.fold(first).await,
                Ok(Arrival::Change(change)) => { worker.follower.places.follow(change); Ok(()) }
                Err(KafkaError::MessageConsumptionFatal(code)) => {
                    return Err(anyhow!("{code}")).context("Kafka refuses this consumer");
                }
                Err(error) => {
                    tracing::warn!(projection = P::NAME, %error, "{} waits for Kafka: {error}", P::NAME);
                    Ok(())
                }
            },
        };
        worker.tell(done);
    }
    let Follower { consumer, config, .. } = worker.follower;
    consumer.leave(config.kafka_timeout).await;
    Ok(())
}

struct Worker<P> {
    follower: Follower<P>,
    readiness: Part,
    ready: bool,
}

impl<P: Projection> Worker<P> {
    fn join(config: Config, parts: Parts, readiness: Part) -> anyhow::Result<Self> {
        let topic = parts.bus.topics().named(P::TOPIC);
        let consumer = Consumer::join::<P>(&config, &parts.bus, topic.clone())?;
        let letters = Letters::of(&parts.bus, P::NAME, &topic)?;
        let Parts { pool, keys, progress, .. } = parts;
        let folder = Folder { pool, keys, progress, topic, home: Home::Live, letters };
        Ok(Self { follower: Follower::new(config, folder, consumer), readiness, ready: false })
    }

    /// Whether this process shows everything that it should, and if not, why not.
    fn tell(&mut self, done: anyhow::Result<()>) {
        if let Err(cause) = done {
            self.ready = false;
            self.readiness.hindered(&format!("{cause:#}"));
            tracing::warn!(projection = P::NAME, "{} waits: {cause:#}", P::NAME);
        } else if !self.ready && self.follower.places.caught_up() {
            self.ready = true;
            self.readiness.ready();
            tracing::info!(projection = P::NAME, "{} has caught up", P::NAME);
        }
    }

    fn measure(&self) {
        let ends = self.follower.consumer.ends();
        let behind =
            |(partition, place): (i32, &Place)| ends.get(&partition).map_or(0, |end| (end - place.next).max(0));
        let lag: i64 = self.follower.places.held().map(behind).sum();
        let parked: usize = self.follower.places.held().map(|(_, place)| place.parked.len()).sum();
        metrics::gauge!("atelier_projector_lag_events", "projection" => P::NAME).set(lag as f64);
        metrics::gauge!("atelier_projector_parked_keys", "projection" => P::NAME).set(parked as f64);
        metrics::gauge!("atelier_projector_partitions", "projection" => P::NAME)
            .set(self.follower.places.held().count() as f64);
    }
}
