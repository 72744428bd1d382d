//! Commands that reach the real write side. There is no projector here, so reads say that they are behind.

use serde_json::json;

use crate::browser::is;
use crate::house::{House, somebody};

#[tokio::test]
async fn a_project_a_session_and_a_prompt() {
    let alice = somebody(House::new()).await;
    let project = alice.post("projects", &json!({ "name": "Shop", "description": "A small one" })).await;
    assert_eq!((project.status.as_u16(), project.header("etag")), (201, "\"1\""));
    let id = project.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(project.header("location"), format!("/api/v1/projects/{id}"));
    assert_eq!(project.json()["role"], "owner");

    let session = alice.post(&format!("projects/{id}/sessions"), &json!({})).await;
    assert_eq!((session.status.as_u16(), session.json()["title"].as_str()), (201, Some("New session")));
    let id = session.json()["id"].as_str().unwrap().to_owned();

    let posted = alice.post(&format!("sessions/{id}/messages"), &json!({ "content": "a pricing page" })).await;
    assert_eq!(posted.status, 202);
    let posted = posted.json();
    let generation = posted["generation_id"].as_str().unwrap();
    assert_eq!(posted["stream_position"], format!("g:{generation}"));

    let cancel = format!("sessions/{id}/generations/{generation}/cancel");
    let first = alice.post_nothing(&cancel).await;
    let second = alice.post_nothing(&cancel).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (202, 202));
    assert_eq!(first.json(), second.json());
}

#[tokio::test]
async fn files_come_in_by_hand_and_old_versions_come_back() {
    let alice = somebody(House::new()).await;
    let session = begin(&alice).await;
    let file = |content: &str| json!([{ "path": "src/App.tsx", "content": content }]);
    let import = format!("sessions/{session}/imports");
    let first = alice.post(&import, &json!({ "base_version": 0, "files": file("one") })).await;
    assert_eq!((first.status.as_u16(), first.json()["number"].as_u64()), (202, Some(1)));
    let stale = alice.post(&import, &json!({ "base_version": 0, "files": file("two") })).await;
    assert_eq!(stale.problem(), is(409, "version_conflict"));
    let none = alice.post(&import, &json!({ "base_version": 1, "files": [] })).await;
    assert_eq!(none.problem(), is(422, "invalid_file"));

    let second = alice.post(&import, &json!({ "base_version": 1, "files": file("two") })).await;
    assert_eq!(second.json()["number"].as_u64(), Some(2));

    let restored = alice.post(&format!("sessions/{session}/restore"), &json!({ "version": 1 })).await;
    assert_eq!((restored.status.as_u16(), restored.json()["number"].as_u64()), (202, Some(3)));
    let unknown = alice.post(&format!("sessions/{session}/restore"), &json!({ "version": 9 })).await;
    assert_eq!(unknown.problem(), is(422, "unknown_version"));
}

#[tokio::test]
async fn a_repeat_with_the_same_key_is_the_same_call() {
    let alice = somebody(House::new()).await;
    let keyed = alice.with("idempotency-key", "0199-the-same");
    let first = keyed.post("projects", &json!({ "name": "Once" })).await;
    let again = keyed.post("projects", &json!({ "name": "Once" })).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.json(), again.json());
    let other = keyed.post("projects", &json!({ "name": "Twice" })).await;
    assert_eq!(other.problem(), is(422, "idempotency_key_reused"));
    let mallory = somebody(House::new()).await.with("idempotency-key", "0199-the-same");
    assert_eq!(mallory.post("projects", &json!({ "name": "Twice" })).await.status, 201);
}

#[tokio::test]
async fn a_write_to_another_version_is_refused() {
    let alice = somebody(House::new()).await;
    let session = begin(&alice).await;
    let path = format!("sessions/{session}");
    let late = alice.with("if-match", "\"7\"").patch(&path, &json!({ "title": "Late" })).await;
    assert_eq!(late.problem(), is(409, "version_conflict"));
    assert_eq!(alice.with("if-match", "\"1\"").delete(&path).await.status, 204);
    assert_eq!(alice.patch(&path, &json!({ "title": "Gone" })).await.problem(), is(404, "not_found"));
}

#[tokio::test]
async fn someone_else_s_things_do_not_exist() {
    let alice = somebody(House::new()).await;
    let project = alice.post("projects", &json!({ "name": "Hers" })).await.json()["id"].as_str().unwrap().to_owned();
    let session = begin(&alice).await;
    let mallory = somebody(House::new()).await;
    let prompt = json!({ "content": "hello" });
    let tries = [
        mallory.get(&format!("projects/{project}")).await,
        mallory.patch(&format!("projects/{project}"), &json!({ "name": "Mine" })).await,
        mallory.delete(&format!("projects/{project}")).await,
        mallory.get(&format!("projects/{project}/files")).await,
        mallory.get(&format!("projects/{project}/archive")).await,
        mallory.get(&format!("projects/{project}/sessions")).await,
        mallory.post(&format!("projects/{project}/sessions"), &json!({})).await,
        mallory.get(&format!("sessions/{session}")).await,
        mallory.patch(&format!("sessions/{session}"), &json!({ "title": "Mine" })).await,
        mallory.delete(&format!("sessions/{session}")).await,
        mallory.get(&format!("sessions/{session}/messages")).await,
        mallory.post(&format!("sessions/{session}/messages"), &prompt).await,
        mallory.get(&format!("sessions/{session}/versions")).await,
        mallory.get(&format!("sessions/{session}/versions/1")).await,
        mallory.get(&format!("sessions/{session}/diff?from=0&to=1")).await,
        mallory.post(&format!("sessions/{session}/restore"), &json!({ "version": 1 })).await,
    ];
    for answer in tries {
        assert_eq!(answer.problem(), is(404, "not_found"));
    }
}

#[tokio::test]
async fn a_read_that_is_behind_says_so() {
    let alice = somebody(House::new()).await;
    let session = begin(&alice).await;
    let behind = alice.get(&format!("sessions/{session}?min_version=1")).await;
    assert_eq!(behind.problem(), is(404, "not_found"));
    assert_eq!(behind.header("atelier-stale"), "true");
    let list = alice.get(&format!("projects?after={session}:1")).await;
    assert_eq!((list.status.as_u16(), list.header("atelier-stale")), (200, "true"));
    assert_eq!(list.json(), json!({ "items": [], "next_cursor": null }));
    assert_eq!(alice.get("projects").await.header("atelier-stale"), "");
}

async fn begin(alice: &crate::browser::Browser) -> String {
    let project = alice.post("projects", &json!({ "name": "Shop" })).await.json()["id"].as_str().unwrap().to_owned();
    let session = alice.post(&format!("projects/{project}/sessions"), &json!({ "title": "First" })).await;
    session.json()["id"].as_str().unwrap().to_owned()
}
