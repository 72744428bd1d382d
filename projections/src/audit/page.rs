//! What an auditor asks for.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::{Entry, TABLES};
use crate::{Listing, Page, read};

/// Which changes. What is left out may be anything.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Who did it: a person's id, a worker's, or a service's name.
    pub actor: Option<String>,
    /// For example `SessionRenamed`.
    pub event_type: Option<String>,
    /// What it was done to, by id.
    pub aggregate: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// For who sees all tenants; row-level security shows the others theirs alone.
    pub tenant: Option<String>,
}

/// The newest first.
pub async fn page(reader: &mut PgConnection, asked: &Asked, page: &Page) -> Result<Listing<Entry>, read::Error> {
    let rows = sqlx::query_as(&query())
        .bind(&asked.actor)
        .bind(&asked.event_type)
        .bind(&asked.aggregate)
        .bind(asked.from)
        .bind(asked.to)
        .bind(&asked.tenant)
        .bind(page.after::<i64>()?)
        .bind(page.fetch())
        .fetch_all(reader)
        .await?;
    Ok(Listing::cut(rows, page, |entry: &Entry| entry.position))
}

/// How many there are, from the page's place on.
pub async fn count(reader: &mut PgConnection, asked: &Asked, page: &Page) -> Result<i64, read::Error> {
    let part = |table: &&str| format!("select count(*) as n from read.{table} where {WHERE}");
    let parts: Vec<_> = TABLES.iter().map(part).collect();
    let query = format!("select sum(n)::bigint from ({}) as parts", parts.join(" union all "));
    let counted = sqlx::query_scalar(&query)
        .bind(&asked.actor)
        .bind(&asked.event_type)
        .bind(&asked.aggregate)
        .bind(asked.from)
        .bind(asked.to)
        .bind(&asked.tenant)
        .bind(page.after::<i64>()?);
    Ok(counted.fetch_one(reader).await?)
}

const WHERE: &str = "($1::text is null or actor = $1) and ($2::text is null or event_type = $2)
    and ($3::text is null or aggregate_id = $3)
    and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
    and ($6::text is null or tenant_id = $6) and ($7::bigint is null or position < $7)";

/// What is personal and what is not, together again.
const COLUMNS: &str = "id, tenant_id, position, at, actor, event_type, aggregate_type, aggregate_id, version, origin,
    correlation_id, nullif(coalesce(old, '{}') || coalesce(old_personal, '{}'), '{}') as old,
    new || coalesce(new_personal, '{}')
        || case when files is null then '{}' else jsonb_build_object('files', files) end as new, erased";

/// Each table gives as many as are asked for at most, by its own index.
fn query() -> String {
    let part =
        |table: &&str| format!("(select {COLUMNS} from read.{table} where {WHERE} order by position desc limit $8)");
    let parts: Vec<_> = TABLES.iter().map(part).collect();
    format!("select * from ({}) as audit order by position desc limit $8", parts.join(" union all "))
}

/// The person who has this e-mail address now.
pub async fn person_of(reader: &mut PgConnection, email: &str) -> sqlx::Result<Option<String>> {
    let query = "select id from read.users where email = $1 and deleted_at is null";
    sqlx::query_scalar(query).bind(email.trim().to_lowercase()).fetch_optional(reader).await
}

/// One walk over the whole log, and what it found.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Verification {
    pub at: DateTime<Utc>,
    pub first_position: i64,
    pub last_position: i64,
    pub events: i64,
    pub unbroken: bool,
    pub wrong_position: Option<i64>,
    pub wrong: Option<String>,
    /// Signed roots that fitted.
    pub roots: i64,
    /// Up to here nobody could have rewritten the log without the key.
    pub signed_up_to: i64,
}

/// The last walk; `None`: there was none yet.
pub async fn last_verification(reader: &mut PgConnection) -> sqlx::Result<Option<Verification>> {
    let query = "select at, first_position, last_position, events, unbroken, wrong_position, wrong, roots, signed_up_to
                   from read.audit_verifications order by id desc limit 1";
    sqlx::query_as(query).fetch_optional(reader).await
}
