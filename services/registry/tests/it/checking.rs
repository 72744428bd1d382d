//! Could this be the next version?

use serde_json::json;

use crate::{changed, served};

const PATH: &str = "compatibility/subjects/atelier.session.GenerationFailed/versions";

#[tokio::test]
async fn the_schema_itself_and_a_nullable_field_are_compatible() {
    let registry = served().await;
    let note = json!({"name": "note", "type": ["null", "string"], "default": null});
    for schema in [changed("GenerationFailed", |_| {}), changed("GenerationFailed", |fields| fields.push(note))] {
        for path in [format!("{PATH}/latest"), format!("{PATH}/1"), PATH.to_owned()] {
            let answer = registry.post(&path, schema.clone()).await.is(200);
            assert_eq!(answer, json!({ "is_compatible": true }));
        }
    }
}

#[tokio::test]
async fn the_field_and_the_reason_are_named() {
    let registry = served().await;
    let why = json!({"name": "why", "type": "string"});
    let schema = changed("GenerationFailed", |fields| {
        fields.push(why);
        fields[3]["type"] = "string".into();
    });
    let answer = registry.post(&format!("{PATH}/latest?verbose=true"), schema.clone()).await.is(200);
    assert_eq!(answer["is_compatible"], false);
    assert_eq!(
        answer["messages"],
        json!([
            "cannot read version 1: field attempt: was int and would be read as string",
            "cannot read version 1: field why: is new and has no default, so older records cannot be read",
        ])
    );
    assert_eq!(registry.post(PATH, schema).await.is(200), json!({ "is_compatible": false }));
}

#[tokio::test]
async fn a_question_about_nothing_is_refused() {
    let registry = served().await;
    let schema = changed("GenerationFailed", |_| {});
    let path = "compatibility/subjects/atelier.session.Nothing/versions/latest";
    registry.post(path, schema.clone()).await.is_refused(404, 40_401, "Nothing");
    registry.post(&format!("{PATH}/7"), schema).await.is_refused(404, 40_402, "Version 7");
    registry.post(&format!("{PATH}/1"), json!({ "schema": "{}" })).await.is_refused(422, 42_201, "no `type`");
}
