//! Backups of the data keys: sealed, short-lived, and never a way back for who was erased.
//!
//! A file is one line of JSON (what it is, until when it may be restored, the wrapped key of the rest) and
//! the sealed rows. The line is bound to the rows: an edited date opens nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::cipher::{Cipher, random};
use crate::{Error, Keys, Result};

/// The longest life of a backup, in days.
pub const BACKUP_DAYS: u16 = 30;
/// Rows that one transaction restores.
const AT_ONCE: usize = 200;
const FORMAT: &str = "atelier keys backup 1";

/// What came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Keys that the backup holds.
    pub keys: u64,
    /// Keys that were missing here, and are back.
    pub restored: u64,
    /// Keys of owners who were erased: they stay destroyed.
    pub erased: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    made_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    kek_id: String,
    wrapped_key: String,
}

#[derive(Serialize, Deserialize, FromRow)]
struct Line {
    key_id: String,
    tenant_id: String,
    owner: String,
    version: i32,
    kek_id: String,
    wrapped: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    destroyed_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    keys: Vec<Line>,
    erasures: Vec<String>,
}

impl Keys {
    /// All data keys as a sealed file that can be restored for `days`, at most [`BACKUP_DAYS`].
    pub async fn backup(&self, days: u16) -> Result<Vec<u8>> {
        let body = Body { keys: self.lines().await?, erasures: self.erased_owners().await? };
        let (made_at, key) = (Utc::now(), random::<32>()?);
        let kek = self.keks.current();
        let head = Head {
            format: FORMAT.to_owned(),
            made_at,
            expires_at: made_at + TimeDelta::days(days.min(BACKUP_DAYS).into()),
            kek_id: kek.fingerprint().to_owned(),
            wrapped_key: STANDARD.encode(kek.wrap(&key, FORMAT)?),
        };
        let head = json(&head)?;
        let cipher = Cipher::new(&key).ok_or(Error::InvalidKek)?;
        let sealed = cipher.seal(&json(&body)?, &head)?;
        Ok([head, b"\n".to_vec(), sealed].concat())
    }

    /// Brings back what is missing here from a file made by [`Keys::backup`]. Who was erased by then or since
    /// stays erased; a key that is here is left as it is.
    pub async fn restore(&self, file: &[u8], now: DateTime<Utc>) -> Result<Restored> {
        let Body { keys, erasures } = self.open_backup(file, now)?;
        self.bury(&erasures).await?;
        let mut restored = Restored { keys: keys.len() as u64, ..Restored::default() };
        for some in keys.chunks(AT_ONCE) {
            restored.restored += self.bring_back(some).await?;
        }
        restored.erased = self.destroy_the_erased().await?;
        restored.restored -= restored.erased.min(restored.restored);
        self.by_id.invalidate_all();
        self.by_owner.invalidate_all();
        Ok(restored)
    }

    fn open_backup(&self, file: &[u8], now: DateTime<Utc>) -> Result<Body> {
        let end = file.iter().position(|byte| *byte == b'\n').ok_or(Error::BadBackup("it has no head"))?;
        let (line, sealed) = (&file[..end], &file[end + 1..]);
        let head: Head = serde_json::from_slice(line).map_err(|_| Error::BadBackup("its head cannot be read"))?;
        if head.format != FORMAT {
            return Err(Error::BadBackup("it is of another format"));
        }
        let kek = self.keks.named(&head.kek_id).ok_or(Error::BadBackup(
            "it was made with another key-encryption key: name that one in [keys] previous_keks",
        ))?;
        let wrapped = STANDARD.decode(&head.wrapped_key).map_err(|_| Error::BadBackup("its key cannot be read"))?;
        let key = kek.unwrap(&wrapped, FORMAT).and_then(|key| Cipher::new(&key));
        let plain = key.and_then(|key| key.open(sealed, line).ok()).ok_or(Error::BadBackup("it was altered"))?;
        if head.expires_at <= now {
            return Err(Error::BackupExpired(head.expires_at.to_rfc3339()));
        }
        serde_json::from_slice(&plain).map_err(|_| Error::BadBackup("its rows cannot be read"))
    }

    async fn lines(&self) -> Result<Vec<Line>> {
        let query = "select key_id, tenant_id, owner, version, kek_id, wrapped, created_at, destroyed_at
                       from keys.data_keys order by key_id";
        Ok(sqlx::query_as(query).fetch_all(&self.pool).await?)
    }

    async fn erased_owners(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("select owner from keys.erasures order by owner").fetch_all(&self.pool).await?)
    }

    /// Erased by then is erased for ever, also where the table of erasures was lost.
    async fn bury(&self, owners: &[String]) -> Result<()> {
        let query = "insert into keys.erasures (owner) select unnest($1::text[]) on conflict do nothing";
        sqlx::query(query).bind(owners).execute(&self.pool).await?;
        Ok(())
    }

    async fn bring_back(&self, lines: &[Line]) -> Result<u64> {
        // Where the owner got other keys meanwhile, those go on sealing: the old one is put below them.
        let query = "insert into keys.data_keys
                         (key_id, tenant_id, owner, version, kek_id, wrapped, created_at, destroyed_at)
                     select $1, $2, $3, coalesce(least($4, min(version) - 1), $4), $5, $6, $7, $8
                       from keys.data_keys where tenant_id = $2 and owner = $3
                     on conflict (key_id) do nothing";
        let (mut tx, mut back) = (self.pool.begin().await?, 0);
        for line in lines.iter().rev() {
            let inserted = sqlx::query(query)
                .bind(&line.key_id)
                .bind(&line.tenant_id)
                .bind(&line.owner)
                .bind(line.version)
                .bind(&line.kek_id)
                .bind(&line.wrapped)
                .bind(line.created_at)
                .bind(line.destroyed_at);
            back += inserted.execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(back)
    }

    /// Destroys what has come back of people who were erased. Returns how many keys that were.
    pub async fn destroy_the_erased(&self) -> Result<u64> {
        let query = "update keys.data_keys set wrapped = null, destroyed_at = now()
                      where wrapped is not null and owner in (select owner from keys.erasures)";
        Ok(sqlx::query(query).execute(&self.pool).await?.rows_affected())
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|_| Error::Malformed("a backup is not JSON"))
}
