//! One write: the statement that is a command's whole transaction.

use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};

use crate::batch::{Batch, Place};
use crate::claims::ClaimRow;
use crate::root::EVENT_VERSION;
use crate::{Error, Store};

/// As `store.require_era` raises it.
const OTHER_ERA: &str = "AT001";

/// Everything that one append writes.
pub struct Append<'a> {
    pub place: Place<'a>,
    /// When what it builds on was read; in another era it leaves nothing behind.
    pub era: &'a str,
    pub batch: Batch,
    pub claims: Vec<ClaimRow>,
    /// All unique values that the aggregate has taken before are free again.
    pub releases: bool,
    /// What a repeat of the call will hear.
    pub answer: Option<Value>,
    /// The sealed state after the batch, when one is due.
    pub snapshot: Option<Value>,
}

/// Why an append left nothing behind.
pub enum Failure {
    /// Somebody was quicker: with this version, or with the same call.
    Lost,
    /// One of the unique values is taken.
    Taken,
    Other(Error),
}

impl Append<'_> {
    pub fn version(&self) -> i64 {
        self.place.after + self.batch.event_ids.len() as i64
    }

    fn is_nothing(&self) -> bool {
        self.batch.is_empty() && self.answer.is_none()
    }
}

impl Store {
    /// Writes all of it or nothing, in one statement that commits itself: no lock, no counter, no wait for others.
    pub(crate) async fn append(&self, append: &Append<'_>) -> Result<(), Failure> {
        if append.is_nothing() {
            return Ok(());
        }
        let mut statement = self.statement(append);
        statement.build().execute(&self.pool).await.map_err(|error| self.refused(error))?;
        runtime::crash_point("store.committed");
        metrics::counter!("atelier_store_appended_events_total").increment(append.batch.event_ids.len() as u64);
        self.announce_append();
        Ok(())
    }

    fn refused(&self, error: sqlx::Error) -> Failure {
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code == OTHER_ERA));
        if code == Some(true) {
            self.end_era();
            return Failure::Lost;
        }
        failure(error)
    }

    /// Only the parts that are needed, so that the common append is a bare insert.
    fn statement<'a>(&self, append: &'a Append<'_>) -> QueryBuilder<'a, Postgres> {
        let mut sql = Parts::new();
        if !append.claims.is_empty() {
            claims(sql.next(), append);
        }
        if append.releases {
            released(sql.next(), append);
        }
        if let Some(answer) = &append.answer {
            self.answer(sql.next(), append, answer);
        }
        if let Some(snapshot) = &append.snapshot {
            self.snapshot(sql.next(), append, snapshot);
        }
        let mut sql = sql.end();
        events(&mut sql, append);
        sql
    }

    fn answer<'a>(&self, sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>, answer: &'a Value) {
        let Some(repeat) = &append.place.call.idempotency else { return };
        sql.push("answered as (insert into store.idempotency (tenant_id, actor, operation, key, body, answer, version) values (")
            .push_bind(append.place.call.tenant.to_string())
            .push(", ")
            .push_bind(&append.place.call.actor)
            .push(", ")
            .push_bind(repeat.operation)
            .push(", ")
            .push_bind(&repeat.key)
            .push(", ")
            .push_bind(self.pepper.of_body(&repeat.body))
            .push(", ")
            .push_bind(answer)
            .push(", ")
            .push_bind(append.version())
            .push("))");
    }

    fn snapshot<'a>(&self, sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>, snapshot: &'a Value) {
        let number = append.version() / self.config.snapshot_every.get() as i64;
        sql.push(
            "pictured as (insert into store.snapshots as old
               (aggregate_type, aggregate_id, last_sequence, current_snapshot, payload, tenant_id) values (",
        );
        sql.push_bind(append.place.aggregate_type)
            .push(", ")
            .push_bind(append.place.aggregate_id)
            .push(", ")
            .push_bind(append.version())
            .push(", ")
            .push_bind(number)
            .push(", ")
            .push_bind(snapshot)
            .push(", ")
            .push_bind(append.place.call.tenant.to_string())
            .push(
                ") on conflict (aggregate_type, aggregate_id) do update
                   set last_sequence = excluded.last_sequence, current_snapshot = excluded.current_snapshot, payload = excluded.payload
                 where old.last_sequence < excluded.last_sequence)",
            );
    }
}

fn claims<'a>(sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>) {
    let claims = &append.claims;
    sql.push("claimed as (insert into store.unique_claims (scope, kind, value, tenant_id, aggregate_type, aggregate_id) select scope, kind, value, ")
        .push_bind(append.place.call.tenant.to_string())
        .push(", ")
        .push_bind(append.place.aggregate_type)
        .push(", ")
        .push_bind(append.place.aggregate_id)
        .push(" from unnest(")
        .push_bind(claims.iter().map(|claim| claim.scope.as_str()).collect::<Vec<_>>())
        .push(", ")
        .push_bind(claims.iter().map(|claim| claim.kind).collect::<Vec<_>>())
        .push(", ")
        .push_bind(claims.iter().map(|claim| claim.value.as_slice()).collect::<Vec<_>>())
        .push(") as claim (scope, kind, value))");
}

fn released<'a>(sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>) {
    sql.push("released as (delete from store.unique_claims where aggregate_type = ")
        .push_bind(append.place.aggregate_type)
        .push(" and aggregate_id = ")
        .push_bind(append.place.aggregate_id)
        .push(")");
}

fn events<'a>(sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>) {
    let (place, batch) = (&append.place, &append.batch);
    sql.push(
        "insert into store.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                                   tenant_id, event_id, occurred_at, actor, schema_id, digest) select ",
    );
    sql.push_bind(place.aggregate_type)
        .push(", ")
        .push_bind(place.aggregate_id)
        .push(", ")
        .push_bind(place.after)
        .push(" + place, event_type, ")
        .push_bind(EVENT_VERSION)
        .push(", payload, ")
        .push_bind(place.call.metadata())
        .push(", ")
        .push_bind(place.call.tenant.to_string())
        .push(", event_id, ")
        .push_bind(place.at)
        .push(", ")
        .push_bind(&place.call.actor)
        .push(", schema_id, digest from unnest(")
        .push_bind(batch.event_types.as_slice())
        .push(", ")
        .push_bind(batch.payloads.as_slice())
        .push(", ")
        .push_bind(batch.event_ids.as_slice())
        .push(", ")
        .push_bind(batch.schema_ids.as_slice())
        .push(", ")
        .push_bind(batch.digests.as_slice())
        .push(") with ordinality as event (event_type, payload, event_id, schema_id, digest, place) cross join store.require_era(")
        .push_bind(append.era)
        .push(") order by place");
}

/// The side writes of a statement, in a fixed order: two appends never wait for each other in a circle.
struct Parts<'a> {
    sql: QueryBuilder<'a, Postgres>,
    any: bool,
}

impl<'a> Parts<'a> {
    fn new() -> Self {
        Self { sql: QueryBuilder::new(""), any: false }
    }

    fn next(&mut self) -> &mut QueryBuilder<'a, Postgres> {
        self.sql.push(if self.any { ", " } else { "with " });
        self.any = true;
        &mut self.sql
    }

    fn end(self) -> QueryBuilder<'a, Postgres> {
        let mut sql = self.sql;
        sql.push(" ");
        sql
    }
}

/// A violation is told by the name of its constraint.
fn failure(error: sqlx::Error) -> Failure {
    let Some(database) = error.as_database_error() else { return Failure::Other(error.into()) };
    match (database.constraint(), database.code().as_deref()) {
        (Some("events_sequence" | "idempotency_call"), _) | (_, Some("40P01" | "40001")) => Failure::Lost,
        (Some("unique_claims_value"), _) => Failure::Taken,
        // A zero character, or the like: it reached the database in the clear, so it is not personal.
        (_, Some("22P05" | "22021")) => Failure::Other(Error::Corrupt("a text that cannot be stored".to_owned())),
        _ => Failure::Other(error.into()),
    }
}
