use crate::{Alice, Office};

async fn parked(office: &Office) -> Vec<(String, i64, String)> {
    let query = "select aggregate_id, sequence, reason from store.parked_aggregates";
    sqlx::query_as(query).fetch_all(&office.owner).await.unwrap()
}

async fn published(office: &Office, alice: &Alice) -> i64 {
    let query = "select count(*) from store.log join store.events using (event_id) where aggregate_id = $1";
    sqlx::query_scalar(query).bind(alice.session.to_string()).fetch_one(&office.owner).await.unwrap()
}

#[tokio::test]
async fn a_tampered_event_stops_its_own_aggregate_only() {
    let office = Office::open().await;
    let (mallory, bob) = (Alice::with_a_session(&office.store).await, Alice::with_a_session(&office.store).await);
    mallory.posts(&office.store).await;
    let tampered = "update store.events set payload = jsonb_set(payload, '{base_version}', '7')
                     where aggregate_id = $1 and event_type = 'MessagePosted'";
    sqlx::query(tampered).bind(mallory.session.to_string()).execute(&office.owner).await.unwrap();
    bob.posts(&office.store).await;

    let relay = office.start();
    office.comes_to("select count(*) from store.log", 5).await;
    relay.stop().await;
    let relay = office.start();
    mallory.renames(&office.store, "later").await;
    bob.renames(&office.store, "later").await;
    office.comes_to("select count(*) from store.log", 6).await;

    let stopped = (mallory.session.to_string(), 2, "it was altered after it was stored: the digest differs".to_owned());
    assert_eq!(parked(&office).await, [stopped]);
    assert_eq!((published(&office, &mallory).await, published(&office, &bob).await), (1, 5));
    office.chain_is_unbroken().await;
    relay.stop().await;
}

#[tokio::test]
async fn a_missing_event_stops_its_aggregate() {
    let office = Office::open().await;
    let (mallory, bob) = (Alice::with_a_session(&office.store).await, Alice::with_a_session(&office.store).await);
    let relay = office.start();
    office.all_published().await;
    relay.stop().await;
    mallory.renames(&office.store, "second").await;
    mallory.renames(&office.store, "third").await;
    bob.renames(&office.store, "second").await;
    sqlx::query("delete from store.events where aggregate_id = $1 and sequence = 2")
        .bind(mallory.session.to_string())
        .execute(&office.owner)
        .await
        .unwrap();

    let relay = office.start();
    office.comes_to("select count(*) from store.log", 3).await;
    office.comes_to("select count(*) from store.parked_aggregates", 1).await;

    assert_eq!(parked(&office).await[0].1, 3);
    assert_eq!((published(&office, &mallory).await, published(&office, &bob).await), (1, 2));
    relay.stop().await;
}
