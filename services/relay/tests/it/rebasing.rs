use relay::Error;

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

    let rebased = relay::rebase(&office.owner).await.unwrap();
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

    assert!(matches!(relay::rebase(&office.owner).await, Err(Error::Running)));
    relay.stop().await;
    assert!(relay::rebase(&office.owner).await.is_ok());
}
