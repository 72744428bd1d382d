//! Answers that no worker holds and that nobody is to begin again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{GenerationId, SessionId, TenantId};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::{Error, Store};

/// An answer to be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub generation: GenerationId,
    pub session: SessionId,
    pub tenant: TenantId,
}

/// Where the next look begins: no older answer is open.
pub type Since = DateTime<Utc>;

/// Appends that were decided by now and are not yet committed.
const UNDER_WAY: &str = "2 minutes";

impl Store {
    /// What is to stop and has lost its worker, and what nobody took up for `patience`; and where to look from next.
    ///
    /// Nothing is looked at that was asked for more than `look_back` ago.
    pub async fn orphans(
        &self,
        since: Option<Since>,
        patience: Duration,
        look_back: Duration,
    ) -> Result<(Vec<Orphan>, Since), Error> {
        let query = format!(
            "select tenant_id, aggregate_id, generation_id,
                    not held and (to_stop or occurred_at <= now() - make_interval(secs => $2)) as orphan,
                    least(occurred_at, now() - interval '{UNDER_WAY}') as since
               from store.open_requests
              where occurred_at >= coalesce($1, '-infinity') and occurred_at > now() - make_interval(secs => $3)
              union all
             select null, null, null, false, now() - interval '{UNDER_WAY}'
              order by since"
        );
        let rows = sqlx::query(&query)
            .bind(since)
            .bind(patience.as_secs_f64())
            .bind(look_back.as_secs_f64())
            .fetch_all(&self.pool)
            .await?;
        let since = rows.first().map_or_else(|| Ok(self.now()), |row| row.try_get("since"))?;
        let orphans = rows.iter().filter(|row| row.get("orphan")).map(orphan).collect::<Result<_, _>>()?;
        Ok((orphans, since))
    }
}

fn orphan(row: &PgRow) -> Result<Orphan, Error> {
    Ok(Orphan {
        generation: id(row, "generation_id")?,
        session: id(row, "aggregate_id")?,
        tenant: id(row, "tenant_id")?,
    })
}

fn id<T: std::str::FromStr>(row: &PgRow, column: &str) -> Result<T, Error> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| Error::Corrupt(format!("a request has no valid {column}")))
}
