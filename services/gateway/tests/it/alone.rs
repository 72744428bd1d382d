//! A gateway whose neighbours cannot be reached says so, and is never open.

use std::sync::Arc;
use std::time::Duration;

use auth::Revocations;
use axum::Router;
use gateway::{Assets, Config, Parts, Serves};
use projections::Progress;
use rpc::identity::{Clock, Learning, Verifier};
use serde_json::json;

use crate::browser::{Browser, is};

/// Nothing listens on port 1.
fn alone() -> Router {
    let nowhere = || rpc::connect("http://127.0.0.1:1", Duration::from_secs(1)).unwrap();
    let limits = runtime::postgres::Limits { connections: 1, wait: Duration::from_millis(200) };
    let parts = Parts {
        serves: Serves::Everything,
        command: rpc::Command::remote(nowhere()),
        auth: rpc::Auth::remote(nowhere()),
        edge: None,
        read_pool: runtime::postgres::pool("postgres://nobody@127.0.0.1:1/none", "gateway", limits).unwrap(),
        progress: Progress::default(),
        models: Arc::new(Vec::new),
        access_log: None,
        tls: None,
        redis: None,
        revocations: Revocations::remote(),
        verifier: Verifier::new(Learning::default(), Clock::default()),
        assets: Assets::none(),
    };
    gateway::router(Config::default(), parts).unwrap()
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_opens_nothing() {
    let somebody = Browser::new(alone()).shows("atl_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for path in ["me", "projects", "models"] {
        let answer = somebody.get(path).await;
        assert_eq!(answer.problem(), is(503, "unavailable"));
        assert!(!answer.header("retry-after").is_empty());
        assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
    }
}

#[tokio::test]
async fn signing_in_says_that_it_cannot_be_done_now() {
    let form = json!({ "email": "a@b.c", "password": "a quiet green lantern" });
    assert_eq!(Browser::new(alone()).post("auth/sign-in", &form).await.problem(), is(503, "unavailable"));
}

#[tokio::test]
async fn what_needs_nobody_still_works() {
    let nobody = Browser::new(alone());
    assert_eq!(nobody.get("auth/providers").await.status, 200);
    assert_eq!(nobody.get("openapi.json").await.status, 200);
    assert_eq!(nobody.get("me").await.problem(), is(401, "unauthenticated"));
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let nobody = Browser::new(alone());
    for path in ["me", "auth/providers", "nothing", "docs/", "/nowhere"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
    }
    let api = nobody.get("auth/providers").await;
    assert!(api.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(api.header("cache-control"), "no-store");
    assert_eq!(api.header("strict-transport-security"), "");
}

#[tokio::test]
async fn a_public_url_in_the_clear_is_refused_with_the_fix() {
    let config = Config { public_url: Some("http://atelier.example.com".parse().unwrap()), ..Config::default() };
    let (_, parts) = crate::house::House::new().into_parts();
    let error = gateway::router(config, parts).unwrap_err().to_string();
    assert!(error.contains("https") && error.contains("ATELIER_GATEWAY_PUBLIC_URL"), "{error}");
}

#[tokio::test]
async fn other_origins_are_told_nothing_unless_they_are_listed() {
    let asks = |app: Router, origin: &'static str| async move {
        let browser = Browser::new(app).with("origin", origin).with("access-control-request-method", "GET");
        let answer = browser.send(http::Method::OPTIONS, "me", None, axum::body::Body::empty()).await;
        (
            answer.header("access-control-allow-origin").to_owned(),
            answer.header("access-control-allow-credentials").to_owned(),
        )
    };
    let listed = || {
        let config = Config { cors_origins: vec!["https://app.example".into()], ..Config::default() };
        crate::house::House::with(config).app()
    };
    assert_eq!(asks(listed(), "https://app.example").await, ("https://app.example".into(), String::new()));
    assert_eq!(asks(listed(), "https://evil.example").await.0, "");
    assert_eq!(asks(listed(), "null").await.0, "");
    assert_eq!(asks(alone(), "https://app.example").await.0, "");
}
