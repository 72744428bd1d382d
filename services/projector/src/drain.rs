//! Parked keys that somebody asked to try again: their records in order, each as if it came now.

use projections::{Fact, Projection};

use crate::batch::{self, Failure};
use crate::folding::Folder;
use crate::offsets::{self, Move};
use crate::parked::{self, Key};
use crate::places::Places;

/// What came of one record.
enum Step {
    /// It is folded. `last`: nothing waits behind it any more, and the key goes on live.
    Folded { last: bool },
    /// Nothing waits.
    Empty,
}

impl Folder {
    /// Drains marked keys of our partitions, at most `records` records; the rest comes with the next call.
    ///
    /// Only the owner of a partition does this, in transactions that its place guards: nobody else folds or
    /// parks a record of the key meanwhile.
    pub(crate) async fn drain<P: Projection>(&self, places: &mut Places, records: usize) -> Result<usize, Failure> {
        let mut drained = 0;
        for key in self.to_retry::<P>(places).await? {
            while drained < records {
                match self.drain_one::<P>(places, &key).await {
                    Ok(Step::Folded { last }) => {
                        drained += 1;
                        if last {
                            self.is_live_again::<P>(places, &key);
                            break;
                        }
                    }
                    Ok(Step::Empty) => {
                        self.is_live_again::<P>(places, &key);
                        break;
                    }
                    Err(Failure::Poison(why)) => {
                        self.still_parked::<P>(places, &key, &why).await?;
                        break;
                    }
                    Err(failure) => return Err(failure),
                }
            }
        }
        metrics::counter!("atelier_projector_drained_total", "projection" => P::NAME).increment(drained as u64);
        Ok(drained)
    }

    async fn to_retry<P: Projection>(&self, places: &Places) -> Result<Vec<Key>, Failure> {
        let ours: Vec<i32> = places.held().map(|(partition, _)| partition).collect();
        if ours.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin::<P>().await?;
        let keys = parked::to_retry(&mut tx, P::NAME, &self.topic, &ours).await?;
        tx.rollback().await?;
        Ok(keys)
    }

    async fn drain_one<P: Projection>(&self, places: &Places, key: &Key) -> Result<Step, Failure> {
        let mut tx = self.begin::<P>().await?;
        self.guard::<P>(&mut tx, places, key).await?;
        let Some(record) = parked::take_next(&mut tx, P::NAME, &self.topic, key).await? else {
            return Ok(Step::Empty);
        };
        let fact: Fact<P::Event> = batch::read_one(&self.keys, &record).await?;
        P::apply(&mut tx, std::slice::from_ref(&fact)).await?;
        self.note_changes::<P>(&mut tx, std::slice::from_ref(&fact)).await?;
        let last = !parked::waits(&mut tx, P::NAME, &self.topic, key).await?;
        tx.commit().await?;
        self.progress.visible(P::NAME, [(fact.id.as_str(), fact.sequence)]);
        Ok(Step::Folded { last })
    }

    /// Commits only if the partition is still ours and stands where we believe: a move by nothing.
    async fn guard<P: Projection>(
        &self,
        tx: &mut sqlx::PgConnection,
        places: &Places,
        key: &Key,
    ) -> Result<(), Failure> {
        let place = places.get(key.partition).ok_or(Failure::Fenced)?;
        let (partition, epoch, last_position) = (key.partition, place.epoch, place.last_position);
        let stay = Move { partition, epoch, from: place.next, to: place.next, last_position };
        let ours = offsets::advance(tx, P::NAME, &self.topic, &[stay]).await?;
        if ours { Ok(()) } else { Err(Failure::Fenced) }
    }

    async fn still_parked<P: Projection>(&self, places: &Places, key: &Key, why: &str) -> Result<(), Failure> {
        let mut tx = self.begin::<P>().await?;
        self.guard::<P>(&mut tx, places, key).await?;
        parked::failed_again(&mut tx, P::NAME, &self.topic, key, why).await?;
        tx.commit().await?;
        let name = String::from_utf8_lossy(&key.key);
        tracing::error!(projection = P::NAME, key = %name, why, "{name} stays parked in {}: {why}", P::NAME);
        Ok(())
    }

    fn is_live_again<P: Projection>(&self, places: &mut Places, key: &Key) {
        places.unpark(key.partition, &key.key);
        let name = String::from_utf8_lossy(&key.key);
        tracing::info!(projection = P::NAME, key = %name, "{name} is not parked in {} any more", P::NAME);
    }
}
