//! The keys for scripts that a tenant has; what they are called, not what they are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::tenant::{ApiKeyCreated, Event};
use domain::{ApiKeyId, Scope};
use sqlx::{FromRow, PgConnection};

use super::erased;
use crate::fact::{Fact, column};
use crate::text::storable;
use crate::{Listing, Page, read};

/// A key.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ApiKey {
    pub id: String,
    pub tenant_id: String,
    pub name: String,
    /// Separated by blanks.
    pub scopes: String,
    pub created_by: String,
    pub expires_at: Option<DateTime<Utc>>,
    /// The name is gone.
    pub erased: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When it was revoked.
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
}

const COLUMNS: &str =
    "id, tenant_id, name, scopes, created_by, expires_at, erased, created_at, updated_at, deleted_at, version";

/// The keys of the reader's tenant that are not revoked, newest first; `page.q` searches names.
pub async fn api_keys(reader: &mut PgConnection, page: &Page) -> Result<Listing<ApiKey>, read::Error> {
    let rows = sqlx::query_as(&format!(
        "select {COLUMNS} from read.api_keys
          where deleted_at is null and ($1::text is null or id < $1) and ($2::text is null or name ilike $2)
          order by id desc limit $3"
    ))
    .bind(page.after::<ApiKeyId>()?.map(|id| id.to_string()))
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Listing::cut(rows, page, |key: &ApiKey| key.id.clone()))
}

impl ApiKey {
    pub fn new(fact: &Fact<Event>, event: &ApiKeyCreated) -> Self {
        Self {
            id: event.api_key_id.to_string(),
            tenant_id: fact.id.clone(),
            name: event.private.as_ref().map(|name| storable(&name.name)).unwrap_or_default(),
            scopes: event.scopes.iter().copied().map(Scope::as_str).collect::<Vec<_>>().join(" "),
            created_by: event.created_by.to_string(),
            expires_at: event.expires_at,
            erased: event.private.is_none(),
            created_at: fact.at,
            updated_at: fact.at,
            deleted_at: None,
            version: fact.sequence,
        }
    }

    pub fn revoke(&mut self, fact: &Fact<Event>) {
        self.deleted_at = Some(fact.at);
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }

    pub fn forget(&mut self, fact: &Fact<Event>) {
        self.name.clear();
        self.erased = true;
        self.deleted_at = self.deleted_at.or(Some(fact.at));
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }
}

pub async fn load(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<BTreeMap<String, ApiKey>> {
    let revoked = facts.iter().filter_map(|fact| match &fact.event {
        Event::ApiKeyRevoked(event) => Some(event.api_key_id.to_string()),
        _ => None,
    });
    let rows: Vec<ApiKey> =
        sqlx::query_as(&format!("select {COLUMNS} from api_keys where id = any($1) or tenant_id = any($2)"))
            .bind(revoked.collect::<Vec<_>>())
            .bind(erased(facts))
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

pub async fn write(tx: &mut PgConnection, rows: &[ApiKey]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into api_keys (id, tenant_id, name, scopes, created_by, expires_at, erased, created_at, updated_at,
                               deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                              $7::bool[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::bigint[])
         on conflict (id) do update set name = excluded.name, erased = excluded.erased,
             updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.scopes.as_str()))
    .bind(column(rows, |row| row.created_by.as_str()))
    .bind(column(rows, |row| row.expires_at))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}
