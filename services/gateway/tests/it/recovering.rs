//! Ways back in: mails, codes, providers. What mails say is auth's to test; here is what strangers are told.

use serde_json::json;

use crate::browser::{PASSWORD, is};
use crate::house::{House, address};

#[tokio::test]
async fn a_known_and_an_unknown_address_are_told_the_same() {
    let mut browser = House::new().browser();
    let known = browser.signs_up().await.json()["email"].as_str().unwrap().to_owned();
    for path in ["auth/password/forgot", "auth/code"] {
        let with = browser.post(path, &json!({ "email": known })).await;
        let without = browser.post(path, &json!({ "email": address() })).await;
        assert_eq!((with.status.as_u16(), with.text.as_str()), (202, ""));
        assert_eq!((without.status.as_u16(), without.text.as_str()), (202, ""));
    }
    let code = |email: &str| json!({ "email": email, "code": "000000" });
    let (with, without) = (
        browser.post("auth/code/verify", &code(&known)).await,
        browser.post("auth/code/verify", &code(&address())).await,
    );
    assert_eq!(with.problem(), is(422, "invalid_code"));
    assert_eq!((with.problem(), &with.json()["detail"]), (without.problem(), &without.json()["detail"]));
}

#[tokio::test]
async fn a_link_that_is_none_names_its_field() {
    let script = House::new().browser();
    let reset = script.post("auth/password/reset", &json!({ "token": "garbage", "password": PASSWORD })).await;
    assert_eq!(
        (reset.problem(), reset.json()["errors"][0]["field"].as_str()),
        (is(422, "invalid_link"), Some("token"))
    );
    let verify = script.post("auth/verify", &json!({ "token": "garbage" })).await;
    assert_eq!(verify.problem(), is(422, "invalid_link"));
}

#[tokio::test]
async fn a_password_changes_with_the_one_before_it() {
    let mut browser = House::new().browser();
    let email = browser.signs_up().await.json()["email"].clone();
    let new = "another quiet lantern";
    let change = |current: &str| json!({ "current": current, "new": new });
    let wrong = browser.post("me/password", &change("not this lantern")).await;
    assert_eq!(wrong.problem(), is(422, "wrong_password"), "who is signed in stays so");
    assert_eq!(browser.post("me/password", &change(PASSWORD)).await.status, 204);
    let old = browser.post("auth/sign-in", &json!({ "email": email, "password": PASSWORD })).await;
    assert_eq!(old.problem(), is(401, "invalid_credentials"));
    assert_eq!(browser.post("auth/sign-in", &json!({ "email": email, "password": new })).await.status, 200);
}

#[tokio::test]
async fn another_site_begins_nothing_here() {
    let evil = House::new().browser().with("origin", "https://evil.example");
    for path in ["password/forgot", "password/reset", "verify", "code", "code/verify", "mfa/verify"] {
        let answer = evil.post(&format!("auth/{path}"), &json!({})).await;
        assert_eq!(answer.problem(), is(403, "csrf"), "{path}");
    }
}

#[tokio::test]
async fn guesses_of_one_address_are_counted_with_its_sign_ins() {
    let script = House::with(gateway::Config { limits: crate::house::limits(3), ..Default::default() }).browser();
    for _ in 0..3 {
        script.post("auth/password/forgot", &json!({ "email": address() })).await;
    }
    for path in ["auth/code", "auth/mfa/verify", "auth/sign-in"] {
        assert_eq!(script.post(path, &json!({})).await.problem(), is(429, "too_many_requests"), "{path}");
    }
}

#[tokio::test]
async fn a_provider_that_nobody_knows_leads_nowhere_and_a_way_back_without_a_way_out_to_the_sign_in_page() {
    let browser = House::new().browser();
    assert_eq!(browser.get("auth/login/nobody").await.problem(), is(404, "not_found"));
    let back = browser.get("auth/callback/nobody?code=x&state=y&iss=z&session_state=w").await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/login?problem=provider_refused"));
    let known = browser.get("auth/providers").await.json();
    let ids: Vec<_> = known["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["password", "code"]);
}
