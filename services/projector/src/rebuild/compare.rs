//! A copy beside what is live, row by row.

use anyhow::Context;
use serde::Serialize;
use sqlx::{FromRow, PgPool, Postgres, Transaction};

use crate::home::Home;

/// How a table of the copy differs. Texts are never shown, only keys and the names of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDiff {
    pub table: String,
    pub live_rows: i64,
    pub copy_rows: i64,
    /// Rows that are live only.
    pub missing: i64,
    /// Rows that only the copy has.
    pub added: i64,
    /// Rows that both have, and that are not the same.
    pub changed: i64,
    /// Some of them: key, and what is different.
    pub examples: Vec<Example>,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Example {
    pub key: String,
    /// `missing`, `added`, or the columns that changed.
    pub what: String,
}

impl TableDiff {
    /// Whether every row is the same.
    pub const fn is_same(&self) -> bool {
        self.missing == 0 && self.added == 0 && self.changed == 0
    }
}

/// What is visible from here on is this moment, however long we look.
pub(super) async fn moment(compare: &PgPool) -> anyhow::Result<Transaction<'static, Postgres>> {
    let begin = "begin isolation level repeatable read, read only; set local statement_timeout = 0; select 1";
    compare.begin_with(begin).await.context("the tables cannot be compared")
}

pub(super) async fn tables(
    mut moment: Transaction<'static, Postgres>,
    copy: Home,
    tables: &[&str],
    examples: i64,
) -> anyhow::Result<Vec<TableDiff>> {
    let mut differences = Vec::new();
    for table in tables {
        differences.push(one(&mut moment, copy, table, examples).await.with_context(|| format!("table {table}"))?);
    }
    moment.rollback().await?;
    Ok(differences)
}

#[derive(FromRow)]
struct Counts {
    live_rows: i64,
    copy_rows: i64,
    missing: i64,
    added: i64,
    changed: i64,
}

async fn one(
    moment: &mut Transaction<'static, Postgres>,
    copy: Home,
    table: &str,
    examples: i64,
) -> sqlx::Result<TableDiff> {
    let key: Vec<String> = sqlx::query_scalar(KEY).bind(table).fetch_all(&mut **moment).await?;
    let first = key.first().cloned().unwrap_or_default();
    let side_by_side =
        format!("read.{table} as live full join {}.{table} as copy using ({})", copy.schema(), key.join(", "));
    let counts: Counts = sqlx::query_as(&format!(
        "select count(live.{first}) as live_rows, count(copy.{first}) as copy_rows,
                count(*) filter (where copy.{first} is null) as missing,
                count(*) filter (where live.{first} is null) as added,
                count(*) filter (where live.{first} is not null and copy.{first} is not null and live *<> copy) as changed
         from {side_by_side}"
    ))
    .fetch_one(&mut **moment)
    .await?;
    let examples = sqlx::query_as(&format!(
        "select concat_ws(' ', {}) as key,
                case when copy.{first} is null then 'missing' when live.{first} is null then 'added' else
                    (select string_agg(name, ', ') from jsonb_each(to_jsonb(live)) as was(name, value)
                     where to_jsonb(copy) -> name is distinct from value) end as what
         from {side_by_side}
         where copy.{first} is null or live.{first} is null or live *<> copy order by 1 limit $1",
        key.join(", "),
    ))
    .bind(examples)
    .fetch_all(&mut **moment)
    .await?;
    let Counts { live_rows, copy_rows, missing, added, changed } = counts;
    Ok(TableDiff { table: table.to_owned(), live_rows, copy_rows, missing, added, changed, examples })
}

/// The columns of a live table's primary key, in order.
const KEY: &str = "
    select quote_ident(attname) from pg_index
    cross join unnest(indkey) with ordinality as part(number, place)
    join pg_attribute on attrelid = indrelid and attnum = part.number
    where indrelid = format('read.%I', $1::text)::regclass and indisprimary order by place";
