//! A projection's own fold, from the beginning of its topic to where the live one stands.

use std::collections::{BTreeMap, HashSet};

use bus::Record;
use domain::Event;
use keys::Keys;
use projections::{Fact, Projection, Source};
use sqlx::PgPool;

use super::whole::Whole;
use super::{Difference, Kind, Parts, Reconciled, Told};
use crate::Error;

/// Events that one transaction folds.
const BATCH: usize = 500;

/// Where the live projection stands, as one moment of its database has it.
#[derive(Default)]
pub struct Standing {
    /// The next record of each partition.
    pub next: BTreeMap<i32, i64>,
    /// Records that it could not fold, and those that wait behind them.
    pub parked: HashSet<(i32, i64)>,
}

/// Returns how many records were folded; `None`: they could not all be.
pub async fn anew<P: Projection>(
    parts: &Parts,
    scratch: &PgPool,
    standing: &Standing,
    told: Told<'_>,
    found: &mut Reconciled,
) -> Result<Option<i64>, Error> {
    let topic = parts.kafka.topics().named(P::TOPIC);
    let end = |partition| Some(standing.next.get(&partition).copied().unwrap_or_default());
    let mut whole = Whole::until(&parts.kafka, &topic, end).await?;
    if !whole.cut.is_empty() {
        return Ok(None); // told with the topics
    }
    let (all, what) = (whole.left, format!("records of {}", P::NAME));
    let (mut done, mut last, mut batch) = (0, BTreeMap::new(), Vec::with_capacity(BATCH));
    loop {
        let record = whole.next().await?;
        let is_over = record.is_none();
        batch.extend(record.filter(|record| is_new(record, standing, &mut last)));
        if batch.len() >= BATCH || is_over {
            done += batch.len() as i64;
            if let Err(Failure::Record(place, why)) = fold::<P>(&parts.keys, scratch, &batch).await? {
                let detail = format!("the fold of {} refuses it: {why}", P::NAME);
                found.add(Difference { kind: Kind::Unfoldable, place, position: None, event_id: None, detail });
                return Ok(None);
            }
            batch.clear();
            told(&what, done, all);
        }
        if is_over {
            return Ok(Some(done));
        }
    }
}

/// As the projector does: what is parked waits, and what the relay sent again is passed over.
fn is_new(record: &Record, standing: &Standing, last: &mut BTreeMap<i32, i64>) -> bool {
    let partition = record.partition.number;
    let position = record.headers.position().unwrap_or_default();
    let last = last.entry(partition).or_default();
    let is_repeat = position <= *last;
    *last = position.max(*last);
    !is_repeat && !standing.parked.contains(&(partition, record.offset))
}

/// A record at fault, by its place.
enum Failure {
    Record(String, String),
}

async fn fold<P: Projection>(keys: &Keys, scratch: &PgPool, batch: &[Record]) -> Result<Result<(), Failure>, Error> {
    let mut facts = Vec::with_capacity(batch.len());
    for record in batch {
        match fact::<P::Event>(keys, record).await? {
            Ok(fact) => facts.push(fact),
            Err(why) => return Ok(Err(Failure::Record(place(record), why))),
        }
    }
    if facts.is_empty() {
        return Ok(Ok(()));
    }
    match apply::<P>(scratch, &facts).await {
        Ok(()) => Ok(Ok(())),
        Err(error) if error.is_poison() => one_by_one::<P>(scratch, batch, &facts).await,
        Err(projections::Error::Database(error)) => Err(error.into()),
        Err(error) => Ok(Err(Failure::Record(String::new(), error.to_string()))),
    }
}

/// Which of them is it?
async fn one_by_one<P: Projection>(
    scratch: &PgPool,
    batch: &[Record],
    facts: &[Fact<P::Event>],
) -> Result<Result<(), Failure>, Error> {
    for (record, fact) in batch.iter().zip(facts) {
        match apply::<P>(scratch, std::slice::from_ref(fact)).await {
            Ok(()) => {}
            Err(error) => return Ok(Err(Failure::Record(place(record), error.to_string()))),
        }
    }
    Ok(Ok(()))
}

async fn apply<P: Projection>(scratch: &PgPool, facts: &[Fact<P::Event>]) -> Result<(), projections::Error> {
    let mut tx = scratch.begin_with("begin; set local role atelier_read; set local synchronous_commit = off").await?;
    P::apply(&mut tx, facts).await?;
    Ok(tx.commit().await?)
}

async fn fact<E: Event>(keys: &Keys, record: &Record) -> Result<Result<Fact<E>, String>, Error> {
    let mut decoded = match events::decode(&record.payload) {
        Ok(decoded) => decoded,
        Err(error) => return Ok(Err(error.to_string())),
    };
    match keys.open(&mut decoded.payload, &decoded.envelope.aggregate_id).await {
        Ok(()) => {}
        Err(error @ (keys::Error::UnknownKey(_) | keys::Error::Altered(_) | keys::Error::Malformed(_))) => {
            return Ok(Err(error.to_string()));
        }
        Err(error) => return Err(error.into()),
    }
    // The cause may quote what a person wrote.
    let Ok(event) = E::from_parts(decoded.event_type, decoded.payload) else {
        return Ok(Err(format!("malformed {}", decoded.event_type)));
    };
    let envelope = decoded.envelope;
    let source = Source {
        event_id: envelope.event_id.to_string(),
        position: record.headers.position().unwrap_or_default(),
        actor: envelope.actor,
        correlation_id: envelope.correlation_id,
        origin: record.headers.get(bus::headers::ORIGIN).map(str::to_owned),
    };
    let (tenant, id) = (envelope.tenant_id, envelope.aggregate_id);
    Ok(Ok(Fact { tenant, id, sequence: envelope.sequence, at: envelope.occurred_at, event, source }))
}

fn place(record: &Record) -> String {
    format!("{} offset {}", record.partition, record.offset)
}
