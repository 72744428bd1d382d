//! One batch, one transaction: its rows, and the place they came from.

use std::time::Instant;

use keys::Keys;
use projections::{Fact, Progress, Projection};
use sqlx::PgPool;

use crate::batch::{self, Batch, Failure};
use crate::consumer::Received;
use crate::places::Places;
use crate::{offsets, parked};

/// What folding needs besides the records.
pub(crate) struct Folder {
    pub pool: PgPool,
    pub keys: Keys,
    pub progress: Progress,
    pub topic: String,
}

/// A crash of Postgres may take back the last transactions, rows and places together; we then fold them
/// again. So no commit waits for the disk.
const BEGIN: &str = "begin; set local synchronous_commit = off";

impl Folder {
    /// Folds a batch; a record that is at fault by itself is parked, and the others go on.
    pub(crate) async fn fold<P: Projection>(&self, places: &mut Places, records: &[Received]) -> Result<(), Failure> {
        match self.attempt::<P>(places, records).await {
            Err(Failure::Poison(_)) => self.one_by_one::<P>(places, records).await,
            outcome => outcome,
        }
    }

    async fn one_by_one<P: Projection>(&self, places: &mut Places, records: &[Received]) -> Result<(), Failure> {
        for record in records {
            match self.attempt::<P>(places, std::slice::from_ref(record)).await {
                Err(Failure::Poison(why)) => {
                    let condemned = Received { condemned: Some(why), ..record.clone() };
                    self.attempt::<P>(places, &[condemned]).await?;
                }
                outcome => outcome?,
            }
        }
        Ok(())
    }

    async fn attempt<P: Projection>(&self, places: &mut Places, records: &[Received]) -> Result<(), Failure> {
        let batch = batch::read::<P::Event>(places, &self.keys, records).await?;
        if batch.moves.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        self.write::<P>(&batch).await?;
        metrics::histogram!("atelier_projector_transaction_seconds", "projection" => P::NAME).record(began.elapsed());
        self.tell::<P>(&batch);
        places.moved(batch.places);
        Ok(())
    }

    async fn write<P: Projection>(&self, batch: &Batch<P::Event>) -> Result<(), Failure> {
        let mut tx = self.pool.begin_with(BEGIN).await?;
        if !offsets::advance(&mut tx, P::NAME, &self.topic, &batch.moves).await? {
            return Err(Failure::Fenced);
        }
        if !batch.parked.is_empty() {
            parked::park(&mut tx, P::NAME, &self.topic, &batch.parked).await?;
        }
        if !batch.facts.is_empty() {
            P::apply(&mut tx, &batch.facts).await?;
        }
        Ok(tx.commit().await?)
    }

    fn tell<P: Projection>(&self, batch: &Batch<P::Event>) {
        self.progress.visible(batch.facts.iter().map(|Fact { id, sequence, .. }| (id.as_str(), *sequence)));
        metrics::counter!("atelier_projector_events_total", "projection" => P::NAME)
            .increment(batch.facts.len() as u64);
        metrics::counter!("atelier_projector_repeats_total", "projection" => P::NAME).increment(batch.repeats as u64);
        metrics::counter!("atelier_projector_parked_total", "projection" => P::NAME)
            .increment(batch.parked.len() as u64);
        for parked in &batch.parked {
            let Received { partition, offset, key, .. } = &parked.record;
            let (key, topic) = (String::from_utf8_lossy(key), &self.topic);
            if let Some(reason) = &parked.reason {
                tracing::error!(
                    projection = P::NAME, %key, topic, partition, offset, reason,
                    "parked {key} at {topic}[{partition}]@{offset}: {reason}"
                );
            }
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<projections::Error> for Failure {
    fn from(error: projections::Error) -> Self {
        if error.is_poison() { Self::Poison(error.to_string()) } else { Self::Unavailable(error.into()) }
    }
}
