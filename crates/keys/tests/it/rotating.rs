use keys::Error;
use serde_json::json;

use crate::Desk;

#[tokio::test]
async fn a_new_key_encryption_key_takes_over_while_everyone_goes_on() {
    let desk = Desk::open().await;
    let (key_id, sealed) = desk.sealer().await.seal_bytes(b"before", "x").unwrap();
    let (both, new) = (desk.with_keks(2, &[1]), desk.with_keks(2, &[]));
    assert!(matches!(new.open_bytes(&key_id, &sealed, "x").await, Err(Error::WrongKek { .. })));

    let mut heard = Vec::new();
    assert_eq!(both.rotate(|done, total| heard.push((done, total))).await.unwrap(), 2);

    assert_eq!((heard.first(), heard.last()), (Some(&(0, 2)), Some(&(2, 2))));
    assert_eq!(new.open_bytes(&key_id, &sealed, "x").await.unwrap().as_deref(), Some(&b"before"[..]));
    // A process that has not heard of it yet, but was told to expect it.
    let late = desk.with_keks(1, &[2]);
    assert_eq!(late.open_bytes(&key_id, &sealed, "x").await.unwrap().as_deref(), Some(&b"before"[..]));
    assert_eq!(both.rotate(|_, _| {}).await.unwrap(), 0, "again is harmless");
}

#[tokio::test]
async fn a_rotation_that_was_cut_off_is_finished_by_running_it_again() {
    let desk = Desk::open().await;
    for _ in 0..450 {
        let owners = domain::KeyOwners { texts: domain::UserId::generate().into(), project: None };
        desk.keys.sealer(desk.tenant, owners).await.unwrap();
    }
    let both = desk.with_keks(2, &[1]);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    {
        // Cut at its next await after the first part was done.
        let rotating = both.rotate(|done, _| {
            if done > 0 {
                drop(stop.take());
            }
        });
        tokio::select! { biased; _ = stopped => {}, outcome = rotating => panic!("not cut off: {outcome:?}") }
    }
    let left = both.to_rotate().await.unwrap();
    assert!(left > 0 && left < 450, "{left} are left");

    both.rotate(|_, _| {}).await.unwrap();
    assert_eq!(both.to_rotate().await.unwrap(), 0);
}

#[tokio::test]
async fn an_unknown_key_encryption_key_is_named_and_nothing_is_lost() {
    let desk = Desk::open().await;
    let (key_id, sealed) = desk.sealer().await.seal_bytes(b"kept", "x").unwrap();

    let refused = desk.with_keks(3, &[2]).rotate(|_, _| {}).await.unwrap_err();

    assert!(matches!(refused, Error::WrongKek { .. }), "{refused}");
    assert_eq!(desk.elsewhere().open_bytes(&key_id, &sealed, "x").await.unwrap().as_deref(), Some(&b"kept"[..]));
}

#[tokio::test]
async fn a_renewed_data_key_seals_what_comes_and_the_old_one_opens_what_was() {
    let desk = Desk::open().await;
    let person = desk.owners.texts.to_string();
    let seal = async || {
        let mut payload = json!({ "private": { "content": "text" }, "private_files": "files" });
        desk.keys.sealer(desk.tenant, desk.owners).await.unwrap().seal(&mut payload, "ses_1").unwrap();
        payload
    };
    let before = seal().await;
    assert_eq!(desk.keys.renew(&person).await.unwrap(), 1);
    let after = seal().await;

    assert_ne!(before["key_id"], after["key_id"]);
    assert_eq!(before["files_key_id"], after["files_key_id"], "the project's key is another's");
    for mut payload in [before.clone(), after.clone()] {
        desk.elsewhere().open(&mut payload, "ses_1").await.unwrap();
        assert_eq!(payload["private"]["content"], "text");
    }
    assert_eq!(desk.keys.destroy(&person).await.unwrap(), 2, "erasing takes all of them");
    for mut payload in [before, after] {
        desk.elsewhere().open(&mut payload, "ses_1").await.unwrap();
        assert!(payload["private"].is_null());
    }
    assert_eq!(desk.keys.renew(&person).await.unwrap(), 0, "who was erased gets no new key");
}
