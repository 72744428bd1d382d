//! A copy and what is live change places, in one short transaction.

use std::fmt::Write;
use std::time::Duration;

use projections::changes;
use sqlx::{Acquire, PgConnection};

use super::copies::{for_the_filler, not_for_the_filler};
use crate::catalog::Entry;
use crate::home::Home;

/// False: readers held a table for longer than `patience`, and nothing has changed. Until then those who
/// came after us waited behind us, so it must be short.
///
/// The gate of the projection is closed: nobody folds meanwhile.
pub(super) async fn exchange(
    owner: &mut PgConnection,
    entry: &Entry,
    from: Home,
    patience: Duration,
) -> sqlx::Result<bool> {
    let mut tx = owner.begin().await?;
    match sqlx::raw_sql(&locks(entry, from, patience)).execute(&mut *tx).await {
        Ok(_) => {}
        Err(error) if is_busy(&error) => return tx.rollback().await.map(|()| false),
        Err(error) => return Err(error),
    }
    sqlx::raw_sql(&statements(entry, from)).execute(&mut *tx).await?;
    changes::tell_everybody(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// `lock_not_available`, or a deadlock that Postgres has resolved against us.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code().map(String::from));
    matches!(code.as_deref(), Some("55P03" | "40P01"))
}

fn locks(entry: &Entry, from: Home, patience: Duration) -> String {
    let of = |schema: &str| entry.tables.iter().map(|table| format!("{schema}.{table}")).collect::<Vec<_>>();
    let tables = [of(Home::Live.schema()), of(from.schema())].concat().join(", ");
    format!("set local lock_timeout = {}; lock table {tables} in access exclusive mode", patience.as_millis())
}

fn statements(entry: &Entry, from: Home) -> String {
    let mut sql = String::new();
    for table in entry.tables {
        tables(&mut sql, table, from);
    }
    for places in ["offsets", "parked"] {
        rows(&mut sql, places, entry.name, from);
    }
    copies(&mut sql, entry.name, from);
    sql
}

/// Writing to a `String` cannot fail.
macro_rules! add {
    ($sql:expr, $($text:tt)*) => { let _ = writeln!($sql, $($text)*); };
}

fn tables(sql: &mut String, table: &str, from: Home) {
    let (live, from_schema, previous) = (Home::Live.schema(), from.schema(), Home::Previous.schema());
    add!(sql, "alter table {live}.{table} set schema read_parting;");
    add!(sql, "alter table {from_schema}.{table} set schema {live};");
    if from == Home::Next {
        add!(sql, "drop table if exists {previous}.{table};");
    }
    add!(sql, "alter table read_parting.{table} set schema {previous};");
    add!(sql, "{}", not_for_the_filler(Home::Live, table));
    add!(sql, "{}", for_the_filler(Home::Previous, table));
}

/// The places and parked records move with the tables. The epoch grows, so that who folded what was live
/// finds itself fenced and reads its places again.
fn rows(sql: &mut String, table: &str, projection: &str, from: Home) {
    let (from, previous) = (from.schema(), Home::Previous.schema());
    let grown = if table == "offsets" {
        "update arriving set epoch = epoch + 1 + (select coalesce(max(epoch), 0) from parting);"
    } else {
        ""
    };
    add!(
        sql,
        "create temporary table parting on commit drop as select * from read.{table} where projection = '{projection}';"
    );
    add!(
        sql,
        "create temporary table arriving on commit drop as select * from {from}.{table} where projection = '{projection}';"
    );
    add!(sql, "{grown}");
    for schema in ["read", from, previous] {
        add!(sql, "delete from {schema}.{table} where projection = '{projection}';");
    }
    add!(sql, "insert into read.{table} select * from arriving;");
    add!(sql, "insert into {previous}.{table} select * from parting;");
    add!(sql, "drop table parting, arriving;");
}

fn copies(sql: &mut String, projection: &str, from: Home) {
    if from == Home::Next {
        add!(sql, "delete from read.copies where projection = '{projection}' and copy = 'previous';");
        add!(
            sql,
            "update read.copies set copy = 'previous', updated_at = now()
                   where projection = '{projection}' and copy = 'next';"
        );
    } else {
        add!(sql, "update read.copies set updated_at = now() where projection = '{projection}' and copy = 'previous';");
    }
}
