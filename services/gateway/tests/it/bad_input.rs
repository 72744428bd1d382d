use axum::body::Body;
use http::Method;
use serde_json::json;

use crate::browser::{Browser, is};
use crate::house::{House, somebody};

const SESSION: &str = "ses_0199d3a0-0000-7000-8000-000000000000";

async fn posts(alice: &Browser, kind: Option<&str>, body: impl Into<Body>) -> (u16, String) {
    let path = format!("sessions/{SESSION}/messages");
    alice.send(Method::POST, &path, kind, body.into()).await.problem()
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be() {
    let alice = somebody(House::new()).await;
    let json = Some("application/json");
    assert_eq!(posts(&alice, json, "{\"content\":").await, is(400, "malformed_json"));
    assert_eq!(posts(&alice, json, b"{\"content\":\"\xff\xfe\"}".to_vec()).await, is(400, "not_utf8"));
    assert_eq!(posts(&alice, json, "").await, is(400, "malformed_json"));
    assert_eq!(posts(&alice, json, "[]").await, is(422, "invalid_type"));
    assert_eq!(posts(&alice, json, "{}").await, is(422, "required"));
    assert_eq!(posts(&alice, json, r#"{"content":"x","tenant_id":"y"}"#).await, is(422, "unknown_field"));
    assert_eq!(posts(&alice, json, r#"{"content":5}"#).await, is(422, "invalid_type"));
    assert_eq!(posts(&alice, Some("text/plain"), r#"{"content":"x"}"#).await, is(415, "unsupported_media_type"));
    assert_eq!(posts(&alice, None, r#"{"content":"x"}"#).await, is(415, "unsupported_media_type"));
    let huge = json!({ "content": "x".repeat(1 << 20) }).to_string();
    assert_eq!(posts(&alice, json, huge).await, is(413, "body_too_large"));
}

#[tokio::test]
async fn a_prompt_that_is_none() {
    let alice = somebody(House::new()).await;
    let project = alice.post("projects", &json!({ "name": "Shop" })).await.json()["id"].as_str().unwrap().to_owned();
    let session = alice.post_nothing(&format!("projects/{project}/sessions")).await;
    let path = format!("sessions/{}/messages", session.json()["id"].as_str().unwrap());
    for empty in ["", "  \n\t "] {
        let refused = alice.post(&path, &json!({ "content": empty })).await;
        assert_eq!(refused.problem(), is(422, "empty_prompt"));
        assert_eq!(refused.json()["errors"][0]["field"], "content");
    }
    let long = json!({ "content": "é".repeat(32_001) });
    assert_eq!(alice.post(&path, &long).await.problem(), is(422, "too_long"));
    let other = json!({ "content": "x", "model": "gpt-99" });
    assert_eq!(alice.post(&path, &other).await.problem(), is(422, "unknown_model"));
    let attached = json!({ "content": "x", "attachments": [{ "name": "a.png" }] });
    assert_eq!(alice.post(&path, &attached).await.problem(), is(422, "unsupported"));
    let ahead = json!({ "content": "x", "base_version": 3 });
    assert_eq!(alice.post(&path, &ahead).await.problem(), is(409, "version_conflict"));
}

#[tokio::test]
async fn ids_queries_and_headers_that_are_none() {
    let alice = somebody(House::new()).await;
    for path in ["projects/1", "projects/ses_1", "sessions/..%2f", "sessions/%00/messages", "sessions/x/versions/one"] {
        assert_eq!(alice.get(path).await.problem(), is(404, "not_found"), "{path}");
    }
    let queries = ["limit=0", "limit=101", "limit=x", "limit=1&unknown=1"];
    for query in queries {
        assert_eq!(alice.get(&format!("projects?{query}")).await.problem(), is(400, "invalid_query"), "{query}");
    }
    assert_eq!(alice.get("projects?cursor=%25").await.problem(), is(400, "invalid_cursor"));
    assert_eq!(alice.get("projects?after=x").await.problem(), is(400, "invalid_after"));
    let name = json!({ "name": "x" });
    let keyed = alice.with("idempotency-key", "with space");
    assert_eq!(keyed.post("projects", &name).await.problem(), is(400, "invalid_idempotency_key"));
    let matched = alice.with("if-match", "yesterday");
    assert_eq!(matched.post("projects", &name).await.problem(), is(400, "invalid_if_match"));
}

#[tokio::test]
async fn paths_and_methods_that_are_none() {
    let alice = somebody(House::new()).await;
    for path in ["nothing", "billing", "invoices", "projects/x/y/z", "/api/v2/me", "/api/"] {
        assert_eq!(alice.get(path).await.problem(), is(404, "not_found"), "{path}");
    }
    let wrong = alice.delete("projects").await;
    assert_eq!(wrong.problem(), is(405, "method_not_allowed"));
    assert!(wrong.header("allow").contains("GET") && wrong.header("allow").contains("POST"));
}

#[tokio::test]
async fn a_caller_s_request_id_is_kept_and_a_forged_log_line_is_not() {
    let nobody = House::new().browser();
    assert_eq!(
        nobody.with("x-request-id", "from-the-proxy-1").get("me").await.header("x-request-id"),
        "from-the-proxy-1"
    );
    let made = nobody.with("x-request-id", "a b {}").get("me").await;
    assert!(made.header("x-request-id").starts_with("req_"));
}
