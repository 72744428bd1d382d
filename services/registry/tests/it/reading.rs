//! What a consumer asks before it decodes.

use serde_json::{Value, json};

use crate::served;

const SUBJECT: &str = "atelier.session.GenerationCompleted";

#[tokio::test]
async fn every_schema_is_found_by_the_id_in_its_records() {
    let registry = served().await;
    for contract in events::all() {
        let found = registry.get(&format!("schemas/ids/{}", contract.id)).await.is(200);
        assert_eq!(found, json!({ "schema": contract.json }));
    }
}

#[tokio::test]
async fn every_subject_is_listed_with_its_versions() {
    let registry = served().await;
    let subjects = registry.get("subjects").await.is(200);
    assert_eq!(subjects.as_array().unwrap().len(), events::all().count());
    for subject in subjects.as_array().unwrap() {
        let subject = subject.as_str().unwrap();
        assert_eq!(registry.get(&format!("subjects/{subject}/versions")).await.is(200), json!([1]));
    }
    let some = registry.get("subjects?subjectPrefix=atelier.user.").await.is(200);
    let of = |name: &str| json!(format!("atelier.user.{name}"));
    for name in ["ProfileChanged", "SignedIn", "UserErased", "UserRegistered"] {
        assert!(some.as_array().unwrap().contains(&of(name)), "{name} in {some}");
    }
}

#[tokio::test]
async fn a_version_is_found_by_number_and_as_the_latest() {
    let registry = served().await;
    let contract = events::latest("GenerationCompleted").unwrap();
    for version in ["1", "latest", "-1"] {
        let found = registry.get(&format!("subjects/{SUBJECT}/versions/{version}")).await.is(200);
        assert_eq!(found["id"], contract.id);
        assert_eq!((&found["subject"], &found["version"]), (&json!(SUBJECT), &json!(1)));
        assert_eq!(found["schema"], contract.json.as_str());
    }
    let text = registry.get(&format!("subjects/{SUBJECT}/versions/1/schema")).await.is(200);
    assert_eq!(text["name"], "GenerationCompleted");
}

#[tokio::test]
async fn an_id_knows_its_subject() {
    let registry = served().await;
    let contract = events::latest("GenerationCompleted").unwrap();
    let path = |what: &str| format!("schemas/ids/{}/{what}", contract.id);
    assert_eq!(registry.get(&path("subjects")).await.is(200), json!([SUBJECT]));
    assert_eq!(registry.get(&path("versions")).await.is(200), json!([{ "subject": SUBJECT, "version": 1 }]));
    assert_eq!(registry.get(&path("schema")).await.is(200)["name"], "GenerationCompleted");
}

#[tokio::test]
async fn the_registry_says_what_it_promises() {
    let registry = served().await;
    assert_eq!(registry.get("schemas/types").await.is(200), json!(["AVRO"]));
    let level = json!({ "compatibilityLevel": "BACKWARD_TRANSITIVE" });
    assert_eq!(registry.get("config").await.is(200), level);
    assert_eq!(registry.get(&format!("config/{SUBJECT}")).await.is(200), level);
    assert_eq!(registry.get("mode").await.is(200), json!({ "mode": "READONLY" }));
    let all = registry.get("schemas").await.is(200);
    assert_eq!(all.as_array().unwrap().len(), events::all().count());
}

#[tokio::test]
async fn a_posted_schema_is_recognised_whatever_its_layout() {
    let registry = served().await;
    let contract = events::latest("GenerationCompleted").unwrap();
    let schema: Value = serde_json::from_str(&contract.json).unwrap();
    for text in [contract.json.clone(), format!("{schema:#}")] {
        let found = registry.post(&format!("subjects/{SUBJECT}"), json!({ "schema": text })).await.is(200);
        assert_eq!((&found["id"], &found["version"]), (&json!(contract.id), &json!(1)));
        // A serializer with auto.register.schemas asks so; what is there has its id.
        let registered = registry.post(&format!("subjects/{SUBJECT}/versions"), json!({ "schema": text })).await;
        assert_eq!(registered.is(200), json!({ "id": contract.id }));
    }
}
