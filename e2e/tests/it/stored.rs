//! What was streamed once is told again after its topic has forgotten it; and the log is no longer whole then.

use bus::{Headers, Message, Producer, headers};
use domain::{EventId, SessionId, TenantId};
use events::Envelope;
use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::topic_partition_list::Offset;
use serde_json::json;
use testkit::{Disk, Script, System};

use crate::{disturbance, story};

/// Everything that is in a topic now is gone, as if its time were over.
async fn forgets(config: &bus::Config, topic: &str) {
    let admin: AdminClient<DefaultClientContext> = bus::client(config).create().unwrap();
    let mut all = TopicPartitionList::new();
    for number in 0..config.topics().partitions(topic).unwrap() as i32 {
        all.add_partition_offset(topic, number, Offset::End).unwrap();
    }
    admin.delete_records(&all, &AdminOptions::new()).await.unwrap();
}

fn kafka(system: &System) -> bus::Config {
    bus::Config { bootstrap: system.stack.kafka.clone(), ..bus::Config::default() }
}

#[test]
fn an_answer_that_has_left_its_topic_is_told_again_from_the_store_without_the_model() {
    disturbance(async |system: &mut System| {
        let file = "Here.\n\n```tsx file=\"src/App.tsx\"\nexport default () => null\n```\n";
        system.model.when_asked("told twice", Script::says([file]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let generation = alice.asks(&session, "told twice").await;
        alice.reads_the_answer(&session, &generation).await;
        let mut live = alice.watches_from(&session, &format!("g:{generation}")).await;
        live.sees_the_end(&generation).await;
        let said = live.view(&generation).explanation.clone();

        let config = kafka(system);
        forgets(&config, &config.topics().session_stream()).await;
        system.front.kill().await; // and the edge's memory with it
        system.mend().await.unwrap();
        let asked = system.model.times_asked("told twice");

        let mut tellings = Vec::new();
        for _ in 0..2 {
            let mut page = alice.watches_from(&session, &format!("g:{generation}")).await;
            page.sees_the_end(&generation).await;
            assert_eq!(page.view(&generation).explanation, said);
            assert_eq!(page.complaints, Vec::<String>::new());
            let told: Vec<_> = page.seen.iter().filter(|frame| frame.event != "hello").cloned().collect();
            assert!(told.iter().any(|frame| frame.event == "file" && frame.text("path") == "src/App.tsx"), "{told:?}");
            tellings.push(told);
        }
        assert_eq!(tellings[0], tellings[1], "the same every time");
        assert_eq!(system.model.times_asked("told twice"), asked, "no model was asked");
    });
}

async fn events(system: &System, prefix: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = system.atelier(&[&["events"], arguments].concat()).unwrap();
    let output = command.env("ATELIER_KAFKA_PREFIX", prefix).output().await.unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The second event of a log whose first one is gone.
async fn cut_off(system: &System, prefix: &str) {
    let config = bus::Config { prefix: prefix.to_owned(), ..kafka(system) };
    bus::admin::apply(&config).await.unwrap();
    let session = SessionId::generate();
    let envelope = Envelope {
        event_id: EventId::generate(),
        tenant_id: TenantId::generate(),
        aggregate_type: "session".to_owned(),
        aggregate_id: session.to_string(),
        sequence: 2,
        occurred_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        actor: "test".to_owned(),
        correlation_id: "test".to_owned(),
        causation_id: None,
    };
    let contract = events::latest("SessionDeleted").unwrap();
    let payload = contract.encode(&envelope, &json!({ "session_id": session })).unwrap();
    let headers = Headers::new()
        .with(headers::POSITION, 2)
        .with(headers::SEQUENCE, 2)
        .with(headers::EVENT_TYPE, "SessionDeleted")
        .with(headers::EVENT_ID, envelope.event_id)
        .with(headers::TENANT_ID, envelope.tenant_id);
    let message =
        Message { topic: config.topics().sessions(), key: session.to_string(), payload: payload.into(), headers };
    Producer::new(&config).unwrap().send(message).await.unwrap().await.unwrap();
}

#[test]
fn a_truncated_log_is_told_and_an_export_on_a_full_disk_leaves_nothing() {
    story(async |system: &System| {
        cut_off(system, "truncated.").await;
        let (code, said) = events(system, "truncated.", &["replay"]).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("position 1 is not in the topics"), "{said}");

        // Mounting a disk needs root.
        let Ok(disk) = Disk::mount(1) else { return };
        disk.fill().unwrap();
        for format in ["json", "avro", "parquet"] {
            let out = disk.path().join(format!("events.{format}"));
            let export = ["export", "--format", format, "--out", out.to_str().unwrap()];
            let (code, said) = events(system, "truncated.", &export).await;
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("No space left") && said.contains("nothing was left under that name"), "{said}");
            assert!(!out.exists());
        }
        let left: Vec<_> = std::fs::read_dir(disk.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "what filled it, and nothing of ours: {left:?}");
    });
}
