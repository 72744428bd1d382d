//! What is promised to people is done, also when the process that promised it dies.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use testkit::{Person, System, eventually};

use crate::annex::Annex;
use crate::disturbance;

/// Who was at it has had its time: somebody else may take it up.
async fn the_lease_is_over(system: &System, kind: &str) {
    let mut db = PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    let over = "update auth.errands set due_at = now() where kind = $1 and attempts < 2 and due_at > now()";
    sqlx::query(over).bind(kind).execute(&mut db).await.unwrap();
}

async fn is_dead(annex: &mut Annex) {
    eventually("the process has died in the middle", || {
        let ended = annex.auth.has_ended();
        async move { ended.then_some(()) }
    })
    .await;
}

#[test]
fn a_mail_arrives_although_the_process_that_was_sending_it_died() {
    disturbance(async |system: &mut System| {
        let alice = system.sign_up("alice").await;
        system.link(&alice.email, "Welcome").await;
        let mut annex = Annex::whose_auth_dies_at(system, "auth.mail_written").await;
        let there = annex.person(&alice);
        // The answer promises the mail; then its sender dies with the mail in hand.
        there.post("auth/password/forgot", &json!({ "email": alice.email })).await.expect(202);
        is_dead(&mut annex).await;
        the_lease_is_over(system, "mail").await;
        let token = system.link(&alice.email, "new password").await;
        let form = json!({ "token": token, "password": "another quiet lantern" });
        alice.post("auth/password/reset", &form).await.expect(204);
    });
}

#[test]
fn a_sign_in_whose_process_died_before_its_answer_is_in_the_log_once_and_opens_nothing() {
    disturbance(async |system: &mut System| {
        let alice = system.sign_up("alice").await;
        let mut annex = Annex::whose_auth_dies_at(system, "auth.signed_in").await;
        let there = annex.person(&alice);
        let form = json!({ "email": alice.email, "password": alice.password, "transport": "token" });
        assert_eq!(there.post("auth/sign-in", &form).await.status, 503);
        is_dead(&mut annex).await;
        the_lease_is_over(system, "sign_in").await;

        let told = eventually("the log knows of it", || async { signed_in(&alice).await.pop() }).await;
        assert_eq!(told["new"]["method"], "password");
        let devices = alice.get("me/devices").await.expect(200).body["items"].as_array().unwrap().clone();
        assert!(devices.iter().any(|device| device["id"] == told["new"]["device_id"]), "{devices:?}");
        // It can be ended like any other, and is still one event.
        alice.post("me/devices/sign-out-everywhere", &json!({ "keep_this": true })).await.expect(200);
        assert_eq!(signed_in(&alice).await.len(), 1);
    });
}

async fn signed_in(alice: &Person) -> Vec<Value> {
    let found = alice.get("audit/events?type=SignedIn").await.expect(200);
    found.body["items"].as_array().cloned().unwrap_or_default()
}
