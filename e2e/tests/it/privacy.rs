//! What people write rests sealed, and never reaches a log.

use bus::{Partition, Reader, Start};
use serde_json::json;
use sqlx::Connection;
use testkit::{Script, System};

use crate::story;

#[test]
fn texts_rest_sealed_and_never_reach_a_log() {
    story(async |system: &System| {
        let canary = format!("canary{}", uuid::Uuid::now_v7().simple());
        let answer = format!("{canary} answer\n\n```tsx file=\"src/App.tsx\"\n// {canary} file\n```\n");
        system.model.when_asked(&canary, Script::says([answer.as_str()]));
        let alice = system.sign_up(&canary).await;
        let project = alice.opens_a_project(&format!("{canary} project")).await;
        let title = json!({ "title": format!("{canary} title") });
        let session = alice.post(&format!("projects/{project}/sessions"), &title).await.expect(201).text("id");
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, &format!("{canary} prompt")).await;
        page.sees_the_end(&generation).await;
        assert!(page.view(&generation).explanation.contains(&canary), "the story itself is right");

        assert_eq!(rows_with(system, &canary).await, 0, "the event store holds a text in the clear");
        assert_eq!(records_with(system, &canary).await, 0, "a topic holds a text in the clear");
        let logs = system.logs();
        for secret in [&canary, &alice.token, &alice.password] {
            assert!(!logs.contains(secret.as_str()), "a log holds a text, a token or a password");
        }
    });
}

async fn rows_with(system: &System, canary: &str) -> i64 {
    let mut database = sqlx::PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    let count = "select (select count(*) from store.events e where e::text like $1)
                      + (select count(*) from store.snapshots s where s::text like $1)
                      + (select count(*) from store.idempotency i where i::text like $1)";
    sqlx::query_scalar(count).bind(format!("%{canary}%")).fetch_one(&mut database).await.unwrap()
}

/// Reads every topic that carries texts, from its first record to its last.
async fn records_with(system: &System, canary: &str) -> usize {
    let config = bus::Config { bootstrap: system.stack.kafka.clone(), ..bus::Config::default() };
    let (topics, mut found, mut read) = (config.topics(), 0, 0);
    for topic in [topics.sessions(), topics.projects(), topics.users(), topics.session_stream()] {
        for number in 0..topics.partitions(&topic).unwrap() as i32 {
            let partition = Partition::new(topic.as_str(), number);
            let reader = Reader::new(&config).unwrap();
            let (low, high) = reader.range(&partition).await.unwrap();
            if low == high {
                continue;
            }
            reader.add(&partition, Start::Beginning).await.unwrap();
            loop {
                let record = reader.next().await.unwrap();
                read += 1;
                found += usize::from(record.payload.windows(canary.len()).any(|window| window == canary.as_bytes()));
                if record.offset + 1 >= high {
                    break;
                }
            }
        }
    }
    assert!(read > 10, "the topics were read: {read} records");
    found
}
