use std::sync::Arc;

use events::StreamRecord;
use futures::future::try_join_all;
use sqlx::Connection;

use crate::{Alice, Office};

#[tokio::test]
async fn an_event_arrives_as_it_was_digested_with_everything_beside_it() {
    let office = Office::open().await;
    let relay = office.start();
    let alice = Alice::with_a_session(&office.store).await;
    alice.posts(&office.store).await;
    office.all_published().await;

    let records = office.topic("sessions").await;
    assert_eq!(records.len(), 4);
    let requested = records.last().unwrap();
    let decoded = events::decode(&requested.payload).unwrap();
    assert_eq!(decoded.event_type, "GenerationRequested");
    assert_eq!((decoded.envelope.sequence, decoded.envelope.tenant_id), (4, alice.tenant));
    let digest: Vec<u8> = sqlx::query_scalar("select digest from store.events where event_id = $1")
        .bind(decoded.envelope.event_id.to_string())
        .fetch_one(&office.owner)
        .await
        .unwrap();
    assert_eq!(digest, events::digest(&requested.payload));

    let headers: Vec<_> = requested.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let expected = [
        ("event-id", decoded.envelope.event_id.to_string()),
        ("event-type", "GenerationRequested".to_owned()),
        ("tenant-id", alice.tenant.to_string()),
        ("position", "4".to_owned()),
        ("sequence", "4".to_owned()),
        ("correlation-id", "cor_1".to_owned()),
        ("causation-id", "cause".to_owned()),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value)));
    assert_eq!(requested.key_text(), alice.session.to_string());
    relay.stop().await;
}

#[tokio::test]
async fn work_control_and_milestones_reach_their_topics() {
    let office = Office::open().await;
    let relay = office.start();
    let alice = Alice::with_a_session(&office.store).await;
    let generation = alice.posts(&office.store).await;
    alice.is_answered_by(&office.store, domain::WorkerId::generate(), generation).await;
    alice.cancels(&office.store, generation).await;
    office.all_published().await;

    let mut names = Vec::new();
    for record in office.topic("session-stream").await {
        let StreamRecord::Event(event) = events::decode_stream(&record.payload).unwrap() else { panic!("a chunk") };
        names.push(event.event_type);
    }
    assert_eq!(names, ["MessagePosted", "GenerationQueued", "GenerationStarted", "CancellationRequested"]);
    for (topic, event_type) in
        [("generation-requests", "GenerationRequested"), ("generation-control", "CancellationRequested")]
    {
        let records = office.topic(topic).await;
        assert_eq!(records.len(), 1, "{topic}");
        assert_eq!(events::decode(&records[0].payload).unwrap().event_type, event_type);
    }
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_rollbacks_and_long_transactions_lose_nothing_and_leave_no_hole() {
    let office = Arc::new(Office::open().await);
    let relay = office.start();
    let mut long = office.owner.acquire().await.unwrap().detach();
    let mut long = long.begin().await.unwrap();
    let held = Alice::new();
    held.opens_in(&mut long).await;

    let writers = (0..6).map(|_| {
        let office = office.clone();
        tokio::spawn(async move {
            let alice = Alice::with_a_session(&office.store).await;
            for n in 0..15 {
                alice.posts(&office.store).await;
                rolls_back(&office).await;
                alice.renames(&office.store, &n.to_string()).await;
            }
        })
    });
    try_join_all(writers).await.unwrap();
    assert_eq!(office.count("select count(*) from store.log").await, 0, "nothing overtakes a running transaction");
    long.commit().await.unwrap();

    let stored = office.all_published().await;
    assert_eq!(stored, 1 + 6 * (1 + 1 + 15 * 3));
    assert_eq!(office.sessions_arrived().await, 0, "no crash, no repeat");
    office.chain_is_unbroken().await;
    relay.stop().await;
}

async fn rolls_back(office: &Office) {
    let mut tx = office.owner.begin().await.unwrap();
    Alice::new().opens_in(&mut tx).await;
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn events_of_other_processes_are_found_without_a_wake_up() {
    let office = Office::open().await;
    let relay = office.start();
    let mut tx = office.owner.begin().await.unwrap();
    Alice::new().opens_in(&mut tx).await;
    tx.commit().await.unwrap();

    office.comes_to("select count(*) from store.log", 1).await;
    relay.stop().await;
}
