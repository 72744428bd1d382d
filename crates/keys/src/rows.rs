//! The table of wrapped data keys.

use domain::TenantId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::cipher::{Cipher, random};
use crate::{Error, Kek, Result};

/// A data key as it works: with its cipher, or erased.
pub struct DataKey {
    pub id: String,
    /// `None`: destroyed.
    pub cipher: Option<Cipher>,
}

const COLUMNS: &str = "select key_id, tenant_id, owner, kek_id, wrapped from keys.data_keys";

/// The keys with these ids; unknown ones are missing from the result.
pub async fn by_ids(pool: &PgPool, kek: &Kek, ids: &[String]) -> Result<Vec<DataKey>> {
    let query = format!("{COLUMNS} where key_id = any($1)");
    let rows = sqlx::query(&query).bind(ids).fetch_all(pool).await?;
    rows.iter().map(|row| unwrapped(row, kek)).collect()
}

/// The one key of an owner, made now if it has none. A destroyed one is not replaced.
pub async fn of_owner(pool: &PgPool, kek: &Kek, tenant: TenantId, owner: &str) -> Result<DataKey> {
    if let Some(key) = find(pool, kek, tenant, owner).await? {
        return Ok(key);
    }
    insert(pool, kek, tenant, owner).await?;
    find(pool, kek, tenant, owner).await?.ok_or_else(|| Error::UnknownKey(owner.to_owned()))
}

/// Makes every key of an owner useless, in all tenants. Returns how many there were.
pub async fn destroy(pool: &PgPool, owner: &str) -> Result<Vec<String>> {
    let query = "update keys.data_keys set wrapped = null, destroyed_at = now()
                  where owner = $1 and destroyed_at is null returning key_id";
    Ok(sqlx::query_scalar(query).bind(owner).fetch_all(pool).await?)
}

async fn find(pool: &PgPool, kek: &Kek, tenant: TenantId, owner: &str) -> Result<Option<DataKey>> {
    let query = format!("{COLUMNS} where tenant_id = $1 and owner = $2");
    let row = sqlx::query(&query).bind(tenant.to_string()).bind(owner).fetch_optional(pool).await?;
    row.map(|row| unwrapped(&row, kek)).transpose()
}

async fn insert(pool: &PgPool, kek: &Kek, tenant: TenantId, owner: &str) -> Result<()> {
    let (id, tenant) = (format!("key_{}", Uuid::now_v7()), tenant.to_string());
    let wrapped = kek.wrap(&random::<32>()?, &context(&id, &tenant, owner))?;
    sqlx::query(
        "insert into keys.data_keys (key_id, tenant_id, owner, kek_id, wrapped) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, owner) do nothing",
    )
    .bind(id)
    .bind(tenant)
    .bind(owner)
    .bind(kek.fingerprint())
    .bind(wrapped)
    .execute(pool)
    .await?;
    Ok(())
}

fn unwrapped(row: &PgRow, kek: &Kek) -> Result<DataKey> {
    let id: String = row.try_get("key_id")?;
    let Some(wrapped) = row.try_get::<Option<Vec<u8>>, _>("wrapped")? else {
        return Ok(DataKey { id, cipher: None });
    };
    let (tenant, owner): (String, String) = (row.try_get("tenant_id")?, row.try_get("owner")?);
    let wrapped_by: String = row.try_get("kek_id")?;
    if wrapped_by != kek.fingerprint() {
        return Err(Error::WrongKek { key_id: id, wrapped_by, configured: kek.fingerprint().to_owned() });
    }
    let plain = kek.unwrap(&wrapped, &context(&id, &tenant, &owner)).ok_or_else(|| Error::Altered(id.clone()))?;
    let cipher = Some(Cipher::new(&plain).ok_or(Error::Malformed("a data key is not 32 bytes long"))?);
    Ok(DataKey { id, cipher })
}

/// Binds a wrapped key to its row, so that rows cannot be swapped.
fn context(id: &str, tenant: &str, owner: &str) -> String {
    format!("{id} {tenant} {owner}")
}
