use serde_json::json;

use crate::Desk;

#[tokio::test]
async fn an_erased_person_s_texts_open_to_null_and_the_project_s_files_stay() {
    let desk = Desk::open().await;
    let mut payload = json!({ "private": { "content": "hello" }, "private_files": [{ "path": "a.tsx" }] });
    desk.sealer().await.seal(&mut payload, "ses_1").unwrap();

    let destroyed = desk.keys.destroy(&desk.owners.texts.to_string()).await.unwrap();

    assert_eq!(destroyed, 1);
    for keys in [&desk.keys, &desk.elsewhere()] {
        let mut payload = payload.clone();
        keys.open(&mut payload, "ses_1").await.unwrap();
        assert_eq!(payload, json!({ "private": null, "private_files": [{ "path": "a.tsx" }] }));
    }
}

#[tokio::test]
async fn what_is_sealed_for_an_erased_person_is_kept_by_nobody() {
    let desk = Desk::open().await;
    let (key_id, _) = desk.sealer().await.seal_bytes(b"before", "x").unwrap();
    desk.keys.destroy(&desk.owners.texts.to_string()).await.unwrap();

    let (again, sealed) = desk.sealer().await.seal_bytes(b"after", "x").unwrap();

    assert_eq!((again.as_str(), sealed.as_slice()), (key_id.as_str(), [].as_slice()));
    assert_eq!(desk.elsewhere().open_bytes(&key_id, &sealed, "x").await.unwrap(), None);
}

#[tokio::test]
async fn the_wrapped_key_is_gone_from_the_table_and_erasing_again_is_harmless() {
    let desk = Desk::open().await;
    desk.sealer().await;
    let person = desk.owners.texts.to_string();
    desk.keys.destroy(&person).await.unwrap();

    assert_eq!(desk.keys.destroy(&person).await.unwrap(), 0);
    let wrapped: Option<Vec<u8>> = sqlx::query_scalar("select wrapped from keys.data_keys where owner = $1")
        .bind(&person)
        .fetch_one(&desk.database.pool)
        .await
        .unwrap();
    assert_eq!(wrapped, None);
}

#[tokio::test]
async fn who_was_erased_gets_no_key_in_any_tenant() {
    let desk = Desk::open().await;
    let person = desk.owners.texts.to_string();
    assert_eq!(desk.keys.destroy(&person).await.unwrap(), 0, "erased before any key was made");

    for keys in [&desk.keys, &desk.elsewhere()] {
        let sealer = keys.sealer(domain::TenantId::generate(), desk.owners).await.unwrap();
        assert!(sealer.is_erased());
        assert!(sealer.seal_bytes(b"after", "x").unwrap().1.is_empty());
    }
}

#[tokio::test]
async fn a_key_that_is_made_while_its_owner_is_erased_is_erased_too() {
    let mut desk = Desk::open().await;
    for _ in 0..20 {
        desk.owners.texts = domain::UserId::generate().into();
        let person = desk.owners.texts.to_string();
        let (others, tenants) = (desk.elsewhere(), [domain::TenantId::generate(), domain::TenantId::generate()]);
        let making = futures::future::join_all(tenants.map(|tenant| others.sealer(tenant, desk.owners)));
        let (destroyed, made) = tokio::join!(desk.keys.destroy(&person), making);
        destroyed.unwrap();
        assert!(made.iter().all(Result::is_ok));
        assert_eq!(desk.keys.count(&person).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn other_processes_forget_the_key_within_seconds() {
    let desk = Desk::open().await;
    let (key_id, sealed) = desk.sealer().await.seal_bytes(b"here", "x").unwrap();
    let other = desk.elsewhere();
    assert!(other.open_bytes(&key_id, &sealed, "x").await.unwrap().is_some());
    let shutdown = tokio_util::sync::CancellationToken::new();
    let (mut news, ended) = (other.erasures(), shutdown.clone());
    let watching = tokio::spawn({
        let other = other.clone();
        async move { other.follow_erasures(&ended).await }
    });

    desk.keys.destroy(&desk.owners.texts.to_string()).await.unwrap();

    let told = tokio::time::timeout(std::time::Duration::from_secs(10), news.changed());
    told.await.expect("heard within seconds").unwrap();
    assert_eq!(other.open_bytes(&key_id, &sealed, "x").await.unwrap(), None);
    shutdown.cancel();
    watching.await.unwrap();
}
