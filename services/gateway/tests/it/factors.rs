//! The second factor and the devices, as a browser sees them.

use std::time::{SystemTime, UNIX_EPOCH};

use http::Method;
use http::header::SET_COOKIE;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::browser::{Answer, Browser, PASSWORD, is};
use crate::house::House;

/// What an authenticator app shows, some steps from now.
fn code(secret: &Value, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
    let app = Builder::new().with_secret(secret).with_account_name("a").with_issuer(Some("b")).build().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    app.generate((now + 30 * steps) as u64).to_string()
}

async fn delete(browser: &Browser, path: &str, body: &Value) -> Answer {
    browser.send(Method::DELETE, path, Some("application/json"), body.to_string().into()).await
}

#[tokio::test]
async fn a_browser_gets_cookies_only_after_its_second_factor() {
    let mut browser = House::new().browser();
    let user = browser.signs_up().await.json();
    let wrong = browser.post("auth/mfa/enroll", &json!({ "password": "not this one" })).await;
    assert_eq!(wrong.problem(), is(422, "wrong_password"), "who is signed in stays so");
    let enrolment = browser.post_nothing("auth/mfa/enroll").await.json();
    assert!(enrolment["qr_svg"].as_str().unwrap().starts_with("<svg "));
    let confirm = |code: String| json!({ "code": code });
    let wrong = browser.post("auth/mfa/confirm", &confirm("000000".into())).await;
    assert_eq!((wrong.problem(), wrong.json()["errors"][0]["field"].as_str()), (is(422, "invalid_code"), Some("code")));
    let confirmed = browser.post("auth/mfa/confirm", &confirm(code(&enrolment["secret"], -1))).await.json();
    assert_eq!(confirmed["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(browser.get("me/security").await.json()["totp"], true);

    let mut other = Browser::clone(&browser).without_cookie("atelier_access").without_cookie("atelier_refresh");
    let form = json!({ "email": user["email"], "password": PASSWORD });
    let asked = other.post("auth/sign-in", &form).await;
    assert_eq!(asked.status, 200);
    assert!(asked.headers.get(SET_COOKIE).is_none(), "one factor is no session");
    let asked = asked.json();
    assert_eq!((&asked["mfa_required"], asked["expires_in"].as_u64()), (&json!(true), Some(600)));
    let verify = |code: String| json!({ "ticket": asked["ticket"], "code": code });
    assert_eq!(other.post("auth/mfa/verify", &verify("000000".into())).await.problem(), is(422, "invalid_code"));
    let verified = other.post("auth/mfa/verify", &verify(code(&enrolment["secret"], 0))).await;
    assert_eq!(other.remembers(verified).json()["id"], user["id"]);
    assert_eq!(other.get("models").await.status, 200);
    let again = other.post("auth/mfa/verify", &verify(code(&enrolment["secret"], 1))).await;
    assert_eq!(again.problem(), is(401, "ticket_over"));

    let recovery = json!({ "code": confirmed["recovery_codes"][0] });
    assert_eq!(delete(&other, "me/mfa", &recovery).await.status, 204);
    assert_eq!(browser.get("me/security").await.json()["totp"], false);
}

#[tokio::test]
async fn a_device_ends_another_by_its_id_and_all_others_at_once() {
    let mut phone = House::new().browser();
    let user = phone.signs_up().await.json();
    let mut desk = phone.clone();
    let form = json!({ "email": user["email"], "password": PASSWORD });
    let signed_in = desk.post("auth/sign-in", &form).await;
    desk.remembers(signed_in);
    let devices = phone.get("me/devices").await.json()["items"].as_array().unwrap().clone();
    assert_eq!(devices.len(), 2);
    let other = devices.iter().find(|device| device["current"] == false).unwrap();
    let path = format!("me/devices/{}", other["id"].as_str().unwrap());
    assert_eq!(phone.delete(&path).await.status, 204);
    assert_eq!(desk.post_nothing("auth/refresh").await.problem(), is(401, "unauthenticated"));
    assert_eq!(phone.delete(&path).await.problem(), is(404, "not_found"));
    assert_eq!(phone.get("me/devices").await.json()["items"].as_array().unwrap().len(), 1);

    let signed_in = desk.post("auth/sign-in", &form).await;
    desk.remembers(signed_in);
    let ended = phone.post("me/devices/sign-out-everywhere", &json!({ "keep_this": true })).await;
    assert_eq!(ended.json()["ended"], 1);
    assert_eq!(desk.post_nothing("auth/refresh").await.problem(), is(401, "unauthenticated"));
    assert_eq!(phone.post_nothing("auth/refresh").await.status, 204);
}
