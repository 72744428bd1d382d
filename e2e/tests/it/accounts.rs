//! What people do to their accounts: mails, devices, and who is told of it.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, System, eventually};

use crate::story;

/// What the person did, once the audit log has it: newest first.
async fn told(alice: &Person, event_type: &str) -> Vec<Value> {
    eventually(&format!("the audit log has a {event_type}"), || async {
        let found = alice.get(&format!("audit/events?type={event_type}")).await.expect(200);
        let items = found.body["items"].as_array()?.clone();
        (!items.is_empty()).then_some(items)
    })
    .await
}

async fn signs_in(alice: &Person, password: &str) -> Person {
    let form = json!({ "email": alice.email, "password": password, "transport": "token" });
    let tokens = alice.post("auth/sign-in", &form).await.expect(200);
    let (token, refresh_token) = (tokens.text("access_token"), tokens.text("refresh_token"));
    Person { token, refresh_token, password: password.to_owned(), ..alice.clone() }
}

#[test]
fn what_happens_to_an_account_is_in_the_audit_log_and_in_the_export() {
    story(async |system: &System| {
        let phone = system.sign_up("alice").await;
        let desk = signs_in(&phone, &phone.password).await;
        let devices = desk.get("me/devices").await.expect(200).body["items"].clone();
        let other = devices.as_array().unwrap().iter().find(|device| device["current"] == false).unwrap()["id"].clone();
        let ended = desk.request(Method::DELETE, &format!("me/devices/{}", other.as_str().unwrap())).send().await;
        assert_eq!(ended.unwrap().status(), 204);

        let signed_in = &told(&desk, "SignedIn").await[0];
        assert_eq!(signed_in["new"]["method"], "password");
        assert!(signed_in["origin"].as_str().unwrap().starts_with("127.0.0.0/24"), "{signed_in}");
        let device = &told(&desk, "DeviceEnded").await[0];
        assert_eq!((&device["new"]["device_id"], &device["new"]["because"]), (&other, &json!("by_person")));
        assert_eq!(device["user"], signed_in["user"]);
        let export = desk.get("me/export").await.expect(200).body;
        assert_eq!((&export["security"]["password"], &export["security"]["totp"]), (&json!(true), &json!(false)));
        assert_eq!(export["devices"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_password_is_reset_by_mail_and_open_streams_of_all_devices_end() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        alice.post("auth/password/forgot", &json!({ "email": alice.email })).await.expect(202);
        let token = system.link(&alice.email, "new password").await;
        let form = json!({ "token": token, "password": "another quiet lantern" });
        alice.post("auth/password/reset", &form).await.expect(204);

        let begun = std::time::Instant::now();
        assert_eq!(page.until("closing").await.text("reason"), "signed_out");
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
        alice.get("me").await.expect(401);
        alice.post("auth/password/reset", &form).await.expect(422);
        let again = signs_in(&alice, "another quiet lantern").await;
        assert_eq!(told(&again, "PasswordChanged").await[0]["new"]["how"], "reset");
        assert_eq!(told(&again, "EmailVerified").await.len(), 1);
        let logs = system.logs();
        assert!(!logs.contains(&token) && !logs.contains(&alice.email), "neither a link nor an address is logged");
    });
}
