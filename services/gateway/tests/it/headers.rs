//! What every answer says about itself, on every route there is.

use axum::body::Body;
use gateway::Config;
use http::Method;

use crate::browser::{Answer, Browser};
use crate::contract::{Operation, document, operations};
use crate::house::{House, somebody};

fn is_guarded(what: &str, answer: &Answer) {
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ];
    for (name, value) in fixed {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'unsafe-inline'"), "{what}: {policy}");
    let kept = answer.header("cache-control");
    assert!(["no-store", "private, no-cache"].contains(&kept), "{what}: {kept}");
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert_eq!(answer.header(name), "", "{what}: {name}");
    }
}

fn https() -> House {
    House::with(Config { public_url: Some("https://atelier.example.com".parse().unwrap()), ..Config::default() })
}

async fn asks_everything(browser: &Browser, who: &str) -> usize {
    let document = document();
    let operations = operations(&document);
    for Operation { path, method, .. } in &operations {
        let kind = (*method != Method::GET).then_some("application/json");
        let body = if kind.is_some() { Body::from("{}") } else { Body::empty() };
        let answer = browser.send(method.clone(), path, kind, body).await;
        is_guarded(&format!("{who} {method} {path} {}", answer.status), &answer);
    }
    operations.len()
}

#[tokio::test]
async fn every_route_of_the_document_has_its_security_headers_for_everyone() {
    let nobody = https().browser();
    assert!(asks_everything(&nobody, "nobody").await > 25);
    let mut config = https().config;
    config.limits.exports_per_minute = std::num::NonZeroU32::MAX;
    let alice = somebody(House::with(config)).await;
    asks_everything(&alice, "alice").await;
    for path in ["nothing", "/api/v2/me", "openapi.json"] {
        is_guarded(path, &nobody.get(path).await);
    }
    let lost = nobody.send(Method::PUT, "me", None, Body::empty()).await;
    is_guarded("PUT me", &lost);
}

#[tokio::test]
async fn cors_is_an_exact_list_and_never_with_cookies() {
    let config = Config { cors_origins: vec!["https://app.example".into()], ..Config::default() };
    let app = House::with(config).browser();
    let asks = async |origin: &str, method: Method| {
        let browser = app.with("origin", origin).with("access-control-request-method", "POST");
        let answer = browser.send(method, "models", None, Body::empty()).await;
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{origin}");
        answer.header("access-control-allow-origin").to_owned()
    };
    for method in [Method::OPTIONS, Method::GET] {
        assert_eq!(asks("https://app.example", method.clone()).await, "https://app.example");
        for other in [
            "null",
            "*",
            "http://app.example",
            "https://app.example/",
            "https://app.example:443",
            "https://app.example:8443",
            "https://APP.example",
            "https://app.example.evil.test",
            "https://evil.test/https://app.example",
            "https://sub.app.example",
            "https://app.example, https://evil.test",
        ] {
            assert_eq!(asks(other, method.clone()).await, "", "{method} {other}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_compressed_for_who_can_read_it() {
    let nobody = House::new().browser();
    let plain = nobody.get("openapi.json").await;
    assert_eq!(plain.header("content-encoding"), "");
    let packed = nobody.with("accept-encoding", "gzip").get("openapi.json").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.text.len() < plain.text.len() / 2);
    assert!(packed.header("vary").contains("accept-encoding"));
}

#[tokio::test]
async fn a_read_that_is_known_already_is_not_sent_again() {
    let alice = somebody(House::new()).await;
    for path in ["models", "projects", "usage"] {
        let first = alice.get(path).await;
        let tag = first.header("etag").to_owned();
        assert!(first.status == 200 && tag.starts_with("W/"), "{path} {tag}");
        assert_eq!(first.header("cache-control"), "private, no-cache");
        assert!(first.header("vary").contains("authorization"));
        let again = alice.with("if-none-match", &tag).get(path).await;
        assert_eq!((again.status.as_u16(), again.text.as_str(), again.header("etag")), (304, "", tag.as_str()));
        assert!(!again.header("ratelimit-remaining").is_empty(), "it counts all the same");
        let other = alice.with("if-none-match", "\"another\"").get(path).await;
        assert_eq!((other.status.as_u16(), other.text == first.text), (200, true));
    }
    let nobody = House::new().browser().with("if-none-match", "*");
    assert_eq!(nobody.get("projects").await.status, 401, "a tag is no token");
    let me = alice.get("me").await;
    assert_eq!(me.header("cache-control"), "no-store");
}
