//! The loop of one projection.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use projections::Projection;
use rdkafka::error::KafkaError;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::batch::Failure;
use crate::consumer::{Arrival, Consumer, Received};
use crate::folding::Folder;
use crate::places::{Place, Places};
use crate::readiness::Part;
use crate::{Config, Parts, offsets, parked, watermarks};

/// Folds one topic until told to stop; the batch in hand is finished first.
///
/// A partition is folded from the place that Postgres holds for it. Whatever fails, its partitions go back
/// to "wanted": their places are read again, after a pause, and nothing that was received is trusted.
pub(crate) async fn run<P: Projection>(
    config: Config,
    parts: Parts,
    readiness: Part,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut worker = Worker::<P>::join(config, parts, readiness)?;
    let mut measure = interval(worker.config.lag_every);
    measure.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            () = worker.places.due() => worker.take_wanted().await,
            _ = measure.tick() => worker.measure(),
            arrival = worker.consumer.next() => match arrival {
                Ok(Arrival::Record(first)) => worker.fold(first).await,
                Ok(Arrival::Change(change)) => worker.places.follow(change),
                Err(KafkaError::MessageConsumptionFatal(code)) => {
                    return Err(anyhow!("{code}")).context("Kafka refuses this consumer");
                }
                Err(error) => tracing::warn!(projection = P::NAME, %error, "{} waits for Kafka: {error}", P::NAME),
            },
        }
        worker.tell_when_ready();
    }
    worker.consumer.leave(worker.config.kafka_timeout).await;
    Ok(())
}

struct Worker<P> {
    config: Config,
    folder: Folder,
    consumer: Consumer,
    places: Places,
    readiness: Part,
    ready: bool,
    projection: std::marker::PhantomData<P>,
}

impl<P: Projection> Worker<P> {
    fn join(config: Config, parts: Parts, readiness: Part) -> anyhow::Result<Self> {
        let topic = parts.bus.topics().named(P::TOPIC);
        let consumer = Consumer::join(&config, &parts.bus, P::NAME, topic.clone())?;
        let places = Places::new(config.retry_first, config.retry_at_most);
        let Parts { pool, keys, progress, .. } = parts;
        let folder = Folder { pool, keys, progress, topic };
        Ok(Self { config, folder, consumer, places, readiness, ready: false, projection: std::marker::PhantomData })
    }

    async fn take_wanted(&mut self) {
        if let Err(error) = self.take().await {
            self.hindered(&error);
            self.places.pause();
        }
    }

    /// Reads the places of wanted partitions and fetches from there.
    async fn take(&mut self) -> anyhow::Result<()> {
        let (topic, wanted) = (&self.folder.topic, self.places.wanted());
        let ends = watermarks::ends(self.consumer.client(), topic, wanted.clone(), self.config.kafka_timeout).await?;
        let taken = self.own(&wanted).await.context("the places cannot be read")?;
        let (ours, lost) = with_goals(taken, &ends);
        self.places.took(ours);
        let fetched = self.consumer.assign(self.places.held().map(|(partition, place)| (partition, place.next)));
        if let Err(error) = fetched {
            self.places.lose(wanted);
            return Err(error).context("Kafka does not let us fetch");
        }
        if let Some((partition, next)) = lost.first() {
            let why = "it ends before: Kafka has lost it or was replaced, and the read models must be rebuilt";
            return Err(anyhow!("{topic}[{partition}] is folded up to {next}, but {why}"));
        }
        Ok(())
    }

    async fn own(&self, partitions: &[i32]) -> sqlx::Result<BTreeMap<i32, Place>> {
        let topic = &self.folder.topic;
        let mut tx = self.folder.pool.begin().await?;
        let mut places = offsets::take(&mut tx, P::NAME, topic, partitions).await?;
        for (partition, keys) in parked::keys(&mut tx, P::NAME, topic, partitions).await? {
            places.entry(partition).and_modify(|place| place.parked = keys);
        }
        tx.commit().await?;
        Ok(places)
    }

    async fn fold(&mut self, first: Received) {
        let records = self.consumer.gather(first, &self.config);
        match self.folder.fold::<P>(&mut self.places, &records).await {
            Ok(()) => {}
            Err(Failure::Gap { partition, offset }) => self.look_again(partition, offset, &records),
            Err(failure) => self.give_back(failure, &records),
        }
    }

    /// Everything received of these partitions is forgotten, and read again from its place.
    fn give_back(&mut self, failure: Failure, records: &[Received]) {
        let cause = match failure {
            Failure::Fenced => anyhow!("another projector has taken a partition"),
            Failure::Unavailable(error) => error,
            Failure::Poison(why) => anyhow!("cannot park: {why}"),
            Failure::Gap { partition, offset } => anyhow!("records before {partition}@{offset} are missing"),
        };
        metrics::counter!("atelier_projector_failures_total", "projection" => P::NAME).increment(1);
        self.hindered(&cause);
        self.places.lose(records.iter().map(|record| record.partition));
        self.places.pause();
    }

    /// Records did not come. They may only have been passed over in a change of places, so we fetch again;
    /// if the same ones are missing then, they are gone, and we go on behind them.
    fn look_again(&mut self, partition: i32, offset: i64, records: &[Received]) {
        let topic = &self.folder.topic;
        tracing::error!(topic, partition, offset, "{topic}[{partition}] gave no records right before {offset}");
        self.places.note_gap(partition, offset);
        self.places.lose(records.iter().map(|record| record.partition));
    }

    fn hindered(&mut self, cause: &anyhow::Error) {
        self.ready = false;
        self.readiness.hindered(&format!("{cause:#}"));
        tracing::warn!(projection = P::NAME, "{} waits: {cause:#}", P::NAME);
    }

    fn tell_when_ready(&mut self) {
        if !self.ready && self.places.caught_up() {
            self.ready = true;
            self.readiness.ready();
            tracing::info!(projection = P::NAME, "{} has caught up", P::NAME);
        }
    }

    fn measure(&self) {
        let ends = self.consumer.ends();
        let behind =
            |(partition, place): (i32, &Place)| ends.get(&partition).map_or(0, |end| (end - place.next).max(0));
        let lag: i64 = self.places.held().map(behind).sum();
        let parked: usize = self.places.held().map(|(_, place)| place.parked.len()).sum();
        metrics::gauge!("atelier_projector_lag_events", "projection" => P::NAME).set(lag as f64);
        metrics::gauge!("atelier_projector_parked_keys", "projection" => P::NAME).set(parked as f64);
    }
}

/// Each place with the end of its partition as its goal; and those that the topic does not reach any more.
fn with_goals(taken: BTreeMap<i32, Place>, ends: &BTreeMap<i32, i64>) -> (BTreeMap<i32, Place>, Vec<(i32, i64)>) {
    let mut ours = BTreeMap::new();
    let mut lost = Vec::new();
    for (partition, place) in taken {
        match ends.get(&partition) {
            Some(end) if place.next <= *end => {
                ours.insert(partition, Place { goal: *end, ..place });
            }
            _ => lost.push((partition, place.next)),
        }
    }
    (ours, lost)
}
