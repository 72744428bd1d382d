//! What is read, in which order, and what is refused.

use bus::{Headers, headers};
use domain::{SessionId, UserId};
use replay::{Choice, Error, Log, Until};
use serde_json::json;

use crate::topics::{noon, topics};

fn positions(entries: &[replay::Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.position).collect()
}

#[tokio::test]
async fn an_empty_log_has_no_events() {
    let written = topics().await;
    assert_eq!(written.read(&Choice::default()).await.unwrap(), []);
    assert_eq!(written.replay(&Choice::default()).await.unwrap(), []);
}

#[tokio::test]
async fn everything_is_replayed_once_and_in_the_order_of_the_log() {
    let mut written = topics().await;
    let repeated = written.opens(SessionId::generate()).await;
    for _ in 0..40 {
        written.registers(UserId::generate()).await;
        written.opens(SessionId::generate()).await;
    }
    written.send(repeated).await; // as the relay does after a crash
    let all = written.replay(&Choice::default()).await.unwrap();
    assert_eq!(positions(&all), (1..=81).collect::<Vec<_>>());
    assert_eq!(written.read(&Choice::default()).await.unwrap().len(), 81);
}

#[tokio::test]
async fn a_choice_takes_what_it_says() {
    let mut written = topics().await;
    let (session, bob) = (written.session, UserId::generate());
    written.registers(bob).await; // 1
    written.opens(session).await; // 2
    written.opens(SessionId::generate()).await; // 3
    written.completes(session, 5, "0.1").await; // 4
    let took = async |choice: Choice| {
        let mut took = positions(&written.read(&choice).await.unwrap());
        took.sort_unstable();
        assert_eq!(positions(&written.replay(&choice).await.unwrap()), took, "in order it is the same");
        took
    };
    assert_eq!(took(Choice { session: Some(session), ..Choice::default() }).await, [2, 4]);
    assert_eq!(took(Choice { user: Some(bob), ..Choice::default() }).await, [1]);
    assert_eq!(took(Choice { user: Some(written.alice), ..Choice::default() }).await, [1, 2, 3, 4], "alice did it all");
    assert_eq!(took(Choice { user: Some(UserId::generate()), ..Choice::default() }).await, [0; 0]);
    let types = ["SessionOpened".to_owned()].into();
    assert_eq!(took(Choice { types, ..Choice::default() }).await, [2, 3]);
    let minute = |n| Some(noon() + chrono::TimeDelta::minutes(n));
    assert_eq!(took(Choice { from: minute(2), to: minute(4), ..Choice::default() }).await, [2, 3]);
}

#[tokio::test]
async fn what_is_sealed_is_shown_as_sealed() {
    let mut written = topics().await;
    written.opens(written.session).await;
    let line = written.read(&Choice::default()).await.unwrap()[0].to_json();
    assert_eq!(line["data"]["private"], json!({ "sealed": true, "bytes": 4, "key_id": "key-1" }));
    assert_eq!(line["data"].get("sealed"), None);
    assert_eq!((&line["position"], &line["sequence"], &line["version"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(line["occurred_at"], "2025-11-21T12:01:00Z");
}

#[tokio::test]
async fn a_follower_begins_at_the_end_and_sees_what_comes() {
    let mut written = topics().await;
    written.opens(SessionId::generate()).await;
    let mut log = Log::open(&written.config, &Choice::default(), Until::Forever).await.unwrap();
    written.opens(written.session).await;
    let record = log.next().await.unwrap().unwrap();
    assert_eq!(record.key_text(), written.session.to_string());
}

#[tokio::test]
async fn a_position_that_is_missing_is_an_error() {
    let mut written = topics().await;
    written.opens(written.session).await;
    let lost = written.message(
        ("user", &written.alice.to_string()),
        "UserRegistered",
        &json!({
            "user_id": written.alice, "home_tenant_id": domain::TenantId::generate(),
        }),
    );
    written.opens(SessionId::generate()).await;
    let error = written.replay(&Choice::default()).await.unwrap_err();
    assert!(matches!(error, Error::Gap { missing: 2, next: 3 }), "{error}");

    written.send(lost).await; // late, but there
    assert_eq!(positions(&written.replay(&Choice::default()).await.unwrap()), [1, 2, 3]);
}

#[tokio::test]
async fn a_record_of_a_future_version_is_named() {
    let mut written = topics().await;
    let mut future = written.opens(written.session).await;
    let mut bytes = future.payload.to_vec();
    bytes[1..5].copy_from_slice(&4_000_000_u32.to_be_bytes());
    future.payload = bytes.into();
    future.headers = Headers::new().with(headers::POSITION, 2);
    written.send(future).await;
    let refusal = written.refusal().await;
    assert!(refusal.place.contains("sessions[") && refusal.place.ends_with("@1"), "{refusal}");
    assert!(refusal.reason.contains("4000000 is unknown here") && refusal.reason.contains("newer"), "{refusal}");
}

#[tokio::test]
async fn a_torn_record_and_foreign_bytes_are_named() {
    for (bytes, words) in
        [(20, "the record is corrupt"), (3, "Confluent's wire format"), (0, "Confluent's wire format")]
    {
        let mut written = topics().await;
        let mut torn = written.message(
            ("session", &written.session.to_string()),
            "SessionDeleted",
            &json!({
                "session_id": written.session,
            }),
        );
        torn.payload = torn.payload.slice(..bytes);
        written.send(torn).await;
        let refusal = written.refusal().await;
        assert!(refusal.reason.contains(words), "{bytes} bytes: {refusal}");
    }
}

#[tokio::test]
async fn a_record_in_the_wrong_place_is_named() {
    let mut written = topics().await;
    let mut stray = written.message(
        ("session", &written.session.to_string()),
        "SessionDeleted",
        &json!({
            "session_id": written.session,
        }),
    );
    stray.topic = written.config.topics().users();
    written.send(stray).await;
    let refusal = written.refusal().await;
    assert!(
        refusal.reason.contains("subject atelier.session.SessionDeleted does not belong on this topic"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_record_that_contradicts_its_headers_or_key_is_named() {
    let mut written = topics().await;
    let session = written.session.to_string();
    let deleted = json!({ "session_id": written.session });
    let mut claims = written.message(("session", &session), "SessionDeleted", &deleted);
    claims.headers = Headers::new().with(headers::POSITION, 1).with(headers::EVENT_TYPE, "SessionOpened");
    written.send(claims).await;
    assert!(written.refusal().await.reason.contains("the header event-type"));

    let mut written = topics().await;
    let mut other = written.message(("session", &session), "SessionDeleted", &deleted);
    other.key = SessionId::generate().to_string();
    written.send(other).await;
    assert!(written.refusal().await.reason.contains("the key is not the aggregate"));

    let mut written = topics().await;
    let mut bare = written.message(("session", &session), "SessionDeleted", &deleted);
    bare.headers = Headers::new();
    written.send(bare).await;
    assert!(written.refusal().await.reason.contains("position is missing"));
}

#[tokio::test]
async fn topics_that_are_not_there_are_named() {
    let written = topics().await;
    let config = bus::Config { prefix: "nobody.".to_owned(), ..written.config.clone() };
    let error = Log::open(&config, &Choice::default(), Until::Now).await.err().unwrap().to_string();
    assert!(error.contains("there is no topic nobody."), "{error}");
}

#[tokio::test]
async fn a_long_log_is_ordered_with_room_for_few() {
    let mut written = topics().await;
    // What is needed first lies behind all the rest, in other partitions.
    let (early, late) = (SessionId::generate(), UserId::generate());
    for _ in 0..300 {
        written.registers(UserId::generate()).await;
    }
    for _ in 0..300 {
        written.completes(early, 1, "0.1").await;
    }
    written.registers(late).await;
    let (all, most) = written.replay_within(usize::MAX).await;
    assert_eq!(positions(&all), (1..=601).collect::<Vec<_>>());
    assert!(most > 100, "without a bound many wait: {most}");
    let (all, most) = written.replay_within(20).await;
    assert_eq!(positions(&all), (1..=601).collect::<Vec<_>>());
    assert!(most <= 20 + 12, "one more of each partition at most: {most}");
}
