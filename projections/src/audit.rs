//! Who did what, when, from where, and what it was before: one row per event of every topic.
//!
//! Nothing here knows the events: a row is made from what any event says of itself, so that a new one has its
//! row from the first day. Each topic has a table of its own, and the queries join them.

mod erase;
mod lines;
mod page;
mod readable;

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use domain::{Event, inspection, project, session, tenant, user};
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};

use crate::fact::{Error, Fact, Projection, Source, column};

pub use erase::{Erased, erase};
pub use lines::CSV_HEAD;
pub use page::{Asked, Verification, count, last_verification, page, person_of};
use readable::Change;

/// The fold of one topic, by its type of event.
#[derive(Debug)]
pub struct Audit<E>(PhantomData<E>);

/// Every topic's table.
const TABLES: [&str; 5] = ["audit_users", "audit_tenants", "audit_projects", "audit_sessions", "audit_inspections"];

/// One change, as an auditor reads it.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Entry {
    /// The event's id.
    pub id: String,
    pub tenant_id: String,
    /// The place in the whole log.
    pub position: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub event_type: String,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub version: i64,
    /// The network and a hash of the user agent; `None`: not a person's doing.
    pub origin: Option<String>,
    pub correlation_id: String,
    /// As it was before, where the event says so.
    pub old: Option<Value>,
    pub new: Value,
    /// The personal part is gone with its key.
    pub erased: bool,
}

impl Entry {
    /// What happened, in words: `SessionRenamed` is "session renamed".
    pub fn what(&self) -> String {
        readable::words(&self.event_type)
    }
}

macro_rules! projection {
    ($event:ty, $name:literal, $topic:literal, $aggregate:literal) => {
        impl Projection for Audit<$event> {
            const NAME: &'static str = $name;
            const TOPIC: &'static str = $topic;
            const TABLES: &'static [&'static str] = &[$name];
            const GATHERS: bool = true;
            const KEPT: bool = false;
            type Event = $event;

            async fn apply(tx: &mut PgConnection, facts: &[Fact<$event>]) -> Result<(), Error> {
                let rows: Vec<_> = facts.iter().map(|fact| row(fact, $aggregate)).collect();
                write(tx, Self::NAME, &rows).await?;
                Ok(erase(tx, Self::NAME, &facts.iter().filter_map(Erased::by).collect::<Vec<_>>()).await?)
            }
        }
    };
}

projection!(user::Event, "audit_users", "users", "user");
projection!(tenant::Event, "audit_tenants", "tenants", "tenant");
projection!(project::Event, "audit_projects", "projects", "project");
projection!(session::Event, "audit_sessions", "sessions", "session");
projection!(inspection::Event, "audit_inspections", "inspections", "inspection");

/// As it is stored: what is personal stands apart, so that it can go by itself.
struct Row<'a> {
    event_type: &'static str,
    aggregate_type: &'static str,
    aggregate_id: &'a str,
    tenant: String,
    version: i64,
    at: DateTime<Utc>,
    source: &'a Source,
    change: Change,
}

fn row<'a, E: Event>(fact: &'a Fact<E>, aggregate_type: &'static str) -> Row<'a> {
    Row {
        event_type: fact.event.event_type(),
        aggregate_type,
        aggregate_id: &fact.id,
        tenant: fact.tenant.to_string(),
        version: fact.sequence,
        at: fact.at,
        source: &fact.source,
        change: Change::of(fact.event.payload()),
    }
}

/// A repeat changes nothing.
async fn write(tx: &mut PgConnection, table: &str, rows: &[Row<'_>]) -> sqlx::Result<()> {
    sqlx::query(&format!(
        "insert into {table} (id, tenant_id, position, at, actor, event_type, aggregate_type, aggregate_id, version,
                                   origin, correlation_id, old, new, old_personal, new_personal, files, erased)
         select * from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                              $8::text[], $9::bigint[], $10::text[], $11::text[], $12::jsonb[], $13::jsonb[],
                              $14::jsonb[], $15::jsonb[], $16::jsonb[], $17::bool[])
         on conflict do nothing"
    ))
    .bind(column(rows, |row| row.source.event_id.as_str()))
    .bind(column(rows, |row| row.tenant.as_str()))
    .bind(column(rows, |row| row.source.position))
    .bind(column(rows, |row| row.at))
    .bind(column(rows, |row| row.source.actor.as_str()))
    .bind(column(rows, |row| row.event_type))
    .bind(column(rows, |row| row.aggregate_type))
    .bind(column(rows, |row| row.aggregate_id))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.source.origin.as_deref()))
    .bind(column(rows, |row| row.source.correlation_id.as_str()))
    .bind(column(rows, |row| row.change.old.as_ref()))
    .bind(column(rows, |row| &row.change.new))
    .bind(column(rows, |row| row.change.old_personal.as_ref()))
    .bind(column(rows, |row| row.change.new_personal.as_ref()))
    .bind(column(rows, |row| row.change.files.as_ref()))
    .bind(column(rows, |row| row.change.erased))
    .execute(tx)
    .await?;
    Ok(())
}
