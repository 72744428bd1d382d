//! Usage adds up to exactly what the events say, however they come.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::session::{AbandonReason, Answer, Command, Event};
use domain::{Cost, TenantId, UserId, WorkerId};
use projections::Page;
use projections::usage::{Period, events, sums};
use projector::rebuild::TableDiff;

use crate::talk::{Step, Talk, outcome};
use crate::world::{World, config};

/// Every way in which an attempt can end, with amounts that no binary fraction holds.
fn every_end(world: &World) -> (Talk, Vec<Step>) {
    let mut talk = world.talk();
    let mut steps = talk.opens("Usage");
    steps.extend(talk.goes_on("completed"));
    let (abandoned, asked) = talk.asks("abandoned once, then completed");
    steps.extend(asked);
    steps.extend(talk.starts(abandoned));
    let usage = domain::Usage { prompt_tokens: 4, completion_tokens: 3, reasoning_tokens: Some(1), total_tokens: 7 };
    let reason = AbandonReason::Released;
    steps.extend(talk.does(Command::Abandon { generation_id: abandoned, attempt: 1, reason, usage }));
    talk.worker = WorkerId::generate();
    steps.extend(talk.starts(abandoned));
    steps.extend(talk.completes(abandoned, "At last.", vec![]));
    let (failed, asked) = talk.asks("failed");
    steps.extend(asked);
    steps.extend(talk.starts(failed));
    let cost = Cost { amount: "0.000000000003".to_owned(), ..outcome().cost };
    steps.extend(talk.does(Command::Fail {
        generation_id: failed,
        attempt: 1,
        code: "model_unreachable".into(),
        retryable: true,
        outcome: domain::session::Outcome { cost, ..outcome() },
        answer: Answer::default(),
        changes: vec![],
    }));
    let (cancelled, asked) = talk.asks("cancelled before it began");
    steps.extend(asked);
    steps.extend(talk.does(Command::Cancel { by: world.alice, generation_id: cancelled }));
    (talk, steps)
}

fn nanos(amount: &str) -> i128 {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{fraction:0<12}").parse().unwrap()
}

/// Outcome to (events, tokens, cost in 10⁻¹²), by plain counting.
fn replayed<'a>(steps: impl Iterator<Item = &'a Step>) -> BTreeMap<&'static str, (i64, i64, i128)> {
    let mut counted = BTreeMap::new();
    for (_, event) in steps {
        let (how, tokens, cost) = match event {
            Event::GenerationCompleted(e) => ("completed", e.outcome.usage.total_tokens, nanos(&e.outcome.cost.amount)),
            Event::GenerationFailed(e) => {
                let outcome = e.outcome.as_ref().unwrap();
                ("failed", outcome.usage.total_tokens, nanos(&outcome.cost.amount))
            }
            Event::GenerationCancelled(_) => ("cancelled", 0, 0),
            Event::AttemptAbandoned(e) => ("abandoned", e.usage.total_tokens, 0),
            _ => continue,
        };
        let entry: &mut (i64, i64, i128) = counted.entry(how).or_default();
        *entry = (entry.0 + 1, entry.1 + tokens, entry.2 + cost);
    }
    counted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sums_are_those_of_a_replay_and_only_what_counts_is_paid_for() {
    let world = World::open().await;
    let running = world.projects(config());
    let lives: Vec<_> = (0..4).map(|_| every_end(&world)).collect();
    for (talk, steps) in &lives {
        let records = world.records(talk, steps);
        world.send(records.clone()).await;
        world.send(records).await; // the relay repeats itself
    }
    world.is_folded().await;
    let expected = replayed(lives.iter().flat_map(|(_, steps)| steps));
    assert_eq!(expected.keys().copied().collect::<Vec<_>>(), ["abandoned", "cancelled", "completed", "failed"]);

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let sums_of = sums(&mut reader, Period::default()).await.unwrap();
    let total = |field: fn(&projections::usage::Sum) -> i64| sums_of.iter().map(field).sum::<i64>();
    assert_eq!(total(|sum| sum.completed), expected["completed"].0);
    assert_eq!(total(|sum| sum.failed), expected["failed"].0);
    assert_eq!(total(|sum| sum.cancelled), expected["cancelled"].0);
    assert_eq!(
        (total(|sum| sum.abandoned), total(|sum| sum.abandoned_tokens)),
        (expected["abandoned"].0, expected["abandoned"].1)
    );
    assert_eq!(total(|sum| sum.total_tokens), expected["completed"].1 + expected["failed"].1);
    let cost: i128 = sums_of.iter().map(|sum| nanos(&sum.cost)).sum();
    assert_eq!(cost, expected["completed"].2 + expected["failed"].2);
    let by_model: Vec<_> = sums_of.iter().map(|sum| (sum.model.as_deref(), sum.cost.as_str())).collect();
    assert!(by_model.contains(&(Some("tiny-1"), "0.098400000012")), "{by_model:?}");

    // The events are exactly those, page by page.
    let (mut listed, mut cursor) = (Vec::new(), None);
    loop {
        let page = Page { limit: Some(3), cursor, q: None };
        let found = events(&mut reader, Period::default(), &page).await.unwrap();
        listed.extend(found.items);
        cursor = found.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed.len() as i64, expected.values().map(|(events, ..)| events).sum::<i64>());
    assert!(listed.windows(2).all(|pair| pair[0].at >= pair[1].at));
    let paid: i128 = listed.iter().filter(|event| event.billed).map(|event| nanos(&event.cost)).sum();
    assert_eq!(paid, cost);
    let day = NaiveDate::from_ymd_opt(1999, 1, 1);
    assert!(sums(&mut reader, Period { from: None, to: day }).await.unwrap().is_empty());
    drop(reader);

    for (tenant, person) in [(TenantId::generate(), world.alice), (world.tenant, UserId::generate())] {
        let mut other = world.database.reader(tenant, person).await;
        assert!(sums(&mut other, Period::default()).await.unwrap().is_empty(), "somebody else's is not shown");
    }
    let operator = world.operator("usage", config());
    operator.rebuild(false, &|_| {}).await.unwrap();
    assert!(operator.diff(5, &|_| {}).await.unwrap().iter().all(TableDiff::is_same));
    running.stops().await;
}
