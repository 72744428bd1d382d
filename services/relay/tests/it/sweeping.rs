use std::time::Duration;

use domain::{GenerationId, WorkerId};

use crate::{Alice, Office, Running, config};

fn sweeping(office: &Office) -> Running {
    let mut config = config();
    config.sweep.every = Duration::from_millis(100);
    config.sweep.unstarted_after = Duration::from_millis(500);
    office.start_with(config)
}

/// How often each generation was offered, until the given one was offered `times` times.
async fn offers_until(office: &Office, generation: GenerationId, times: usize) -> impl Fn(GenerationId) -> usize {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let records = office.topic("generation-requests").await;
        let offered: Vec<_> = records
            .iter()
            .map(|record| {
                events::decode(&record.payload).unwrap().payload["generation_id"].as_str().unwrap().to_owned()
            })
            .collect();
        let count = move |wanted: GenerationId| offered.iter().filter(|id| **id == wanted.to_string()).count();
        if count(generation) >= times {
            return count;
        }
        assert!(tokio::time::Instant::now() < deadline, "offered {} times", count(generation));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn what_nobody_started_is_offered_again_and_what_runs_or_is_over_is_not() {
    let office = Office::open().await;
    let relay = sweeping(&office);
    let (worker, store) = (WorkerId::generate(), &office.store);
    store.renew_lease(worker, Duration::from_secs(600)).await.unwrap();
    let running = Alice::with_a_session(store).await;
    let runs = running.posts(store).await;
    running.is_answered_by(store, worker, runs).await;
    let over = Alice::with_a_session(store).await;
    let ended = over.posts(store).await;
    over.cancels(store, ended).await;
    let idle = Alice::with_a_session(store).await;
    let waits = idle.posts(store).await;

    let offers = offers_until(&office, waits, 3).await;

    assert_eq!((offers(runs), offers(ended)), (1, 1));
    let mut same = office.topic("generation-requests").await;
    same.retain(|record| record.key_text() == idle.session.to_string());
    assert!(same.iter().all(|record| record.payload == same[0].payload && record.headers == same[0].headers));
    relay.stop().await;
}

#[tokio::test]
async fn the_work_of_a_worker_that_is_gone_is_offered_again() {
    let office = Office::open().await;
    let relay = sweeping(&office);
    let (worker, store) = (WorkerId::generate(), &office.store);
    store.renew_lease(worker, Duration::from_secs(600)).await.unwrap();
    let alice = Alice::with_a_session(store).await;
    let generation = alice.posts(store).await;
    alice.is_answered_by(store, worker, generation).await;
    let bob = Alice::with_a_session(store).await;
    let given_back = bob.posts(store).await;
    bob.is_answered_by(store, worker, given_back).await;
    bob.is_given_back(store, given_back).await;
    let offers = offers_until(&office, given_back, 2).await;
    assert_eq!(offers(generation), 1);

    store.end_lease(worker).await.unwrap();

    assert!(offers_until(&office, generation, 2).await(generation) >= 2);
    relay.stop().await;
}

#[tokio::test]
async fn a_request_that_was_published_late_is_swept_all_the_same() {
    let office = Office::open().await;
    let mut long = office.owner.begin().await.unwrap();
    Alice::new().opens_in(&mut long).await;
    let relay = sweeping(&office);
    let alice = Alice::with_a_session(&office.store).await;
    let generation = alice.posts(&office.store).await;
    let old = "select count(*) from store.events
                where event_type = 'GenerationRequested' and occurred_at < now() - interval '2 seconds'";
    office.comes_to(old, 1).await;
    a_sweep_passes(&office).await;
    a_sweep_passes(&office).await;
    assert_eq!(office.count("select count(*) from store.log").await, 0);

    long.commit().await.unwrap();

    assert!(offers_until(&office, generation, 2).await(generation) >= 2);
    relay.stop().await;
}

/// At its end each sweep deletes answers that are too old.
async fn a_sweep_passes(office: &Office) {
    let old = "insert into store.idempotency values ('t', 'a', 'o', 'k', '', '{}', 1, now() - interval '2 days')";
    sqlx::query(old).execute(&office.owner).await.unwrap();
    office.comes_to("select 1 - count(*) from store.idempotency", 1).await;
}
