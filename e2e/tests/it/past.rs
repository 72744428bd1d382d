//! Any past state can be shown.

use serde_json::{Value, json};
use testkit::{Person, Script, System};

use crate::story;

fn writes(path: &str, content: &str) -> Script {
    Script::says([format!("Done.\n\n```tsx file=\"{path}\"\n{content}\n```\n").as_str()])
}

/// The session's version when the answer has ended.
async fn answered(alice: &Person, session: &str, prompt: &str) -> i64 {
    let mut page = alice.watches(session).await;
    let generation = alice.asks(session, prompt).await;
    page.sees_the_end(&generation).await.number("version").unwrap()
}

async fn body(alice: &Person, path: &str) -> Value {
    alice.get(path).await.expect(200).body
}

#[test]
fn a_session_is_shown_as_it_was_and_as_of_now_is_what_is_shown_now() {
    story(async |system: &System| {
        system.model.when_asked("past: one", writes("src/App.tsx", "one"));
        system.model.when_asked("past: two", writes("src/Other.tsx", "two"));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let first = answered(&alice, &session, "past: one").await;
        let then = body(&alice, &format!("sessions/{session}?min_version={first}")).await;
        let said_then = body(&alice, &format!("sessions/{session}/messages")).await;
        let versions_then = body(&alice, &format!("sessions/{session}/versions")).await;
        answered(&alice, &session, "past: two").await;
        let restored = alice.post(&format!("sessions/{session}/restore"), &json!({ "version": 1 })).await.expect(202);
        let last = restored.number("version");
        let now = body(&alice, &format!("sessions/{session}?min_version={last}")).await;

        // By version, and by time.
        for as_of in [first.to_string(), then["updated_at"].as_str().unwrap().to_owned()] {
            assert_eq!(body(&alice, &format!("sessions/{session}?as_of={as_of}")).await, then);
            assert_eq!(body(&alice, &format!("sessions/{session}/messages?as_of={as_of}")).await, said_then);
            assert_eq!(body(&alice, &format!("sessions/{session}/versions?as_of={as_of}")).await, versions_then);
            alice.get(&format!("sessions/{session}/versions/2?as_of={as_of}")).await.expect(404);
        }
        // What is still to come is now, in every answer.
        for as_of in ["999999", "2999-01-01T00:00:00Z"] {
            assert_eq!(body(&alice, &format!("sessions/{session}?as_of={as_of}")).await, now);
            for list in [
                "messages",
                "versions",
                "messages?limit=2",
                "versions?limit=1",
                "versions/1",
                "versions/2",
                "versions/3",
            ] {
                let separator = if list.contains('?') { "&" } else { "?" };
                let path = format!("sessions/{session}/{list}");
                let past = body(&alice, &format!("{path}{separator}as_of={as_of}")).await;
                assert_eq!(past, body(&alice, &path).await, "{list}");
            }
        }
    });
}

#[test]
fn the_past_is_nobody_else_s_and_has_a_beginning() {
    story(async |system: &System| {
        let (alice, mallory) = (system.sign_up("alice").await, system.sign_up("mallory").await);
        let project = alice.opens_a_project("Before").await;
        let renamed =
            alice.request(reqwest::Method::PATCH, &format!("projects/{project}")).json(&json!({ "name": "After" }));
        assert!(renamed.send().await.unwrap().status().is_success());
        assert_eq!(body(&alice, &format!("projects/{project}?as_of=1")).await["name"], "Before");
        assert_eq!(body(&alice, &format!("projects/{project}?as_of=2")).await["name"], "After");
        let session = alice.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201).text("id");

        for path in [format!("projects/{project}"), format!("sessions/{session}")] {
            for before in ["0", "1999-12-31T23:59:59Z"] {
                let answer = alice.get(&format!("{path}?as_of={before}")).await.expect(404);
                assert_eq!(answer.code(), "before_creation");
                let answer = mallory.get(&format!("{path}?as_of={before}")).await.expect(404);
                assert_eq!(answer.code(), "not_found", "a stranger learns nothing");
            }
            mallory.get(&format!("{path}?as_of=1")).await.expect(404);
            for wrong in ["yesterday", "-1", "", "1&min_version=1"] {
                assert_eq!(alice.get(&format!("{path}?as_of={wrong}")).await.expect(400).code(), "invalid_query");
            }
        }
        let nobody = "sessions/ses_0199d3a0-0000-7000-8000-000000000000?as_of=1";
        assert_eq!(alice.get(nobody).await.expect(404).code(), "not_found");
    });
}
