//! The log and the topics: every position once on its aggregate's topic, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use bus::{Partition, Record};
use bytes::Bytes;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::tally::{Copy, RANGE, Tally};
use super::whole::Whole;
use super::{Difference, Kind, Parts, Reconciled, Told};
use crate::Error;
use crate::copy::{self, Fields};

/// A record that is a copy of a position, and where it is.
struct Placed {
    copy: Copy,
    place: String,
}

pub async fn compare(parts: &Parts, told: Told<'_>, found: &mut Reconciled) -> Result<(), Error> {
    let last: i64 =
        sqlx::query_scalar("select coalesce(max(position), 0) from store.log").fetch_one(&parts.owner).await?;
    let (mut store, mut topics) = (Tally::default(), Tally::default());
    stored(&parts.owner, &format!("<= {last}"), |position, copy| store.add(position, &copy)).await?;
    sent(parts, last, told, found, |position, placed| topics.add(position, &placed.copy)).await?;
    found.events = store.count();
    let ranges = store.differing(&topics);
    if ranges.is_empty() {
        return Ok(());
    }
    look_closer(parts, last, &ranges, told, found).await
}

/// Both sides once more, with their names, where the sums differ.
async fn look_closer(
    parts: &Parts,
    last: i64,
    ranges: &BTreeSet<i64>,
    told: Told<'_>,
    found: &mut Reconciled,
) -> Result<(), Error> {
    let (mut store, mut topics) = (BTreeMap::new(), BTreeMap::<i64, Vec<Placed>>::new());
    for range in ranges {
        let between = format!("between {} and {}", range * RANGE, ((range + 1) * RANGE - 1).min(last));
        stored(&parts.owner, &between, |position, copy| drop(store.insert(position, copy))).await?;
    }
    let mut truncated = Reconciled::default(); // told already
    sent(parts, last, told, &mut truncated, |position, placed| {
        if ranges.contains(&(position / RANGE)) {
            topics.entry(position).or_default().push(placed);
        }
    })
    .await?;
    let positions: BTreeSet<i64> = store.keys().chain(topics.keys()).copied().collect();
    for position in positions {
        judge(parts, position, store.get(&position), topics.remove(&position).unwrap_or_default(), found);
    }
    Ok(())
}

fn judge(parts: &Parts, position: i64, stored: Option<&Copy>, sent: Vec<Placed>, found: &mut Reconciled) {
    let Some(stored) = stored else {
        for Placed { copy, place } in sent {
            let detail = "the log has no event at this position".to_owned();
            let event_id = Some(copy.event_id);
            found.add(Difference { kind: Kind::Extra, place, position: Some(position), event_id, detail });
        }
        return;
    };
    let difference = |kind, place, detail: &str| Difference {
        kind,
        place,
        position: Some(position),
        event_id: Some(stored.event_id.clone()),
        detail: detail.to_owned(),
    };
    if sent.is_empty() {
        let place = expected(parts, stored);
        return found.add(difference(Kind::Missing, place, "the log has it and the topic has not"));
    }
    found.repeats += sent.len() as i64 - 1;
    for Placed { copy, place } in sent {
        if let Some(what) = what_differs(stored, &copy) {
            found.add(difference(Kind::Different, place, what));
        }
    }
}

fn what_differs(stored: &Copy, sent: &Copy) -> Option<&'static str> {
    if stored.event_id != sent.event_id {
        Some("it is another event than the one that the log has at this position")
    } else if stored.topic != sent.topic {
        Some("it is on another topic than its aggregate's")
    } else if stored.key != sent.key {
        Some("its key is not its aggregate's id")
    } else if stored.digest != sent.digest {
        Some("its bytes are not those whose digest the store has")
    } else {
        None
    }
}

/// Where a record must be.
fn expected(parts: &Parts, copy: &Copy) -> String {
    let topics = parts.kafka.topics();
    let name = topics.named(&copy.topic);
    let partitions = topics.partitions(&name).unwrap_or(1);
    Partition::new(name, bus::partition_of(copy.key.as_bytes(), partitions) as i32).to_string()
}

/// Every position of the log with its event; also of those that a restore has lost, which the topics still have.
async fn stored(owner: &PgPool, positions: &str, mut each: impl FnMut(i64, Copy)) -> Result<(), Error> {
    let query = format!(
        "select l.position, l.event_id, e.aggregate_type || 's', e.aggregate_id, e.digest
           from store.events e join store.log l on l.event_id = e.event_id where l.position {positions}
         union all
         select l.position, l.event_id, l.aggregate_type || 's', l.aggregate_id, l.digest
           from store.lost_events l where l.aggregate_id is not null and l.position {positions}"
    );
    let (sender, mut batches) = mpsc::channel::<Vec<Bytes>>(4);
    let mut reading = JoinSet::new();
    reading.spawn(copy::rows(owner.clone(), query, sender));
    while let Some(batch) = batches.recv().await {
        for row in batch {
            let mut fields = Fields::of(&row)?;
            let (position, event_id) = (fields.int8()?, fields.text()?.to_owned());
            let (topic, key) = (fields.text()?.to_owned(), fields.text()?.to_owned());
            let digest = fields.bytes()?.try_into().unwrap_or_default();
            each(position, Copy { event_id, topic, key, digest });
        }
    }
    while let Some(ended) = reading.join_next().await {
        ended??;
    }
    Ok(())
}

/// Every record of the aggregates' topics up to a position.
async fn sent(
    parts: &Parts,
    last: i64,
    told: Told<'_>,
    found: &mut Reconciled,
    mut each: impl FnMut(i64, Placed),
) -> Result<(), Error> {
    let topics = parts.kafka.topics();
    for topic in topics.of_aggregates() {
        let name = topic.strip_prefix(topics.named("").as_str()).unwrap_or(&topic).to_owned();
        let whole = Whole::open(&parts.kafka, &topic).await?;
        for partition in &whole.cut {
            let detail = "its first records were removed: nobody can replay it any more".to_owned();
            let place = partition.clone();
            found.add(Difference { kind: Kind::Truncated, place, position: None, event_id: None, detail });
        }
        let what = format!("records of {name}");
        let (all, mut done) = (whole.left, 0);
        whole
            .read(|record| {
                done += 1;
                if done % 1_024 == 0 {
                    told(&what, done, all);
                }
                match record.headers.position() {
                    Some(position) if position > last => {}
                    Some(position) => each(position, placed(record, &name)),
                    None => each(0, placed(record, &name)),
                }
            })
            .await?;
    }
    Ok(())
}

fn placed(record: Record, topic: &str) -> Placed {
    let place = format!("{} offset {}", record.partition, record.offset);
    let event_id = record.headers.get(bus::headers::EVENT_ID).unwrap_or_default().to_owned();
    let digest = events::digest(&record.payload);
    let copy = Copy { event_id, topic: topic.to_owned(), key: record.key_text().to_owned(), digest };
    Placed { copy, place }
}
