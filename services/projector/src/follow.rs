//! One topic, followed from the places that Postgres holds.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use anyhow::{Context, anyhow};
use projections::Projection;

use crate::batch::Failure;
use crate::consumer::{Consumer, Received};
use crate::folding::Folder;
use crate::places::{Place, Places};
use crate::{Config, offsets, parked, watermarks};

/// Fetches and folds one topic into one home.
///
/// Whatever fails, its partitions go back to "wanted": their places are read again, after a pause, and nothing
/// that was received is trusted.
pub(crate) struct Follower<P> {
    pub config: Config,
    pub folder: Folder,
    pub consumer: Consumer,
    pub places: Places,
    projection: PhantomData<fn() -> P>,
}

impl<P: Projection> Follower<P> {
    pub(crate) fn new(config: Config, folder: Folder, consumer: Consumer) -> Self {
        let places = Places::new(config.retry_first, config.retry_at_most);
        Self { config, folder, consumer, places, projection: PhantomData }
    }

    /// Reads the places of wanted partitions and fetches from there; if that fails, tries again after a pause.
    pub(crate) async fn take_wanted(&mut self) -> anyhow::Result<()> {
        let taken = self.take().await;
        if taken.is_err() {
            self.places.pause();
        }
        taken
    }

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
        let mut tx = self.folder.begin::<P>().await?;
        let mut places = offsets::take(&mut tx, P::NAME, topic, partitions).await?;
        for (partition, keys) in parked::keys(&mut tx, P::NAME, topic, partitions).await? {
            places.entry(partition).and_modify(|place| place.parked = keys);
        }
        tx.commit().await?;
        Ok(places)
    }

    /// Folds a record, and those that are right behind it.
    pub(crate) async fn fold(&mut self, first: Received) -> anyhow::Result<()> {
        let records = self.consumer.gather(first, &self.config).await;
        match self.folder.fold::<P>(&mut self.places, &records).await {
            Ok(()) => Ok(()),
            Err(Failure::Gap { partition, offset }) => {
                self.look_again(partition, offset, &records);
                Ok(())
            }
            Err(failure) => Err(self.give_back(failure, records.iter().map(|record| record.partition))),
        }
    }

    /// Tries parked keys again where somebody asked for it.
    pub(crate) async fn drain(&mut self) -> anyhow::Result<()> {
        match self.folder.drain::<P>(&mut self.places, self.config.batch_events).await {
            Ok(_) => Ok(()),
            Err(failure) => {
                let ours: Vec<i32> = self.places.held().map(|(partition, _)| partition).collect();
                Err(self.give_back(failure, ours))
            }
        }
    }

    /// Everything received of these partitions is forgotten, and read again from its place.
    fn give_back(&mut self, failure: Failure, partitions: impl IntoIterator<Item = i32>) -> anyhow::Error {
        metrics::counter!("atelier_projector_failures_total", "projection" => P::NAME).increment(1);
        self.places.lose(partitions);
        self.places.pause();
        match failure {
            Failure::Fenced => anyhow!("another projector has taken a partition"),
            Failure::Unavailable(error) => error,
            Failure::Poison(why) => anyhow!("cannot park: {why}"),
            Failure::Gap { partition, offset } => anyhow!("records before {partition}@{offset} are missing"),
        }
    }

    /// Records did not come. They may only have been passed over in a change of places, so we fetch again;
    /// if the same ones are missing then, they are gone, and we go on behind them.
    fn look_again(&mut self, partition: i32, offset: i64, records: &[Received]) {
        let topic = &self.folder.topic;
        tracing::error!(topic, partition, offset, "{topic}[{partition}] gave no records right before {offset}");
        self.places.note_gap(partition, offset);
        self.places.lose(records.iter().map(|record| record.partition));
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
