//! Our schemas in somebody else's registry: a played one that keeps Confluent's rules for modes and ids.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use registry::Pushed;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

use crate::served;

#[derive(Default)]
struct Theirs {
    /// Subject to (id, schema).
    schemas: BTreeMap<String, (u64, String)>,
    modes: BTreeMap<String, String>,
    levels: BTreeMap<String, String>,
    /// Whether modes may be changed (`mode.mutability`).
    mutable: bool,
}

type Shared = Arc<Mutex<Theirs>>;
type Reply = (StatusCode, Json<Value>);

fn refused(status: StatusCode, code: u32, message: &str) -> Reply {
    (status, Json(json!({ "error_code": code, "message": message })))
}

async fn lookup(State(theirs): State<Shared>, Path(subject): Path<String>, Json(body): Json<Value>) -> Reply {
    match theirs.lock().unwrap().schemas.get(&subject) {
        Some((id, schema)) if body["schema"] == schema.as_str() => {
            (StatusCode::OK, Json(json!({ "id": id, "version": 1 })))
        }
        Some(_) => refused(StatusCode::NOT_FOUND, 40_403, "Schema not found"),
        None => refused(StatusCode::NOT_FOUND, 40_401, "Subject not found"),
    }
}

async fn register(State(theirs): State<Shared>, Path(subject): Path<String>, Json(body): Json<Value>) -> Reply {
    let mut theirs = theirs.lock().unwrap();
    if theirs.modes.get(&subject).map(String::as_str) != Some("IMPORT") {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, 42_205, "Subject is not in import mode");
    }
    let id = body["id"].as_u64().unwrap();
    theirs.schemas.insert(subject, (id, body["schema"].as_str().unwrap().to_owned()));
    (StatusCode::OK, Json(json!({ "id": id })))
}

async fn mode(State(theirs): State<Shared>, Path(subject): Path<String>, Json(body): Json<Value>) -> Reply {
    let mut theirs = theirs.lock().unwrap();
    if !theirs.mutable {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, 42_205, "Mode changes are not allowed");
    }
    theirs.modes.insert(subject, body["mode"].as_str().unwrap().to_owned());
    (StatusCode::OK, Json(body))
}

async fn level(State(theirs): State<Shared>, Path(subject): Path<String>, Json(body): Json<Value>) -> Reply {
    theirs.lock().unwrap().levels.insert(subject, body["compatibility"].as_str().unwrap().to_owned());
    (StatusCode::OK, Json(body))
}

async fn played(mutable: bool) -> (Url, Shared, JoinSet<()>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let theirs = Arc::new(Mutex::new(Theirs { mutable, ..Theirs::default() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/registry/", listener.local_addr().unwrap()).parse().unwrap();
    let api = Router::new()
        .route("/subjects", get(|| async { Json(json!([])) }))
        .route("/subjects/{subject}", post(lookup))
        .route("/subjects/{subject}/versions", post(register))
        .route("/mode/{subject}", put(mode))
        .route("/config/{subject}", put(level))
        .with_state(theirs.clone());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, Router::new().nest("/registry", api)).await.unwrap() });
    (url, theirs, serving)
}

async fn push(url: &Url) -> anyhow::Result<Vec<Pushed>> {
    let contracts: Vec<_> = events::all().collect();
    let mut told = Vec::new();
    registry::push(url, &contracts, |_, pushed| told.push(pushed)).await.map(|()| told)
}

#[tokio::test]
async fn every_schema_arrives_under_the_id_that_records_carry() {
    let (url, theirs, _serving) = played(true).await;
    assert_eq!(push(&url).await.unwrap(), vec![Pushed::Registered; events::all().count()]);
    let theirs = theirs.lock().unwrap();
    for contract in events::all() {
        assert_eq!(theirs.schemas[contract.subject], (u64::from(contract.id), contract.json.clone()));
        assert_eq!(theirs.modes[contract.subject], "READWRITE", "it takes ordinary registrations again");
        assert_eq!(theirs.levels[contract.subject], "BACKWARD_TRANSITIVE");
    }
}

#[tokio::test]
async fn pushing_again_changes_nothing() {
    let (url, _theirs, _serving) = played(true).await;
    push(&url).await.unwrap();
    assert_eq!(push(&url).await.unwrap(), vec![Pushed::WasThere; events::all().count()]);

    let ours = served().await;
    assert_eq!(push(&ours.url).await.unwrap(), vec![Pushed::WasThere; events::all().count()], "ours has them all");
}

#[tokio::test]
async fn an_id_that_is_taken_otherwise_stops_it() {
    let (url, theirs, _serving) = played(true).await;
    let first = events::all().next().unwrap();
    theirs.lock().unwrap().schemas.insert(first.subject.to_owned(), (77, first.json.clone()));
    let error = format!("{:#}", push(&url).await.unwrap_err());
    assert!(error.contains("under id 77, but records carry 1"), "{error}");
    assert_eq!(theirs.lock().unwrap().schemas.len(), 1, "nothing else was touched");
}

#[tokio::test]
async fn a_registry_that_gives_its_own_ids_is_told_apart() {
    let (url, _theirs, _serving) = played(false).await;
    let error = format!("{:#}", push(&url).await.unwrap_err());
    assert!(error.contains("mode.mutability=true") && error.contains("Mode changes are not allowed"), "{error}");
}

#[tokio::test]
async fn a_registry_that_is_down_is_named_without_its_password() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://user:hunter2@{address}").parse().unwrap();
    let error = format!("{:#}", push(&url).await.unwrap_err());
    assert!(error.contains(&format!("no schema registry answers at {address}")), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}
