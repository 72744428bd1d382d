//! The one statement that an append is.

use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};

use super::Append;
use crate::Store;
use crate::root::EVENT_VERSION;

impl Store {
    /// Only the parts that are needed, so that the common append is a bare insert.
    pub(super) fn statement<'a>(&self, append: &'a Append<'_>) -> QueryBuilder<'a, Postgres> {
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

/// A row of values for each event: what the server plans and runs fastest, where nearly all commands have one or two.
fn events<'a>(sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>) {
    if append.rows.is_empty() {
        sql.push("select from (select true) as nothing");
        return in_its_era(sql, append);
    }
    let place = &append.place;
    sql.push(
        "insert into store.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                                   tenant_id, event_id, occurred_at, actor, schema_id, digest) select ",
    );
    sql.push_bind(place.aggregate_type)
        .push(", ")
        .push_bind(place.aggregate_id)
        .push(", sequence, event_type, ")
        .push_bind(EVENT_VERSION)
        .push(", payload, ")
        .push_bind(place.call.metadata())
        .push(", ")
        .push_bind(place.call.tenant.to_string())
        .push(", event_id, ")
        .push_bind(place.at)
        .push(", ")
        .push_bind(&place.call.actor)
        .push(", schema_id, digest from (");
    sql.push_values(&append.rows, |mut values, row| {
        values
            .push_bind(row.sequence)
            .push_bind(row.event_type)
            .push_bind(&row.payload)
            .push_bind(&row.event_id)
            .push_bind(row.schema_id)
            .push_bind(row.digest.as_slice());
    });
    sql.push(") as event (sequence, event_type, payload, event_id, schema_id, digest)");
    in_its_era(sql, append);
}

/// In another era it fails, and with it everything that the statement writes.
fn in_its_era<'a>(sql: &mut QueryBuilder<'a, Postgres>, append: &'a Append<'_>) {
    sql.push(" where (select case when (select era from store.present_era) = ")
        .push_bind(append.era)
        .push(" then true else store.refuse_era() end)");
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
