//! What auditors see, and what they can prove.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, System, eventually};

use crate::story;

async fn renames(alice: &Person, project: &str, name: &str) {
    let renamed = alice.request(Method::PATCH, &format!("projects/{project}")).json(&json!({ "name": name }));
    assert!(renamed.send().await.unwrap().status().is_success());
}

/// The caller's audit log, once it has this many changes of the project.
async fn changes(alice: &Person, project: &str, count: usize) -> Vec<Value> {
    eventually("the audit log has them", || async {
        let found = alice.get(&format!("audit/events?aggregate={project}")).await.expect(200);
        let items = found.body["items"].as_array().unwrap().clone();
        (items.len() == count).then_some(items)
    })
    .await
}

#[test]
fn an_auditor_sees_who_changed_what_from_where_and_what_it_was_before() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let project = alice.opens_a_project("Shop window").await;
        renames(&alice, &project, "Shop front").await;

        let found = changes(&alice, &project, 2).await;
        assert_eq!((&found[0]["what"], &found[1]["what"]), (&json!("project renamed"), &json!("project created")));
        assert_eq!((&found[0]["old"]["name"], &found[0]["new"]["name"]), (&json!("Shop window"), &json!("Shop front")));
        assert!(found[0]["origin"].as_str().unwrap().starts_with("127.0.0.0/24"), "{}", found[0]);
        assert!(found[0]["user"].as_str().unwrap().starts_with("usr_"));

        let user = found[0]["user"].as_str().unwrap();
        let at = found[0]["at"].as_str().unwrap();
        let since = alice.get(&format!("audit/events?user={user}&from={at}&type=ProjectRenamed")).await.expect(200);
        assert_eq!(since.body["items"].as_array().unwrap().len(), 1);
        let first = alice.get("audit/events?limit=1").await.expect(200);
        let next = first.text("next_cursor");
        let second = alice.get(&format!("audit/events?limit=1&cursor={next}")).await.expect(200);
        assert_ne!(first.body["items"][0]["id"], second.body["items"][0]["id"]);

        let csv = alice.request(Method::GET, "audit/events").header("Accept", "text/csv").send().await.unwrap();
        assert!(csv.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
        let csv = csv.text().await.unwrap();
        assert!(csv.starts_with("position,at,user,what") && csv.contains("project renamed"), "{csv}");
        assert!(csv.contains("user registered"), "{csv}");
        alice.get("audit/events?limit=0").await.expect(400);
        alice.get("audit/events?colour=red").await.expect(400);
    });
}

#[test]
fn another_organisation_s_auditor_sees_nothing_of_it() {
    story(async |system: &System| {
        let (alice, mallory) = (system.sign_up("alice").await, system.sign_up("mallory").await);
        let project = alice.opens_a_project("Secret").await;
        changes(&alice, &project, 1).await;
        let found = mallory.get(&format!("audit/events?aggregate={project}")).await.expect(200);
        assert_eq!(found.body["items"], json!([]));
        let export = mallory.request(Method::GET, "audit/events?format=jsonl").send().await.unwrap();
        assert!(!export.text().await.unwrap().contains("Secret"));
    });
}

#[test]
fn an_operator_proves_that_the_log_is_unbroken_and_that_all_hold_the_same() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let project = alice.opens_a_project("Proof").await;
        changes(&alice, &project, 1).await;

        let verified = system.runs(&["audit", "verify"]).await;
        let told = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.success(), "{told} {}", String::from_utf8_lossy(&verified.stderr));
        assert!(told.contains("the log is unbroken") && told.contains("signed up to position"), "{told}");
        let state = alice.get("audit/verify").await.expect(200);
        assert_eq!(state.body["unbroken"], true);

        let reconciled = system.runs(&["audit", "reconcile", "--json"]).await;
        let found: Value = serde_json::from_slice(&reconciled.stdout).unwrap();
        assert_eq!((&found["count"], &found["differences"]), (&json!(0), &json!([])));
        assert!(reconciled.status.success());

        let history = system.runs(&["audit", "history", "--user", &alice.email]).await;
        let lines = String::from_utf8_lossy(&history.stdout).into_owned();
        assert!(lines.contains("project created") && lines.contains("Proof"), "{lines}");
        let nobody = system.runs(&["audit", "history", "--user", "nobody@example.org"]).await;
        assert_eq!(nobody.status.code(), Some(1));
    });
}

#[test]
fn reading_the_audit_log_is_an_event_that_shows_in_it() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let me = alice.get("me").await.expect(200);
        let (user, tenant) = (me.text("id"), me.text("tenant_id"));
        let project = alice.opens_a_project("Shop window").await;
        changes(&alice, &project, 1).await;

        let looked = format!("audit/events?aggregate={project}&user={user}&type=ProjectCreated");
        let request = alice.get(&looked).await.expect(200).headers["x-request-id"].to_str().unwrap().to_owned();
        alice.get("audit/verify").await.expect(200);
        alice.get("audit/events?user=ada%40example.org").await.expect(200);
        let csv = alice.request(Method::GET, "audit/events?format=csv").send().await.unwrap();
        let lines = csv.text().await.unwrap().lines().count() as i64 - 1;

        let reads = eventually("every reading is in the log", || async {
            let found = alice.get("audit/events?type=AuditRead&limit=100").await.expect(200);
            let items = found.body["items"].as_array().unwrap().clone();
            let has = |what: &str| items.iter().any(|read| read["new"]["what"] == what);
            let csv = items.iter().any(|read| read["new"]["format"] == "csv");
            (has("verification") && csv).then_some(items)
        })
        .await;
        let of_request = reads.iter().find(|read| read["request_id"] == json!(request)).unwrap();
        assert_eq!((&of_request["user"], &of_request["what"]), (&json!(user), &json!("audit read")));
        assert!(of_request["origin"].as_str().unwrap().starts_with("127.0.0.0/24"), "{of_request}");
        let said = &of_request["new"];
        assert_eq!((&said["actor"], &said["aggregate"]), (&json!(user), &json!(project)));
        assert_eq!((&said["event_type"], &said["count"]), (&json!("ProjectCreated"), &json!(1)));
        let file = reads.iter().find(|read| read["new"]["format"] == "csv").unwrap();
        assert_eq!(file["new"]["count"], json!(lines), "{file}");
        assert!(reads.iter().any(|read| read["new"]["actor"] == "(other)"), "{reads:?}");
        assert!(!json!(reads).to_string().contains("ada@"), "what somebody typed is not kept");

        // The operator's too: in the organisation's log where it is about one.
        let history = system.runs(&["audit", "history", "--tenant", &tenant, "--aggregate", &project]).await;
        assert!(history.status.success(), "{}", String::from_utf8_lossy(&history.stderr));
        eventually("the operator's reading shows", || async {
            let found = alice.get("audit/events?user=operator&type=AuditRead").await.expect(200);
            let items = found.body["items"].as_array().unwrap().clone();
            (items.len() == 1 && items[0]["new"]["count"] == 1).then_some(())
        })
        .await;
        let mallory = system.sign_up("mallory").await;
        let theirs = mallory.get(&format!("audit/events?user={user}")).await.expect(200);
        assert_eq!(theirs.body["items"], json!([]));
    });
}
