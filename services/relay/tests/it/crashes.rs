use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use tokio_util::sync::CancellationToken;

use crate::{Alice, Office, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_relay_repeats_but_skips_nothing() {
    let office = Arc::new(Office::open().await);
    let enough = CancellationToken::new();
    let writing = tokio::spawn(write_until(office.clone(), enough.clone()));
    for _ in 0..4 {
        let relay = office.start();
        let before = office.count("select count(*) from store.log").await;
        office.comes_to("select count(*) from store.log", before + rand::rng().random_range(1..150)).await;
        relay.kill().await;
    }
    enough.cancel();
    writing.await.unwrap();
    let relay = office.start();

    office.all_published().await;
    let repeats = office.sessions_arrived().await;
    eprintln!("{repeats} repeats");
    office.chain_is_unbroken().await;
    relay.stop().await;
}

async fn write_until(office: Arc<Office>, enough: CancellationToken) {
    while !enough.is_cancelled() {
        let alice = Alice::with_a_session(&office.store).await;
        for _ in 0..5 {
            alice.posts(&office.store).await;
        }
    }
}

#[tokio::test]
async fn of_two_relays_one_works_and_the_other_takes_over() {
    let office = Office::open().await;
    let patient = relay::Config { lease: Duration::from_secs(60), ..config() };
    let first = office.start_with(patient.clone());
    office.comes_to("select epoch from store.relay", 1).await;
    let second = office.start_with(patient);
    let alice = Alice::with_a_session(&office.store).await;
    for n in 0..30 {
        alice.renames(&office.store, &n.to_string()).await;
    }
    office.all_published().await;
    assert_eq!(office.count("select epoch from store.relay").await, 1);
    assert_eq!(office.sessions_arrived().await, 0);

    let asked = Instant::now();
    first.stop().await;
    alice.renames(&office.store, "after").await;
    office.all_published().await;

    assert!(asked.elapsed() < Duration::from_secs(30), "a lease that is handed back is not waited for");
    assert_eq!(office.count("select epoch from store.relay").await, 2);
    assert_eq!(office.sessions_arrived().await, 0, "nor does a relay that stops leave repeats");
    office.chain_is_unbroken().await;
    second.stop().await;
}

#[tokio::test]
async fn a_relay_whose_lease_was_taken_notes_nothing_more() {
    let office = Office::open().await;
    let relay = office.start_with(relay::Config { lease: Duration::from_secs(60), ..config() });
    let alice = Alice::with_a_session(&office.store).await;
    office.all_published().await;

    let usurped = "update store.relay set epoch = 100, lease_until = now() + interval '2 seconds'";
    sqlx::query(usurped).execute(&office.owner).await.unwrap();
    alice.renames(&office.store, "while nobody may").await;

    office.comes_to("select epoch from store.relay", 101).await;
    office.all_published().await;
    office.sessions_arrived().await;
    office.chain_is_unbroken().await;
    relay.stop().await;
}
