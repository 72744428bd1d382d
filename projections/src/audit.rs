//! Who did what, when, from where, and what it was before: one row per event of every topic.
//!
//! Nothing here knows the events: a row is made from what any event says of itself, so that a new one has its
//! row from the first day. Each topic has a table of its own, and the queries join them.

mod lines;
mod page;
mod readable;

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use domain::{Event, project, session, user};
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};

use crate::fact::{Error, Fact, Projection, column};

pub use lines::CSV_HEAD;
pub use page::{Asked, Verification, last_verification, page, person_of};
use readable::Change;

/// The fold of one topic, by its type of event.
#[derive(Debug)]
pub struct Audit<E>(PhantomData<E>);

/// Every topic's table.
const TABLES: [&str; 3] = ["audit_users", "audit_projects", "audit_sessions"];

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
            type Event = $event;

            async fn apply(tx: &mut PgConnection, facts: &[Fact<$event>]) -> Result<(), Error> {
                let rows: Vec<_> = facts.iter().map(|fact| entry(fact, $aggregate)).collect();
                Ok(write(tx, Self::NAME, &rows).await?)
            }
        }
    };
}

projection!(user::Event, "audit_users", "users", "user");
projection!(project::Event, "audit_projects", "projects", "project");
projection!(session::Event, "audit_sessions", "sessions", "session");

fn entry<E: Event>(fact: &Fact<E>, aggregate_type: &str) -> Entry {
    let Change { old, new, erased } = Change::of(fact.event.payload());
    let source = fact.source.clone();
    Entry {
        id: source.event_id,
        tenant_id: fact.tenant.to_string(),
        position: source.position,
        at: fact.at,
        actor: source.actor,
        event_type: fact.event.event_type().to_owned(),
        aggregate_type: aggregate_type.to_owned(),
        aggregate_id: fact.id.clone(),
        version: fact.sequence,
        origin: source.origin,
        correlation_id: source.correlation_id,
        old,
        new,
        erased,
    }
}

/// A repeat changes nothing.
async fn write(tx: &mut PgConnection, table: &str, rows: &[Entry]) -> sqlx::Result<()> {
    sqlx::query(&format!(
        "insert into read.{table} (id, tenant_id, position, at, actor, event_type, aggregate_type, aggregate_id, version,
                                   origin, correlation_id, old, new, erased)
         select * from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                              $8::text[], $9::bigint[], $10::text[], $11::text[], $12::jsonb[], $13::jsonb[], $14::bool[])
         on conflict do nothing"
    ))
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.at))
    .bind(column(rows, |row| row.actor.as_str()))
    .bind(column(rows, |row| row.event_type.as_str()))
    .bind(column(rows, |row| row.aggregate_type.as_str()))
    .bind(column(rows, |row| row.aggregate_id.as_str()))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.origin.as_deref()))
    .bind(column(rows, |row| row.correlation_id.as_str()))
    .bind(column(rows, |row| row.old.as_ref()))
    .bind(column(rows, |row| &row.new))
    .bind(column(rows, |row| row.erased))
    .execute(tx)
    .await?;
    Ok(())
}
