use relay::{Error, Lost};

use crate::{Alice, Office, Running};

/// As after a restore into another cluster: its name differs, and the stored transaction ids are far ahead.
async fn restore(office: &Office) {
    sqlx::query("update store.relay set system_identifier = 1").execute(&office.owner).await.unwrap();
    let far = "update store.events set xid = (xid::text::bigint + 1000000000000)::text::xid8";
    sqlx::query(far).execute(&office.owner).await.unwrap();
}

#[tokio::test]
async fn another_cluster_is_refused_until_the_rebase_and_then_nothing_is_missing() {
    let office = Office::open().await;
    let alice = Alice::with_a_session(&office.store).await;
    let relay = office.start();
    office.all_published().await;
    relay.stop().await;
    alice.posts(&office.store).await;
    restore(&office).await;
    alice.renames(&office.store, "before the rebase").await;

    let Running { handle, .. } = office.start();
    let refused = handle.await.unwrap().unwrap_err();
    assert!(refused.to_string().contains("atelier relay rebase"), "{refused}");

    let rebased = relay::rebase(&office.owner, &office.kafka, Lost::Refuse).await.unwrap();
    assert_eq!((rebased.position, rebased.backlog), (1, 4));
    alice.renames(&office.store, "after the rebase").await;
    let relay = office.start();

    assert_eq!(office.all_published().await, 6);
    assert_eq!(office.sessions_arrived().await, 0);
    office.chain_is_unbroken().await;
    relay.stop().await;

    alice.renames(&office.store, "after a restart").await;
    let relay = office.start();
    office.all_published().await;
    assert_eq!(office.sessions_arrived().await, 0);
    relay.stop().await;
}

#[tokio::test]
async fn there_is_no_rebase_under_a_running_relay() {
    let office = Office::open().await;
    let relay = office.start();
    office.comes_to("select epoch from store.relay", 1).await;

    assert!(matches!(relay::rebase(&office.owner, &office.kafka, Lost::Refuse).await, Err(Error::Running)));
    relay.stop().await;
    assert!(relay::rebase(&office.owner, &office.kafka, Lost::Refuse).await.is_ok());
}

/// As after a restore to an earlier point: what came after `position` is forgotten, by the log and the store.
async fn set_back(office: &Office, position: i64) {
    let queries = [
        format!(
            "delete from store.events where event_id in (select event_id from store.log where position > {position})"
        ),
        format!("delete from store.log where position > {position}"),
        format!(
            "update store.relay set position = {position}, cursor_row = 0, cursor_xid = 0, system_identifier = 1,
                        chain_hash = (select chain_hash from store.log where position = {position})"
        ),
    ];
    for query in queries {
        sqlx::query(&query).execute(&office.owner).await.unwrap();
    }
}

async fn published(office: &Office) {
    let relay = office.start();
    office.all_published().await;
    relay.stop().await;
}

#[tokio::test]
async fn what_only_the_log_has_forgotten_is_taken_over_from_kafka() {
    let office = Office::open().await;
    let alice = Alice::with_a_session(&office.store).await;
    alice.posts(&office.store).await;
    published(&office).await;
    sqlx::query("delete from store.log where position > 2").execute(&office.owner).await.unwrap();
    alice.renames(&office.store, "unpublished").await;
    restore(&office).await;

    let rebased = relay::rebase(&office.owner, &office.kafka, Lost::Refuse).await.unwrap();
    assert_eq!((rebased.position, rebased.adopted, rebased.lost, rebased.backlog), (4, 2, 0, 1));
    published(&office).await;
    assert_eq!(office.sessions_arrived().await, 0, "nothing was sent twice");
    office.chain_is_unbroken().await;
}

#[tokio::test]
async fn what_the_store_has_lost_is_named_and_nothing_changes_until_somebody_decides() {
    let office = Office::open().await;
    let alice = Alice::with_a_session(&office.store).await;
    alice.posts(&office.store).await;
    published(&office).await;
    set_back(&office, 2).await;

    let refused = relay::rebase(&office.owner, &office.kafka, Lost::Refuse).await.unwrap_err().to_string();
    for told in [
        "2 events are on Kafka",
        "GenerationRequested",
        alice.session.to_string().as_str(),
        "sessions[",
        "--restore-lost",
    ] {
        assert!(refused.contains(told), "{told} in {refused}");
    }
    assert_eq!(office.count("select position from store.relay").await, 2);
    assert_eq!(office.count("select system_identifier from store.relay").await, 1);
}

#[tokio::test]
async fn what_the_store_has_lost_comes_back_from_kafka() {
    let office = Office::open().await;
    let alice = Alice::with_a_session(&office.store).await;
    alice.posts(&office.store).await;
    published(&office).await;
    set_back(&office, 2).await;

    let rebased = relay::rebase(&office.owner, &office.kafka, Lost::Restore).await.unwrap();
    assert_eq!((rebased.position, rebased.lost, rebased.backlog), (4, 2, 0));
    alice.renames(&office.store, "and on").await;
    published(&office).await;
    assert_eq!(office.sessions_arrived().await, 0);
    office.chain_is_unbroken().await;
    assert_eq!(office.count("select max(position) from store.log").await, 5);
}

#[tokio::test]
async fn what_was_overtaken_cannot_come_back_and_is_abandoned() {
    let mut office = Office::open().await;
    let (alice, bob) = (Alice::with_a_session(&office.store).await, Alice::with_a_session(&office.store).await);
    published(&office).await;
    alice.renames(&office.store, "lost").await;
    published(&office).await;
    set_back(&office, 2).await;
    office.forgets();
    alice.renames(&office.store, "another second event").await;
    bob.renames(&office.store, "his second event").await;

    let refused = relay::rebase(&office.owner, &office.kafka, Lost::Restore).await.unwrap_err().to_string();
    assert!(refused.contains("another event 2 of") && refused.contains("--abandon-lost"), "{refused}");
    let rebased = relay::rebase(&office.owner, &office.kafka, Lost::Abandon).await.unwrap();
    assert_eq!((rebased.position, rebased.lost, rebased.backlog), (3, 1, 2));

    let relay = office.start();
    office.comes_to("select max(position) from store.log", 4).await;
    relay.stop().await;
    let query = "select aggregate_id from store.parked_aggregates";
    let parked: Vec<String> = sqlx::query_scalar(query).fetch_all(&office.owner).await.unwrap();
    assert_eq!(parked, [alice.session.to_string()]);
    let positions: Vec<_> = office.topic("sessions").await.iter().filter_map(|it| it.headers.position()).collect();
    let distinct: std::collections::HashSet<_> = positions.iter().collect();
    assert_eq!((positions.len(), distinct.len()), (4, 4), "no position is used twice: {positions:?}");
}

#[tokio::test]
async fn a_write_side_that_ran_through_the_restore_decides_on_nothing_it_remembers() {
    let office = Office::open().await;
    let alice = Alice::with_a_session(&office.store).await;
    alice.renames(&office.store, "lost").await;
    published(&office).await;
    set_back(&office, 1).await;
    let rebased = relay::rebase(&office.owner, &office.kafka, Lost::Abandon).await.unwrap();
    assert_eq!((rebased.position, rebased.lost), (2, 1));

    // What this process remembers is version 2: its next event would have been the third of a stream without a second.
    alice.renames(&office.store, "again").await;
    let sequences: Vec<i64> =
        sqlx::query_scalar("select sequence from store.events where aggregate_id = $1 order by 1")
            .bind(alice.session.to_string())
            .fetch_all(&office.owner)
            .await
            .unwrap();
    assert_eq!(sequences, [1, 2]);
    let stored = office.store.load::<domain::Session>(alice.tenant, &alice.session.to_string()).await.unwrap();
    assert_eq!((stored.version, stored.state.title.as_str()), (2, "again"));
}
