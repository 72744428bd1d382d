use std::collections::HashSet;

use futures::future::join_all;
use keys::{Error, Keys};
use serde_json::{Value, json};

use crate::{Desk, kek};

const CANARY: &str = "a canary sings";

fn event() -> Value {
    json!({ "session_id": "ses_1", "private": { "content": CANARY }, "private_files": [{ "path": CANARY }] })
}

#[tokio::test]
async fn what_was_sealed_opens_again_and_shows_nothing_meanwhile() {
    let desk = Desk::open().await;
    let mut payload = event();

    desk.sealer().await.seal(&mut payload, "ses_1").unwrap();

    assert!(!payload.to_string().contains("canary"));
    assert_eq!(payload["session_id"], "ses_1");
    assert_ne!(payload["key_id"], payload["files_key_id"]);
    assert!(payload.get("private").is_none() && payload.get("private_files").is_none());

    desk.elsewhere().open(&mut payload, "ses_1").await.unwrap();
    assert_eq!(payload, event());
}

#[tokio::test]
async fn an_event_without_a_private_part_stays_as_it_is_and_an_empty_part_stays_empty() {
    let desk = Desk::open().await;
    let (mut plain, mut empty) = (json!({ "n": 1 }), json!({ "private": null }));

    desk.sealer().await.seal(&mut plain, "x").unwrap();
    desk.sealer().await.seal(&mut empty, "x").unwrap();
    assert_eq!((&plain, &empty), (&json!({ "n": 1 }), &json!({ "sealed": null, "key_id": null })));

    desk.keys.open_many([(&mut plain, "x"), (&mut empty, "x")]).await.unwrap();
    assert_eq!((plain, empty), (json!({ "n": 1 }), json!({ "private": null })));
}

#[tokio::test]
async fn bytes_open_with_the_same_context_only() {
    let desk = Desk::open().await;
    let (key_id, sealed) = desk.sealer().await.seal_bytes(CANARY.as_bytes(), "ses_1").unwrap();

    let opened = desk.keys.open_bytes(&key_id, &sealed, "ses_1").await.unwrap();
    assert_eq!(opened.as_deref(), Some(CANARY.as_bytes()));
    let moved = desk.keys.open_bytes(&key_id, &sealed, "ses_2").await;
    assert!(matches!(moved, Err(Error::Altered(_))));
}

#[tokio::test]
async fn every_altered_byte_is_noticed() {
    let desk = Desk::open().await;
    let (key_id, sealed) = desk.sealer().await.seal_bytes(b"short", "x").unwrap();

    for place in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[place] ^= 1;
        assert!(matches!(desk.keys.open_bytes(&key_id, &altered, "x").await, Err(Error::Altered(_))), "byte {place}");
    }
}

#[tokio::test]
async fn a_nonce_is_never_used_twice() {
    let desk = Desk::open().await;
    let sealer = desk.sealer().await;

    let nonces: HashSet<_> = (0..20_000).map(|_| sealer.seal_bytes(b"same", "x").unwrap().1[..12].to_vec()).collect();

    assert_eq!(nonces.len(), 20_000);
}

#[tokio::test]
async fn what_one_owner_s_key_sealed_opens_under_no_other_owner_s_and_in_no_other_aggregate() {
    let desk = Desk::open().await;
    let (mut one, mut swapped) = (event(), event());
    desk.sealer().await.seal(&mut one, "ses_1").unwrap();
    desk.sealer().await.seal(&mut swapped, "ses_1").unwrap();
    swapped["key_id"] = one["files_key_id"].clone();

    assert!(matches!(desk.keys.open(&mut swapped, "ses_1").await, Err(Error::Altered(_))));
    assert!(matches!(desk.keys.open(&mut one.clone(), "ses_2").await, Err(Error::Altered(_))));
    desk.keys.open(&mut one, "ses_1").await.unwrap();
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_key() {
    let desk = Desk::open().await;
    let processes: Vec<Keys> = (0..8).map(|_| desk.elsewhere()).collect();

    let sealers = join_all(processes.iter().map(|keys| keys.sealer(desk.tenant, desk.owners))).await;

    let ids: HashSet<_> = sealers.into_iter().map(|sealer| sealer.unwrap().seal_bytes(b"x", "x").unwrap().0).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn another_key_encryption_key_is_named_as_the_cause() {
    let desk = Desk::open().await;
    desk.sealer().await;
    let stranger = Keys::new(desk.database.pool.clone(), kek(2));

    let refused = stranger.sealer(desk.tenant, desk.owners).await.err().unwrap();

    assert!(matches!(refused, Error::WrongKek { .. }), "{refused}");
}

#[tokio::test]
async fn a_wrapped_key_works_in_its_own_row_only() {
    let desk = Desk::open().await;
    desk.sealer().await;
    sqlx::query("update keys.data_keys a set wrapped = b.wrapped from keys.data_keys b where a.key_id <> b.key_id")
        .execute(&desk.database.pool)
        .await
        .unwrap();

    let refused = desk.elsewhere().sealer(desk.tenant, desk.owners).await.err().unwrap();

    assert!(matches!(refused, Error::Altered(_)), "{refused}");
}

#[tokio::test]
async fn files_without_a_project_and_keys_that_never_were_are_errors() {
    let desk = Desk::open().await;
    let alone = domain::KeyOwners { project: None, ..desk.owners };
    let sealer = desk.keys.sealer(desk.tenant, alone).await.unwrap();
    assert!(matches!(sealer.seal(&mut event(), "x"), Err(Error::NoProject)));

    let unknown = desk.keys.open_bytes("key_nobody", b"", "x").await;
    assert!(matches!(unknown, Err(Error::UnknownKey(_))));
}
