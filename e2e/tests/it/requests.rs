//! The access log: one record per request, which tells nobody's address and nobody's text.

use std::collections::BTreeSet;
use std::time::Duration;

use bus::{Partition, Reader, Start};
use events::access::RequestServed;
use testkit::{System, eventually};

use crate::{disturbance, story};

/// All records of one tenant that are on the topic now.
async fn records_of(system: &System, tenant: &str) -> Vec<RequestServed> {
    let config = bus::Config { bootstrap: system.stack.kafka.clone(), ..bus::Config::default() };
    let topic = config.topics().access_log();
    let partitions = config.topics().partitions(&topic).unwrap();
    let number = bus::partition_of(tenant.as_bytes(), partitions) as i32;
    let (partition, reader) = (Partition::new(topic.as_str(), number), Reader::new(&config).unwrap());
    let (low, high) = reader.range(&partition).await.unwrap();
    let mut records = Vec::new();
    if low == high {
        return records;
    }
    reader.add(&partition, Start::Beginning).await.unwrap();
    loop {
        let record = reader.next().await.unwrap();
        let request = RequestServed::decode(&record.payload).unwrap();
        if record.key_text() == tenant {
            records.push(request);
        }
        if record.offset + 1 >= high {
            return records;
        }
    }
}

#[test]
fn every_request_is_on_the_access_log_and_says_nothing_personal() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let me = alice.get("me").await.expect(200);
        let (user, tenant) = (me.text("id"), me.text("tenant_id"));
        let session = alice.opens_a_session().await;
        let shown = alice.request(reqwest::Method::GET, &format!("sessions/{session}?min_version=1"));
        let shown = shown.header("user-agent", "curl/8.5 of alice@example.org").send().await.unwrap();
        let id = shown.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = shown.bytes().await.unwrap();
        let lost = alice.get("projects/prj_0199d3a0-0000-7000-8000-000000000000").await.expect(404);
        let lost = lost.headers["x-request-id"].to_str().unwrap().to_owned();
        let mut page = alice.watches(&session).await;
        page.until("hello").await;
        drop(page); // its record comes when the stream ends

        let records = eventually("all of them are on the topic", || async {
            let records = records_of(system, &tenant).await;
            let routes: BTreeSet<&str> = records.iter().map(|record| record.route.as_str()).collect();
            let streamed = routes.contains("/api/v1/sessions/{id}/events");
            (streamed && records.iter().any(|record| record.request_id == lost)).then_some(records)
        })
        .await;

        let read = records.iter().find(|record| record.request_id == id).expect("the read of the session");
        assert_eq!((read.method.as_str(), read.route.as_str(), read.status), ("GET", "/api/v1/sessions/{id}", 200));
        assert_eq!(read.bytes, body.len() as i64);
        assert_eq!((read.user_id.unwrap().to_string(), read.agent.as_str()), (user, "curl"));
        assert_eq!(read.network, "127.0.0.0/24");
        assert!((0..=read.duration_micros).contains(&read.first_byte_micros) && read.first_byte_micros > 0);
        let missing = records.iter().find(|record| record.request_id == lost).unwrap();
        assert_eq!((missing.status, missing.route.as_str()), (404, "/api/v1/projects/{id}"));
        let told = format!("{records:?}");
        for secret in [session.as_str(), "alice", "127.0.0.1", &alice.token] {
            assert!(!told.contains(secret), "{secret} is in {told}");
        }
    });
}

#[test]
fn a_request_does_not_wait_for_a_log_that_cannot_be_written() {
    story(async |system: &System| {
        // A front of its own, whose Kafka is nowhere; its own settings are the system's.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let operations = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let operations_port = operations.local_addr().unwrap().port();
        drop((taken, operations));
        let mut lonely = system.atelier(&["serve", "--roles", "gateway"]).unwrap();
        let mut lonely = lonely
            .env("ATELIER_KAFKA_BOOTSTRAP", "127.0.0.1:1")
            .env("ATELIER_GATEWAY_LISTEN", format!("127.0.0.1:{port}"))
            .env("ATELIER_GATEWAY_PUBLIC_URL", format!("http://127.0.0.1:{port}"))
            .env("ATELIER_GATEWAY_ACCESS_LOG_BUFFER", "5")
            .env("ATELIER_LIMITS_ANONYMOUS_PER_MINUTE", "1000")
            .env("ATELIER_OPERATIONS_LISTEN", format!("127.0.0.1:{operations_port}"))
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}/api/v1/auth/providers");
        eventually("it answers", || async { system.client.get(&url).send().await.ok() }).await;
        let begun = std::time::Instant::now();
        for _ in 0..50 {
            assert_eq!(system.client.get(&url).send().await.unwrap().status(), 200);
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        let metrics = format!("http://127.0.0.1:{operations_port}/metrics");
        eventually("what was dropped is counted", || async {
            let text = system.client.get(&metrics).send().await.ok()?.text().await.ok()?;
            let line =
                text.lines().find(|line| line.starts_with("atelier_access_log_records_total{outcome=\"dropped\"}"))?;
            let dropped: f64 = line.rsplit(' ').next()?.parse().ok()?;
            (dropped >= 30.0).then_some(())
        })
        .await;
        lonely.kill().await.unwrap();
    });
}

#[test]
fn a_token_that_was_refused_stays_refused_while_auth_is_away() {
    disturbance(async |system: &mut System| {
        let shows = async |system: &System, token: &str| {
            let url = system.url.join("api/v1/models").unwrap();
            system.client.get(url).bearer_auth(token).send().await.unwrap().status().as_u16()
        };
        let [known, unknown] = ["A", "B"].map(|letter| format!("atl_a_{}", letter.repeat(43)));
        assert_eq!(shows(system, &known).await, 401);
        system.core.kill().await;
        assert_eq!(shows(system, &unknown).await, 503, "nobody can say");
        assert_eq!(shows(system, &known).await, 401, "auth has said so before, and it was not asked again");
    });
}
