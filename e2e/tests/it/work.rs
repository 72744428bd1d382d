//! Projects, sessions and versions, as people work with them.

use serde_json::json;
use testkit::{Person, Script, System};

use crate::story;

fn writes(path: &str, content: &str) -> Script {
    Script::says([format!("Done.\n\n```tsx file=\"{path}\"\n{content}\n```\n").as_str()])
}

async fn answered(alice: &Person, session: &str, prompt: &str) -> i64 {
    let mut page = alice.watches(session).await;
    let generation = alice.asks(session, prompt).await;
    page.sees_the_end(&generation).await.number("version").unwrap()
}

#[test]
fn a_project_is_created_renamed_found_and_deleted() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let project = alice.opens_a_project("Shop window").await;
        let renamed = alice.request(reqwest::Method::PATCH, &format!("projects/{project}"));
        let renamed = renamed.json(&json!({ "name": "Shop front" })).send().await.unwrap();
        assert!(renamed.status().is_success(), "{}", renamed.text().await.unwrap());

        let found = alice.get(&format!("projects?q=front&after={project}:2")).await.expect(200);
        assert_eq!(found.body["items"][0]["name"], "Shop front");
        let deleted = alice.request(reqwest::Method::DELETE, &format!("projects/{project}")).send().await.unwrap();
        assert!(deleted.status().is_success());
        alice.get(&format!("projects/{project}?min_version=3")).await.expect(404);
    });
}

#[test]
fn restoring_a_version_adds_one_with_the_same_files() {
    story(async |system: &System| {
        system.model.when_asked("restore: one", writes("src/App.tsx", "one"));
        system.model.when_asked("restore: two", writes("src/App.tsx", "two"));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        answered(&alice, &session, "restore: one").await;
        answered(&alice, &session, "restore: two").await;

        let restored = alice.post(&format!("sessions/{session}/restore"), &json!({ "version": 1 })).await.expect(202);
        assert_eq!(restored.number("number"), 3);
        let version = restored.number("version");
        let third = alice.get(&format!("sessions/{session}/versions/3?min_version={version}")).await.expect(200);
        let first = alice.get(&format!("sessions/{session}/versions/1")).await.expect(200);
        assert_eq!(third.body["files"], first.body["files"]);
        let versions = alice.get(&format!("sessions/{session}/versions")).await.expect(200);
        assert_eq!(versions.body["items"].as_array().unwrap().len(), 3, "history stays");

        alice.post(&format!("sessions/{session}/restore"), &json!({ "version": 9 })).await.expect(422);
    });
}

#[test]
fn local_changes_come_back_in_and_the_model_sees_them() {
    story(async |system: &System| {
        system.model.when_asked("import: make it", writes("src/App.tsx", "made by a model"));
        system.model.when_asked("import: go on", Script::says(["I see it."]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        answered(&alice, &session, "import: make it").await;

        let files =
            json!({ "base_version": 1, "files": [{ "path": "src/App.tsx", "content": "changed by a person" }] });
        let imported = alice.post(&format!("sessions/{session}/imports"), &files).await.expect(202);
        let second = format!("sessions/{session}/versions/2?min_version={}", imported.number("version"));
        let second = alice.get(&second).await.expect(200);
        assert_eq!(second.body["author"], "user");
        assert_eq!(second.body["files"][0]["content"], "changed by a person");

        let stale = json!({ "base_version": 1, "files": [{ "path": "src/App.tsx", "content": "too late" }] });
        assert_eq!(
            alice.post(&format!("sessions/{session}/imports"), &stale).await.expect(409).code(),
            "version_conflict"
        );
        answered(&alice, &session, "import: go on").await;
        assert_eq!(system.model.times_asked("changed by a person"), 1, "the next prompt carries the changed file");
    });
}

#[test]
fn a_session_is_renamed_and_a_deleted_one_is_gone() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let rename = alice.request(reqwest::Method::PATCH, &format!("sessions/{session}"));
        let renamed = rename.json(&json!({ "title": "Landing page" })).send().await.unwrap();
        assert!(renamed.status().is_success());
        let read = alice.get(&format!("sessions/{session}?min_version=2")).await.expect(200);
        assert_eq!(read.text("title"), "Landing page");

        let deleted = alice.request(reqwest::Method::DELETE, &format!("sessions/{session}")).send().await.unwrap();
        assert!(deleted.status().is_success());
        alice.get(&format!("sessions/{session}?min_version=3")).await.expect(404);
        alice.post(&format!("sessions/{session}/messages"), &json!({ "content": "hello?" })).await.expect(404);
    });
}

#[test]
fn all_files_of_a_version_come_as_one_archive() {
    story(async |system: &System| {
        system.model.when_asked("archive: make it", writes("src/App.tsx", "in the archive"));
        let alice = system.sign_up("alice").await;
        let project = alice.opens_a_project("Archived").await;
        let session = alice.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201).text("id");
        answered(&alice, &session, "archive: make it").await;
        alice.get(&format!("sessions/{session}/versions/1?min_version=6")).await.expect(200);

        let response =
            alice.request(reqwest::Method::GET, &format!("projects/{project}/archive")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with("attachment"), "{disposition}");
        let bytes = response.bytes().await.unwrap();
        assert!(bytes.starts_with(b"PK"), "a zip file");
    });
}
