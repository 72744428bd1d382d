use serde_json::json;

use crate::Desk;

#[tokio::test]
async fn an_erased_person_s_texts_open_to_null_and_the_project_s_files_stay() {
    let desk = Desk::open().await;
    let mut payload = json!({ "private": { "content": "hello" }, "private_files": [{ "path": "a.tsx" }] });
    desk.sealer().await.seal(&mut payload, "ses_1").unwrap();

    let destroyed = desk.keys.destroy(&desk.owners.person.to_string()).await.unwrap();

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
    desk.keys.destroy(&desk.owners.person.to_string()).await.unwrap();

    let (again, sealed) = desk.sealer().await.seal_bytes(b"after", "x").unwrap();

    assert_eq!((again.as_str(), sealed.as_slice()), (key_id.as_str(), [].as_slice()));
    assert_eq!(desk.elsewhere().open_bytes(&key_id, &sealed, "x").await.unwrap(), None);
}

#[tokio::test]
async fn the_wrapped_key_is_gone_from_the_table_and_erasing_again_is_harmless() {
    let desk = Desk::open().await;
    desk.sealer().await;
    let person = desk.owners.person.to_string();
    desk.keys.destroy(&person).await.unwrap();

    assert_eq!(desk.keys.destroy(&person).await.unwrap(), 0);
    let wrapped: Option<Vec<u8>> = sqlx::query_scalar("select wrapped from keys.data_keys where owner = $1")
        .bind(&person)
        .fetch_one(&desk.database.pool)
        .await
        .unwrap();
    assert_eq!(wrapped, None);
}
