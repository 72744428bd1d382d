//! The table of wrapped data keys.

use domain::TenantId;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::cipher::{Cipher, random};
use crate::{Error, Keks, Result};

/// A data key as it works: with its cipher, or erased.
pub struct DataKey {
    pub id: String,
    pub owner: String,
    /// `None`: destroyed.
    pub cipher: Option<Cipher>,
}

const COLUMNS: &str = "select key_id, tenant_id, owner, kek_id, wrapped from keys.data_keys";

/// The keys with these ids; unknown ones are missing from the result.
pub async fn by_ids(pool: &PgPool, keks: &Keks, ids: &[String]) -> Result<Vec<DataKey>> {
    let query = format!("{COLUMNS} where key_id = any($1)");
    let rows = sqlx::query(&query).bind(ids).fetch_all(pool).await?;
    rows.iter().map(|row| unwrapped(row, keks)).collect()
}

/// The key that seals for an owner, made now if they have none. A destroyed one is not replaced.
pub async fn of_owner(pool: &PgPool, keks: &Keks, tenant: TenantId, owner: &str) -> Result<DataKey> {
    if let Some(key) = find(pool, keks, tenant, owner).await? {
        return Ok(key);
    }
    make(pool, keks, &tenant.to_string(), owner, 1).await
}

/// Makes every key of an owner useless, in all tenants, for ever. Returns how many there were.
pub async fn destroy(pool: &PgPool, owner: &str) -> Result<u64> {
    let mut tx = pool.begin().await?;
    alone(&mut tx, owner).await?;
    sqlx::query("insert into keys.erasures (owner) values ($1) on conflict do nothing")
        .bind(owner)
        .execute(&mut *tx)
        .await?;
    let query = "update keys.data_keys set wrapped = null, destroyed_at = now()
                  where owner = $1 and destroyed_at is null";
    let destroyed = sqlx::query(query).bind(owner).execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(destroyed)
}

/// The newest key of an owner, made now unless there is one of this version. An erased owner gets a destroyed one.
pub async fn make(pool: &PgPool, keks: &Keks, tenant: &str, owner: &str, version: i32) -> Result<DataKey> {
    let id = format!("key_{}", Uuid::now_v7());
    let wrapped = keks.current().wrap(&random::<32>()?, &context(&id, tenant, owner))?;
    let query = "select key_id, tenant_id, owner, kek_id, wrapped from keys.make($1, $2, $3, $4, $5, $6)";
    let row = sqlx::query(query)
        .bind(id)
        .bind(tenant)
        .bind(owner)
        .bind(version)
        .bind(keks.current().fingerprint())
        .bind(wrapped)
        .fetch_one(pool)
        .await?;
    unwrapped(&row, keks)
}

/// Making (`keys.make`) and destroying keys of one owner wait for each other, so that no new one slips past an erasure.
async fn alone(tx: &mut PgConnection, owner: &str) -> Result<()> {
    let lock = "select pg_advisory_xact_lock(hashtextextended('keys of ' || $1, 0))";
    sqlx::query(lock).bind(owner).execute(tx).await?;
    Ok(())
}

async fn find(pool: &PgPool, keks: &Keks, tenant: TenantId, owner: &str) -> Result<Option<DataKey>> {
    let query = format!("{COLUMNS} where tenant_id = $1 and owner = $2 order by version desc limit 1");
    let row = sqlx::query(&query).bind(tenant.to_string()).bind(owner).fetch_optional(pool).await?;
    row.map(|row| unwrapped(&row, keks)).transpose()
}

fn unwrapped(row: &PgRow, keks: &Keks) -> Result<DataKey> {
    let (id, owner): (String, String) = (row.try_get("key_id")?, row.try_get("owner")?);
    let cipher = match plain(row, keks)? {
        Some(plain) => Some(Cipher::new(&plain).ok_or(Error::Malformed("a data key is not 32 bytes long"))?),
        None => None,
    };
    Ok(DataKey { id, owner, cipher })
}

/// The data key itself; `None`: destroyed.
pub fn plain(row: &PgRow, keks: &Keks) -> Result<Option<Vec<u8>>> {
    let Some(wrapped) = row.try_get::<Option<Vec<u8>>, _>("wrapped")? else { return Ok(None) };
    let (id, tenant): (String, String) = (row.try_get("key_id")?, row.try_get("tenant_id")?);
    let (owner, wrapped_by): (String, String) = (row.try_get("owner")?, row.try_get("kek_id")?);
    let Some(kek) = keks.named(&wrapped_by) else {
        return Err(Error::WrongKek { key_id: id, wrapped_by, configured: keks.current().fingerprint().to_owned() });
    };
    let plain = kek.unwrap(&wrapped, &context(&id, &tenant, &owner)).ok_or(Error::Altered(id))?;
    Ok(Some(plain))
}

/// Binds a wrapped key to its row, so that rows cannot be swapped.
pub fn context(id: &str, tenant: &str, owner: &str) -> String {
    format!("{id} {tenant} {owner}")
}
