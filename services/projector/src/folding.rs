//! One batch, one transaction: its rows, and the place they came from.

use std::time::Instant;

use keys::Keys;
use projections::{Fact, Progress, Projection, changes};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::batch::{self, Batch, Failure};
use crate::consumer::Received;
use crate::home::Home;
use crate::letters::Letters;
use crate::places::Places;
use crate::{offsets, parked};

/// What folding needs besides the records.
pub(crate) struct Folder {
    pub pool: PgPool,
    pub keys: Keys,
    pub progress: Progress,
    pub topic: String,
    pub home: Home,
    pub letters: Option<Letters>,
}

impl Folder {
    /// A transaction in which the projection's own tables are meant.
    pub(crate) async fn begin<P: Projection>(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.pool.begin_with(self.home.begin(P::NAME)).await
    }

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
        self.copy_poison(&batch).await;
        let began = Instant::now();
        self.write::<P>(&batch).await?;
        metrics::histogram!("atelier_projector_transaction_seconds", "projection" => P::NAME).record(began.elapsed());
        self.tell::<P>(&batch);
        places.moved(batch.places);
        Ok(())
    }

    async fn write<P: Projection>(&self, batch: &Batch<P::Event>) -> Result<(), Failure> {
        let mut tx = self.begin::<P>().await?;
        if !offsets::advance(&mut tx, P::NAME, &self.topic, &batch.moves).await? {
            return Err(Failure::Fenced);
        }
        if !batch.parked.is_empty() {
            parked::park(&mut tx, P::NAME, &self.topic, &batch.parked).await?;
        }
        if !batch.facts.is_empty() {
            P::apply(&mut tx, &batch.facts).await?;
            self.note_changes::<P>(&mut tx, &batch.facts).await?;
        }
        runtime::crash_point("projector.folded");
        tx.commit().await?;
        runtime::crash_point("projector.committed");
        Ok(())
    }

    /// A copy is nothing that anybody has seen.
    pub(crate) async fn note_changes<P: Projection>(
        &self,
        tx: &mut PgConnection,
        facts: &[Fact<P::Event>],
    ) -> sqlx::Result<()> {
        match self.home {
            Home::Live if P::KEPT => changes::tell(tx, facts.iter().map(|fact| fact.tenant)).await,
            Home::Live | Home::Next | Home::Previous => Ok(()),
        }
    }

    async fn copy_poison<E>(&self, batch: &Batch<E>) {
        let Some(letters) = &self.letters else { return };
        for parked in &batch.parked {
            if let Some(reason) = &parked.reason {
                letters.copy(&parked.record, reason).await;
            }
        }
    }

    fn tell<P: Projection>(&self, batch: &Batch<P::Event>) {
        self.progress.visible(P::NAME, batch.facts.iter().map(|Fact { id, sequence, .. }| (id.as_str(), *sequence)));
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
