//! Two tables, side by side in the order of their keys.

use std::cmp::Ordering;

use futures::{Stream, TryStreamExt};
use serde_json::{Map, Value};
use sqlx::{PgConnection, PgPool};

use super::{Difference, Kind, Reconciled};
use crate::Error;

/// The key of a row, and a digest of all of it.
type Row = (String, String);

/// Returns how many rows are the same. `live` is one moment; nobody else writes the other one.
pub async fn table(
    live: &mut PgConnection,
    scratch: &PgPool,
    projection: &str,
    table: &str,
    found: &mut Reconciled,
) -> Result<i64, Error> {
    let key = key(live, table).await?;
    let query = format!("select {key} collate \"C\" as key, md5(t::text) from read.{table} t order by 1");
    let mut anew = scratch.begin_with("begin; set local role atelier_read; set local timezone = 'UTC'").await?;
    let (mut same, mut different) = (0, Vec::new());
    {
        let (mut ours, mut theirs) =
            (sqlx::query_as(&query).fetch(&mut *anew), sqlx::query_as(&query).fetch(&mut *live));
        let (mut left, mut right): (Option<Row>, Option<Row>) = (next(&mut ours).await?, next(&mut theirs).await?);
        loop {
            match order(left.as_ref(), right.as_ref()) {
                None => break,
                Some(Ordering::Less) => {
                    let row = std::mem::replace(&mut left, next(&mut ours).await?);
                    found.add(missing(projection, table, row));
                }
                Some(Ordering::Greater) => {
                    let row = std::mem::replace(&mut right, next(&mut theirs).await?);
                    found.add(extra(projection, table, row));
                }
                Some(Ordering::Equal) => {
                    if left == right {
                        same += 1;
                    } else {
                        different.extend(left.map(|(key, _)| key));
                    }
                    (left, right) = (next(&mut ours).await?, next(&mut theirs).await?);
                }
            }
        }
    }
    let query = format!("select to_jsonb(t) from read.{table} t where {key} = $1");
    for row in different {
        let ours: Value = sqlx::query_scalar(&query).bind(&row).fetch_one(&mut *anew).await?;
        let theirs: Value = sqlx::query_scalar(&query).bind(&row).fetch_one(&mut *live).await?;
        let detail = format!("it is not what its events come to: {}", columns(&ours, &theirs));
        found.add(at(Kind::Different, projection, table, &row, detail));
    }
    Ok(same)
}

async fn next(rows: &mut (impl Stream<Item = sqlx::Result<Row>> + Unpin)) -> sqlx::Result<Option<Row>> {
    rows.try_next().await
}

/// Which of two rows comes first; `None`: there is none any more.
fn order(left: Option<&Row>, right: Option<&Row>) -> Option<Ordering> {
    match (left, right) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some((left, _)), Some((right, _))) => Some(left.cmp(right)),
    }
}

fn missing(projection: &str, table: &str, row: Option<Row>) -> Difference {
    let key = row.map(|(key, _)| key).unwrap_or_default();
    at(Kind::Missing, projection, table, &key, "its events are on the topic, and the read model has no such row".into())
}

fn extra(projection: &str, table: &str, row: Option<Row>) -> Difference {
    let key = row.map(|(key, _)| key).unwrap_or_default();
    at(Kind::Extra, projection, table, &key, "no event on the topic leads to it".into())
}

fn at(kind: Kind, projection: &str, table: &str, key: &str, detail: String) -> Difference {
    let place = format!("projection {projection}, read.{table} row {key}");
    Difference { kind, place, position: None, event_id: None, detail }
}

/// The names alone: what stands in them may be personal.
fn columns(ours: &Value, theirs: &Value) -> String {
    let none = Map::new();
    let (ours, theirs) = (ours.as_object().unwrap_or(&none), theirs.as_object().unwrap_or(&none));
    let differ = ours.iter().filter(|(name, value)| theirs.get(*name) != Some(*value)).map(|(name, _)| name.as_str());
    differ.collect::<Vec<_>>().join(", ")
}

/// The primary key as one text.
async fn key(live: &mut PgConnection, table: &str) -> sqlx::Result<String> {
    let query = "select a.attname from pg_index i
                   join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
                  where i.indrelid = $1::regclass and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)";
    let columns: Vec<String> = sqlx::query_scalar(query).bind(format!("read.{table}")).fetch_all(live).await?;
    Ok(format!("concat_ws('/', {})", columns.iter().map(|name| format!("t.{name}")).collect::<Vec<_>>().join(", ")))
}
