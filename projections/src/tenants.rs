//! Organisations: who belongs to them, who is invited, which keys they have.
//!
//! A tenant from before tenants had events has no row. Its owner is whoever came with it, and the queries say so.

mod api_keys;
mod fold;
mod invites;
mod members;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::TenantId;
use domain::tenant::Event;
use sqlx::{FromRow, PgConnection};

use crate::fact::{Error, Fact, Projection, column, ids};
use crate::{Freshness, Wait};

pub use api_keys::{ApiKey, api_keys};
pub use invites::{Invite, invite, invites};
pub use members::{Belonging, Person, belongings, member, members};

/// The fold of `tenants`.
#[derive(Debug)]
pub struct Tenants;

impl Projection for Tenants {
    const NAME: &'static str = "tenants";
    const TOPIC: &'static str = "tenants";
    const TABLES: &'static [&'static str] = &["tenants", "members", "invites", "api_keys"];
    type Event = Event;

    async fn apply(tx: &mut PgConnection, facts: &[Fact<Event>]) -> Result<(), Error> {
        let mut rows = fold::Rows {
            tenants: load(tx, &ids(facts)).await?,
            members: members::load(tx, facts).await?,
            invites: invites::load(tx, facts).await?,
            api_keys: api_keys::load(tx, facts).await?,
        };
        facts.iter().try_for_each(|fact| rows.fold(fact))?;
        write(tx, &rows.tenants.into_values().collect::<Vec<_>>()).await?;
        members::write(tx, &rows.members.into_values().collect::<Vec<_>>()).await?;
        invites::write(tx, &rows.invites.into_values().collect::<Vec<_>>()).await?;
        api_keys::write(tx, &rows.api_keys.into_values().collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Tenant {
    pub id: String,
    pub tenant_id: String,
    /// Empty: it was never given one.
    pub name: String,
    /// It came with its first owner's account.
    pub home: bool,
    /// The texts are gone, and empty.
    pub erased: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
}

const COLUMNS: &str = "id, tenant_id, name, home, erased, created_at, updated_at, deleted_at, version";

/// The reader's tenant; `None`: it has no event yet.
pub async fn by_id(reader: &mut PgConnection, id: TenantId) -> sqlx::Result<Option<Tenant>> {
    sqlx::query_as(&format!("select {COLUMNS} from read.tenants where id = $1 and deleted_at is null"))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await
}

/// Until the tenant's row has reached `version`; everything of it has then.
pub async fn wait_for(wait: &Wait<'_>, id: TenantId, version: i64) -> sqlx::Result<Freshness> {
    wait.until(Tenants::NAME, "select version from read.tenants where id = $1", &id.to_string(), version).await
}

async fn load(tx: &mut PgConnection, ids: &[&str]) -> sqlx::Result<BTreeMap<String, Tenant>> {
    let rows: Vec<Tenant> =
        sqlx::query_as(&format!("select {COLUMNS} from tenants where id = any($1)")).bind(ids).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

async fn write(tx: &mut PgConnection, rows: &[Tenant]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into tenants (id, tenant_id, name, home, erased, created_at, updated_at, deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::bool[], $6::timestamptz[],
                              $7::timestamptz[], $8::timestamptz[], $9::bigint[])
         on conflict (id) do update set name = excluded.name, erased = excluded.erased,
             updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.home))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

/// The tenants that a batch says were erased: all that is theirs changes.
fn erased(facts: &[Fact<Event>]) -> Vec<&str> {
    facts.iter().filter(|fact| matches!(fact.event, Event::TenantErased(_))).map(|fact| fact.id.as_str()).collect()
}
