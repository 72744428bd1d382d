use chrono::{TimeDelta, Utc};
use keys::{Error, Keys};

use crate::Desk;

/// The keys are lost; the tombstones too, if `all`.
async fn lose(desk: &Desk, all: bool) {
    sqlx::query("truncate keys.data_keys").execute(&desk.database.owner).await.unwrap();
    if all {
        sqlx::query("truncate keys.erasures").execute(&desk.database.owner).await.unwrap();
    }
}

async fn opens(keys: &Keys, (key_id, sealed): &(String, Vec<u8>)) -> Option<Vec<u8>> {
    keys.open_bytes(key_id, sealed, "x").await.unwrap()
}

#[tokio::test]
async fn lost_keys_come_back_and_the_file_shows_none_of_them() {
    let desk = Desk::open().await;
    let old = desk.sealer().await.seal_bytes(b"old", "x").unwrap();
    desk.keys.renew(&desk.owners.texts.to_string()).await.unwrap();
    let new = desk.sealer().await.seal_bytes(b"new", "x").unwrap();
    let file = desk.keys.backup(30).await.unwrap();
    let rest = &file[file.iter().position(|byte| *byte == b'\n').unwrap()..];
    assert!(!rest.windows(4).any(|four| four == b"key_" || four == b"usr_"));
    lose(&desk, true).await;

    let restored = desk.elsewhere().restore(&file, Utc::now()).await.unwrap();

    assert_eq!((restored.keys, restored.restored, restored.erased), (3, 3, 0));
    let again = desk.elsewhere();
    assert_eq!(opens(&again, &old).await.as_deref(), Some(&b"old"[..]));
    assert_eq!(opens(&again, &new).await.as_deref(), Some(&b"new"[..]));
    let next = again.sealer(desk.tenant, desk.owners).await.unwrap().seal_bytes(b"", "x").unwrap();
    assert_eq!(next.0, new.0, "the newest key seals, as before");
    assert_eq!(again.restore(&file, Utc::now()).await.unwrap().restored, 0, "again is harmless");
}

#[tokio::test]
async fn keys_made_since_the_loss_go_on_sealing() {
    let desk = Desk::open().await;
    let old = desk.sealer().await.seal_bytes(b"old", "x").unwrap();
    let file = desk.keys.backup(30).await.unwrap();
    lose(&desk, false).await;
    let since = desk.elsewhere().sealer(desk.tenant, desk.owners).await.unwrap().seal_bytes(b"since", "x").unwrap();

    desk.elsewhere().restore(&file, Utc::now()).await.unwrap();

    let again = desk.elsewhere();
    assert_eq!(opens(&again, &old).await.as_deref(), Some(&b"old"[..]));
    assert_eq!(opens(&again, &since).await.as_deref(), Some(&b"since"[..]));
    let next = again.sealer(desk.tenant, desk.owners).await.unwrap().seal_bytes(b"", "x").unwrap();
    assert_eq!(next.0, since.0);
}

#[tokio::test]
async fn who_was_erased_after_the_backup_does_not_come_back() {
    let desk = Desk::open().await;
    let sealed = desk.sealer().await.seal_bytes(b"gone", "x").unwrap();
    let file = desk.keys.backup(30).await.unwrap();
    desk.keys.destroy(&desk.owners.texts.to_string()).await.unwrap();
    lose(&desk, false).await;

    let restored = desk.elsewhere().restore(&file, Utc::now()).await.unwrap();

    assert_eq!((restored.restored, restored.erased), (1, 1), "the project's key is back, the person's is not");
    assert_eq!(opens(&desk.elsewhere(), &sealed).await, None);
}

#[tokio::test]
async fn who_was_erased_before_the_backup_stays_erased_where_all_was_lost() {
    let desk = Desk::open().await;
    let sealed = desk.sealer().await.seal_bytes(b"gone", "x").unwrap();
    desk.keys.destroy(&desk.owners.texts.to_string()).await.unwrap();
    let file = desk.keys.backup(30).await.unwrap();
    lose(&desk, true).await;

    desk.elsewhere().restore(&file, Utc::now()).await.unwrap();

    assert_eq!(opens(&desk.elsewhere(), &sealed).await, None);
    assert!(desk.keys.is_erased(&desk.owners.texts.to_string()).await.unwrap());
}

#[tokio::test]
async fn a_backup_is_over_after_its_days_and_never_lives_longer_than_thirty() {
    let desk = Desk::open().await;
    desk.sealer().await;
    for (days, lives) in [(7, 7), (365, 30)] {
        let file = desk.keys.backup(days).await.unwrap();
        let early = Utc::now() + TimeDelta::days(lives) - TimeDelta::minutes(1);
        desk.keys.restore(&file, early).await.unwrap();
        let late = Utc::now() + TimeDelta::days(lives) + TimeDelta::minutes(1);
        assert!(matches!(desk.keys.restore(&file, late).await, Err(Error::BackupExpired(_))));
    }
}

#[tokio::test]
async fn an_edited_date_and_any_altered_byte_open_nothing() {
    let desk = Desk::open().await;
    desk.sealer().await;
    let file = desk.keys.backup(1).await.unwrap();
    let line = file.iter().position(|byte| *byte == b'\n').unwrap();
    let head = String::from_utf8(file[..line].to_vec()).unwrap();
    let mut head: serde_json::Value = serde_json::from_str(&head).unwrap();
    head["expires_at"] = (Utc::now() + TimeDelta::days(300)).to_rfc3339().into();
    let edited = [head.to_string().as_bytes(), &file[line..]].concat();
    assert!(matches!(desk.keys.restore(&edited, Utc::now()).await, Err(Error::BadBackup(_))));

    for place in (0..file.len()).step_by(7) {
        let mut altered = file.clone();
        altered[place] ^= 1;
        assert!(matches!(desk.keys.restore(&altered, Utc::now()).await, Err(Error::BadBackup(_))), "byte {place}");
    }
    for garbage in [&b""[..], b"{}\n", b"no line at all", &file[..line + 5]] {
        assert!(matches!(desk.keys.restore(garbage, Utc::now()).await, Err(Error::BadBackup(_))));
    }
    let stranger = desk.with_keks(9, &[]);
    assert!(matches!(stranger.restore(&file, Utc::now()).await, Err(Error::BadBackup(_))));
}
