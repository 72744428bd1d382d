//! What is refused, with Confluent's codes and words that help.

use reqwest::Method;
use serde_json::json;

use crate::{changed, served};

const SUBJECT: &str = "atelier.session.SessionDeleted";

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let registry = served().await;
    registry.get("subjects/atelier.session.Nothing/versions").await.is_refused(404, 40_401, "atelier.session.Nothing");
    registry.get(&format!("subjects/{SUBJECT}/versions/2")).await.is_refused(404, 40_402, "the newest is 1");
    registry.get("nowhere").await.is_refused(404, 404, "/nowhere");
    registry.get("config/atelier.session.Nothing").await.is_refused(404, 40_401, "not found");
}

#[tokio::test]
async fn an_id_of_a_future_version_says_what_to_do() {
    let registry = served().await;
    registry.get("schemas/ids/4000000").await.is_refused(404, 40_403, "written by a newer Atelier");
    registry.get("schemas/ids/0").await.is_refused(404, 40_403, "not found");
    registry.get("schemas/ids/-1").await.is_refused(404, 40_403, "not found");
}

#[tokio::test]
async fn a_version_that_is_none_is_refused() {
    let registry = served().await;
    for version in ["0", "newest", "-2", "99999999999999999999"] {
        let path = format!("subjects/{SUBJECT}/versions/{version}");
        registry.get(&path).await.is_refused(422, 42_202, "is no version");
    }
}

#[tokio::test]
async fn nothing_is_registered_and_nothing_is_changed() {
    let registry = served().await;
    let why = json!({"name": "why", "type": ["null", "string"], "default": null});
    let new = changed("SessionDeleted", |fields| fields.push(why));
    let versions = format!("subjects/{SUBJECT}/versions");
    registry.post(&versions, new.clone()).await.is_refused(422, 42_205, "read-only mode");
    registry.post("subjects/mine/versions", new.clone()).await.is_refused(422, 42_205, "ids.lock");
    registry.post(&format!("subjects/{SUBJECT}"), new).await.is_refused(404, 40_403, SUBJECT);

    let level = Some(json!({ "compatibility": "NONE" }).to_string());
    registry.ask(Method::PUT, "config", level).await.is_refused(405, 405, "read-only");
    registry.ask(Method::DELETE, &format!("subjects/{SUBJECT}"), None).await.is_refused(405, 405, "DELETE");
    assert_eq!(registry.get(&versions).await.is(200), json!([1]), "all is as before");
}

#[tokio::test]
async fn a_body_that_is_no_schema_is_refused() {
    let registry = served().await;
    let path = format!("subjects/{SUBJECT}");
    let post = async |text: &str| registry.ask(Method::POST, &path, Some(text.to_owned())).await;
    post("").await.is_refused(422, 42_201, "the body must be");
    post("{}").await.is_refused(422, 42_201, "schema");
    post("[[[[[").await.is_refused(422, 42_201, "the body must be");
    post(r#"{"schema": "{"}"#).await.is_refused(422, 42_201, "Invalid schema");
    post(r#"{"schema": "\"atelier.Nowhere\""}"#).await.is_refused(422, 42_201, "used and not defined");
    post(r#"{"schema": "x", "schemaType": "PROTOBUF"}"#).await.is_refused(422, 42_201, "only AVRO");
    post(r#"{"schema": "\"string\"", "references": [{"name": "a"}]}"#).await.is_refused(422, 42_201, "references");
    let deep = json!({ "schema": "[".repeat(5_000) }).to_string();
    post(&deep).await.is_refused(422, 42_201, "recursion");
    let large = json!({ "schema": "x".repeat(100_000) }).to_string();
    post(&large).await.is_refused(413, 413, "max_body_bytes");
}
