//! New keys for old ones. Nothing stops meanwhile, and what was sealed stays as it is.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::{Error, Keys, Result, rows};

/// Data keys that one transaction wraps again.
const AT_ONCE: i64 = 200;

impl Keys {
    /// Wraps every data key that another key-encryption key has wrapped with the current one. It can be
    /// interrupted and run again; `progress` hears how many are done, and of how many.
    pub async fn rotate(&self, mut progress: impl FnMut(u64, u64)) -> Result<u64> {
        let (total, mut done, mut after) = (self.to_rotate().await?, 0, String::new());
        progress(done, total);
        while let Some((some, last)) = self.rotate_after(&after).await? {
            (done, after) = (done + some, last);
            progress(done, total.max(done));
        }
        Ok(done)
    }

    /// How many data keys are not wrapped by the current key-encryption key.
    pub async fn to_rotate(&self) -> Result<u64> {
        let query = "select count(*) from keys.data_keys where wrapped is not null and kek_id <> $1";
        let count: i64 =
            sqlx::query_scalar(query).bind(self.keks.current().fingerprint()).fetch_one(&self.pool).await?;
        Ok(count as u64)
    }

    /// A new data key for a person (`usr_…`) or project (`prj_…`), in each of its tenants: it seals from now
    /// on, and the ones before still open. Other processes use it within [`crate::Config::cached_for`].
    /// Returns how many were made: none for an owner that has no key, or was erased.
    pub async fn renew(&self, owner: &str) -> Result<usize> {
        let query = "select tenant_id, max(version) as version from keys.data_keys
                      where owner = $1 and wrapped is not null group by tenant_id";
        let lines = sqlx::query(query).bind(owner).fetch_all(&self.pool).await?;
        for line in &lines {
            let (tenant, version): (&str, i32) = (line.try_get("tenant_id")?, line.try_get("version")?);
            rows::make(&self.pool, &self.keks, tenant, owner, version + 1).await?;
        }
        self.by_owner.invalidate_all();
        Ok(lines.len())
    }

    /// The next few after this key: how many, and the last one's id. `None`: there are no more.
    async fn rotate_after(&self, after: &str) -> Result<Option<(u64, String)>> {
        let current = self.keks.current().fingerprint();
        let mut tx = self.pool.begin().await?;
        let query = "select key_id, tenant_id, owner, kek_id, wrapped from keys.data_keys
                      where key_id > $1 and wrapped is not null and kek_id <> $2 order by key_id limit $3 for update";
        let found = sqlx::query(query).bind(after).bind(current).bind(AT_ONCE).fetch_all(&mut *tx).await?;
        let Some(last) = found.last() else { return Ok(None) };
        let last: String = last.try_get("key_id")?;
        let (ids, wrapped): (Vec<String>, Vec<Vec<u8>>) =
            found.iter().map(|row| self.wrapped_again(row)).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        sqlx::query(
            "update keys.data_keys as key set wrapped = again.wrapped, kek_id = $1
               from unnest($2::text[], $3::bytea[]) as again (key_id, wrapped) where key.key_id = again.key_id",
        )
        .bind(current)
        .bind(&ids)
        .bind(&wrapped)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some((ids.len() as u64, last)))
    }

    fn wrapped_again(&self, row: &PgRow) -> Result<(String, Vec<u8>)> {
        let (id, tenant, owner): (String, &str, &str) =
            (row.try_get("key_id")?, row.try_get("tenant_id")?, row.try_get("owner")?);
        let plain = rows::plain(row, &self.keks)?.ok_or(Error::Malformed("a destroyed key has nothing to wrap"))?;
        let wrapped = self.keks.current().wrap(&plain, &rows::context(&id, tenant, owner))?;
        Ok((id, wrapped))
    }
}
