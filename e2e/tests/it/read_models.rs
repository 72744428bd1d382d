//! An operator works on the read models, and people notice nothing.

use std::process::Output;

use serde_json::Value;
use testkit::{Script, System, eventually};

use crate::{disturbance, story};

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn operates(system: &System, command: &str) -> String {
    let output = system.core.runs(&command.split(' ').collect::<Vec<_>>()).await.unwrap();
    assert!(output.status.success(), "{command}: {}", said(&output));
    said(&output)
}

#[test]
fn a_read_model_is_rebuilt_compared_swapped_and_swapped_back() {
    // Alone: an erasure drops the copies of read models.
    disturbance(async |system: &mut System| {
        system.model.when_asked("rebuild me", Script::says(["Still ", "here."]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let generation = alice.asks(&session, "rebuild me").await;
        let before = alice.reads_the_answer(&session, &generation).await;

        let told = operates(system, "projections rebuild sessions").await;
        assert!(told.contains("no row differs") && told.contains("events in"), "{told}");
        assert!(operates(system, "projections swap sessions").await.contains("is live"));
        assert_eq!(alice.reads_the_answer(&session, &generation).await, before);

        // What comes after it lands in the new tables.
        let again = alice.asks(&session, "rebuild me").await;
        alice.reads_the_answer(&session, &again).await;
        operates(system, "projections swap sessions --back").await;
        alice.reads_the_answer(&session, &again).await;

        let listed = operates(system, "projections list --json").await;
        let listed: Vec<Value> = listed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let copies: Vec<_> =
            listed.iter().filter(|row| row["projection"] == "sessions").map(|row| &row["copy"]).collect();
        assert_eq!(copies, ["live", "previous"]);
        operates(system, "projections drop sessions").await;

        for (command, why) in [
            ("projections swap sessions", "has no copy"),
            ("projections rebuild nothing", "there is no projection nothing"),
            ("dead-letters retry ses_nobody", "nothing waits under ses_nobody"),
        ] {
            let output = system.core.runs(&command.split(' ').collect::<Vec<_>>()).await.unwrap();
            assert_eq!(output.status.code(), Some(1), "{command}");
            assert!(said(&output).contains(why), "{command}: {}", said(&output));
        }
        operates(system, "dead-letters list").await;
    });
}

#[test]
fn usage_is_the_sum_of_its_events() {
    story(async |system: &System| {
        system.model.when_asked("count me", Script::says(["One ", "two."]));
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        let session = alice.opens_a_session().await;
        for _ in 0..3 {
            let generation = alice.asks(&session, "count me").await;
            alice.reads_the_answer(&session, &generation).await;
        }
        let sums = eventually("three answers are counted", || async {
            let sums = alice.get("usage").await.expect(200).body["items"].as_array()?.clone();
            let completed: i64 = sums.iter().filter_map(|sum| sum["generations"]["completed"].as_i64()).sum();
            (completed == 3).then_some(sums)
        })
        .await;
        let first = alice.get("usage/events?limit=2").await.expect(200).body;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = alice.get(&format!("usage/events?limit=2&cursor={cursor}")).await.expect(200).body;
        let events: Vec<&Value> =
            [&first, &second].into_iter().flat_map(|page| page["items"].as_array().unwrap()).collect();
        assert_eq!((events.len(), &second["next_cursor"]), (3, &Value::Null));
        for field in ["prompt_tokens", "completion_tokens", "total_tokens"] {
            let of = |rows: &[&Value]| rows.iter().filter_map(|row| row[field].as_i64()).sum::<i64>();
            assert_eq!(of(&events), of(&sums.iter().collect::<Vec<_>>()), "{field}");
            assert!(of(&events) > 0, "{field}");
        }
        let day = sums[0]["day"].as_str().unwrap();
        assert_eq!(
            alice.get(&format!("usage?from={day}&to={day}")).await.expect(200).body["items"],
            Value::from(sums.clone())
        );
        assert_eq!(alice.get("usage?to=1999-12-31").await.expect(200).body["items"], Value::Array(vec![]));
        assert_eq!(bob.get("usage").await.expect(200).body["items"], Value::Array(vec![]), "somebody else's");
        assert_eq!(alice.get("usage?from=yesterday").await.expect(400).code(), "invalid_query");
        assert_eq!(alice.get("usage/events?cursor=garbage").await.expect(400).code(), "invalid_cursor");
    });
}
