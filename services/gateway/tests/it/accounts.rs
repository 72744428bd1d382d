use http::header::SET_COOKIE;
use serde_json::json;

use crate::browser::{Browser, PASSWORD, is};
use crate::house::{House, address, somebody};

/// A route that needs somebody and no read model.
const ANYTHING: &str = "models";

#[tokio::test]
async fn a_browser_signs_up_refreshes_and_signs_out_without_ever_seeing_a_token() {
    let mut browser = House::new().browser();
    let user = browser.signs_up().await;
    assert_eq!(user.status, 201);
    assert_eq!(user.json()["name"], "Alice");
    assert!(user.json()["id"].as_str().unwrap().starts_with("usr_"));
    assert!(!user.text.contains("atl_"), "{}", user.text);
    assert_eq!(browser.get(ANYTHING).await.status, 200);

    let before = browser.cookie("atelier_refresh").to_owned();
    let refreshed = browser.post_nothing("auth/refresh").await;
    assert_eq!(browser.remembers(refreshed).status, 204);
    assert_ne!(browser.cookie("atelier_refresh"), before);
    assert_eq!(browser.get(ANYTHING).await.status, 200);

    let afterwards = browser.clone();
    let left = browser.post_nothing("auth/sign-out").await;
    assert_eq!(browser.remembers(left).status, 204);
    assert_eq!(browser.cookie("atelier_access"), "");
    assert_eq!(afterwards.get(ANYTHING).await.problem(), is(401, "unauthenticated"));
    assert_eq!(afterwards.post_nothing("auth/refresh").await.problem(), is(401, "unauthenticated"));
}

#[tokio::test]
async fn a_script_gets_tokens_in_the_body_and_no_cookies() {
    let script = House::new().browser();
    let form = json!({ "email": address(), "password": PASSWORD, "name": "Script", "transport": "token" });
    let signed_up = script.post("auth/sign-up", &form).await;
    assert!(signed_up.headers.get(SET_COOKIE).is_none());
    let tokens = signed_up.json();
    assert_eq!((tokens["token_type"].as_str(), tokens["expires_in"].as_u64()), (Some("Bearer"), Some(900)));

    let first = tokens["access_token"].as_str().unwrap();
    assert_eq!(script.shows(first).get(ANYTHING).await.status, 200);
    let refreshed = script.post("auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await;
    let second = refreshed.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(script.shows(&second).get(ANYTHING).await.status, 200);

    assert_eq!(script.post("auth/revoke", &json!({ "token": second })).await.status, 204);
    for token in [first, &second] {
        assert_eq!(script.shows(token).get(ANYTHING).await.problem(), is(401, "unauthenticated"));
    }
}

#[tokio::test]
async fn one_address_is_one_account_and_a_wrong_password_is_no_news() {
    let script = House::new().browser();
    let email = address();
    let form = json!({ "email": email, "password": PASSWORD, "name": "Alice" });
    assert_eq!(script.post("auth/sign-up", &form).await.status, 201);
    assert_eq!(script.post("auth/sign-up", &form).await.problem(), is(409, "email_taken"));

    let signed_in = script.post("auth/sign-in", &json!({ "email": email, "password": PASSWORD })).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.json()["email"].as_str()), (200, Some(email.as_str())));
    let wrong = script.post("auth/sign-in", &json!({ "email": email, "password": "not this lantern" })).await;
    let unknown = script.post("auth/sign-in", &json!({ "email": address(), "password": "not this lantern" })).await;
    assert_eq!(wrong.problem(), is(401, "invalid_credentials"));
    assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_named() {
    let script = House::new().browser();
    let form = |email: &str, password: &str| json!({ "email": email, "password": password, "name": "Alice" });
    let short = script.post("auth/sign-up", &form(&address(), "short")).await;
    assert_eq!(short.problem(), is(422, "password_too_short"));
    assert_eq!(short.json()["errors"][0]["field"], "password");
    assert_eq!(script.post("auth/sign-up", &form("nobody", PASSWORD)).await.problem(), is(422, "invalid_email"));
    let mut privileged = form(&address(), PASSWORD);
    privileged["role"] = json!("admin");
    let refused = script.post("auth/sign-up", &privileged).await;
    assert_eq!(refused.problem(), is(422, "unknown_field"));
    assert_eq!(refused.json()["errors"][0]["field"], "role");
}

#[tokio::test]
async fn a_cookie_write_needs_our_origin_and_the_token_that_only_we_can_read() {
    let mut browser = House::new().browser();
    browser.signs_up().await;
    let form = json!({ "name": "A project" });
    assert_eq!(browser.post("projects", &form).await.status, 201);
    let forgeries = [
        browser.with("x-csrf-token", "guessed"),
        browser.with("x-csrf-token", ""),
        browser.with("origin", "https://evil.example"),
        browser.with("origin", "null"),
        browser.with("sec-fetch-site", "cross-site"),
        browser.without_cookie("csrf"),
    ];
    for forgery in forgeries {
        assert_eq!(forgery.post("projects", &form).await.problem(), is(403, "csrf"));
    }
    let elsewhere = Browser::new(House::new().app()).with("origin", "https://evil.example");
    let sign_in = json!({ "email": "a@b.c", "password": PASSWORD });
    assert_eq!(elsewhere.post("auth/sign-in", &sign_in).await.problem(), is(403, "csrf"));
}

#[tokio::test]
async fn a_bearer_token_needs_no_anti_csrf_token_and_wins_over_the_cookie() {
    let alice = somebody(House::new()).await;
    assert_eq!(alice.post("projects", &json!({ "name": "A project" })).await.status, 201);
    let mut browser = House::new().browser();
    browser.signs_up().await;
    assert_eq!(browser.shows("atl_a_forged").get(ANYTHING).await.problem(), is(401, "unauthenticated"));
}

#[tokio::test]
async fn whoever_shows_nothing_or_garbage_is_nobody() {
    let nobody = House::new().browser();
    let refresh_token = {
        let form = json!({ "email": address(), "password": PASSWORD, "name": "A", "transport": "token" });
        nobody.post("auth/sign-up", &form).await.json()["refresh_token"].as_str().unwrap().to_owned()
    };
    assert_eq!(nobody.get("me").await.problem(), is(401, "unauthenticated"));
    for token in ["", "garbage", "atl_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", refresh_token.as_str()] {
        assert_eq!(nobody.shows(token).get("me").await.problem(), is(401, "unauthenticated"));
    }
    let basic = nobody.with("authorization", "Basic YWxhZGRpbg==");
    assert_eq!(basic.get("me").await.problem(), is(401, "unauthenticated"));
    assert_eq!(nobody.get("auth/providers").await.json()["items"][0]["id"], "password");
}
