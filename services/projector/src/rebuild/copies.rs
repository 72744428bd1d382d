//! Tables like the live ones, in a schema beside them.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use sqlx::types::Json;
use sqlx::{Acquire, PgConnection, PgPool};

use crate::catalog::{self, Entry};
use crate::home::Home;

/// A copy that another release began is begun again: it may fold differently.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Statements that make a table like a live one, with its keys, indexes under their names, row-level security,
/// policies and grants; and let the filler write it. Nothing of it names the live table's rows.
const LIKE: &str = "
    with source as (
        select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'read' and c.relname = $1),
    statements as (
        select 1 as step, '' as name,
               format('create table %I.%I (like read.%I including all excluding indexes)', $2, relname, relname) as statement
        from source
        union all
        select 2, conname, format('alter table %I.%I add constraint %I %s', $2, relname, conname, pg_get_constraintdef(k.oid))
        from source join pg_constraint k on k.conrelid = source.oid where contype in ('p', 'u', 'x')
        union all
        select 3, i.indexrelid::regclass::text,
               replace(pg_get_indexdef(i.indexrelid), format(' ON read.%I ', relname), format(' ON %I.%I ', $2, relname))
        from source join pg_index i on i.indrelid = source.oid
        where not exists (select from pg_constraint k where k.conindid = i.indexrelid)
        union all
        select 4, 'enable', format('alter table %I.%I enable row level security', $2, relname) from source where relrowsecurity
        union all
        select 4, 'force', format('alter table %I.%I force row level security', $2, relname) from source where relforcerowsecurity
        union all
        select 5, policyname, format('create policy %I on %I.%I as %s for %s to %s%s%s', policyname, $2, relname, permissive, cmd,
                         (select string_agg(quote_ident(role), ', ') from unnest(roles) as role),
                         coalesce(' using (' || qual || ')', ''), coalesce(' with check (' || with_check || ')', ''))
        from source join pg_policies p on p.schemaname = 'read' and p.tablename = relname
        union all
        select 6, '', format('grant %s on %I.%I to %s', privilege_type, $2, relname,
                         case grantee when 0 then 'public' else grantee::regrole::text end)
        from source cross join aclexplode(relacl) where grantee <> relowner)
    select statement from statements order by step, name";

/// The shape of a projection's tables: other columns need another copy.
const SHAPE: &str = "
    select coalesce(string_agg(format('%s.%s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull), ';'
                      order by relname, attnum), '')
    from pg_attribute join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
    where nspname = $1 and relname = any($2) and relkind = 'r' and attnum > 0 and not attisdropped";

/// The goal of the copy that is there, if it can go on; else a new one is made, with the goal given.
pub(super) async fn open(
    owner: &mut PgConnection,
    entry: &Entry,
    goal: BTreeMap<i32, i64>,
    afresh: bool,
) -> anyhow::Result<BTreeMap<i32, i64>> {
    let begun: Option<(Json<BTreeMap<i32, i64>>, String)> =
        sqlx::query_as("select goal, built_by from read.copies where projection = $1 and copy = 'next'")
            .bind(entry.name)
            .fetch_optional(&mut *owner)
            .await?;
    if let Some((goal, release)) = begun.filter(|_| !afresh) {
        if release == RELEASE && shape(owner, Home::Next, entry).await? == shape(owner, Home::Live, entry).await? {
            return Ok(goal.0);
        }
        tracing::info!(projection = entry.name, "the copy of {} was begun by another release: again", entry.name);
    }
    make(owner, entry, &goal).await.with_context(|| format!("a copy of {} cannot be made", entry.name))?;
    Ok(goal)
}

async fn make(owner: &mut PgConnection, entry: &Entry, goal: &BTreeMap<i32, i64>) -> anyhow::Result<()> {
    let mut tx = owner.begin().await?;
    forget(&mut tx, Home::Next, entry).await?;
    for table in entry.tables {
        let statements: Vec<String> =
            sqlx::query_scalar(LIKE).bind(*table).bind(Home::Next.schema()).fetch_all(&mut *tx).await?;
        if statements.is_empty() {
            bail!("there is no table read.{table}; run `atelier migrate`");
        }
        sqlx::raw_sql(&statements.join(";\n")).execute(&mut *tx).await.with_context(|| format!("table {table}"))?;
        sqlx::raw_sql(&for_the_filler(Home::Next, table)).execute(&mut *tx).await?;
    }
    sqlx::query(
        "insert into read.copies (projection, copy, state, goal, built_by) values ($1, 'next', 'filling', $2, $3)",
    )
    .bind(entry.name)
    .bind(Json(goal))
    .bind(RELEASE)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Statements: the filler may write this table.
pub(super) fn for_the_filler(home: Home, table: &str) -> String {
    let schema = home.schema();
    format!(
        "grant select, insert, update, delete on {schema}.{table} to atelier_rebuild;
         create policy rebuild_writes on {schema}.{table} for all to atelier_rebuild using (true) with check (true);"
    )
}

/// Statements: it may not any more.
pub(super) fn not_for_the_filler(home: Home, table: &str) -> String {
    let schema = home.schema();
    format!(
        "revoke all on {schema}.{table} from atelier_rebuild;
         drop policy if exists rebuild_writes on {schema}.{table};"
    )
}

async fn shape(owner: &mut PgConnection, home: Home, entry: &Entry) -> sqlx::Result<String> {
    sqlx::query_scalar(SHAPE).bind(home.schema()).bind(entry.tables).fetch_one(owner).await
}

/// It has reached its goal.
pub(super) async fn is_ready(owner: &mut PgConnection, projection: &str) -> sqlx::Result<()> {
    sqlx::query("update read.copies set state = 'ready', updated_at = now() where projection = $1 and copy = 'next'")
        .bind(projection)
        .execute(owner)
        .await?;
    Ok(())
}

pub(super) async fn require_ready(owner: &mut PgConnection, entry: &Entry, home: Home) -> anyhow::Result<()> {
    let (name, copy) = (entry.name, name(home));
    let state: Option<String> = sqlx::query_scalar("select state from read.copies where projection = $1 and copy = $2")
        .bind(name)
        .bind(copy)
        .fetch_optional(&mut *owner)
        .await?;
    match (state.as_deref(), home) {
        (None, Home::Previous) => bail!("{name} has no previous copy to go back to"),
        (None, _) => bail!("{name} has no copy; `atelier projections rebuild {name}` makes one"),
        (Some("ready"), _) => {}
        (Some(_), _) => {
            bail!("the copy of {name} is not filled yet; `atelier projections rebuild {name}` goes on with it")
        }
    }
    if shape(owner, home, entry).await? != shape(owner, Home::Live, entry).await? {
        bail!("the copy of {name} has other columns than what is live: `atelier projections rebuild {name} --afresh`");
    }
    Ok(())
}

/// The offsets a copy stands at, by partition.
pub(super) async fn places(owner: &mut PgConnection, home: Home, entry: &Entry) -> sqlx::Result<BTreeMap<i32, i64>> {
    let places: Vec<(i32, i64)> =
        sqlx::query_as(&format!("select partition, next_offset from {}.offsets where projection = $1", home.schema()))
            .bind(entry.name)
            .fetch_all(owner)
            .await?;
    Ok(places.into_iter().collect())
}

/// Drops both copies of a projection.
pub(super) async fn discard(owner: &mut PgConnection, entry: &Entry) -> sqlx::Result<()> {
    let mut tx = owner.begin().await?;
    forget(&mut tx, Home::Next, entry).await?;
    forget(&mut tx, Home::Previous, entry).await?;
    tx.commit().await
}

/// Drops every copy of every projection: what people wrote is in them too. For an erasure.
pub async fn discard_all(owner: &PgPool) -> anyhow::Result<()> {
    let mut lease = super::lease::Lease::take(owner, "all projections", "the dropping of copies").await?;
    let mut discarded = Ok(());
    for entry in catalog::ALL {
        discarded = discarded.and(discard(lease.connection(), &entry).await);
    }
    lease.give_back().await;
    Ok(discarded?)
}

async fn forget(tx: &mut PgConnection, home: Home, entry: &Entry) -> sqlx::Result<()> {
    let schema = home.schema();
    for table in entry.tables {
        sqlx::raw_sql(&format!("drop table if exists {schema}.{table}")).execute(&mut *tx).await?;
    }
    for places in ["offsets", "parked"] {
        sqlx::query(&format!("delete from {schema}.{places} where projection = $1"))
            .bind(entry.name)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("delete from read.copies where projection = $1 and copy = $2")
        .bind(entry.name)
        .bind(name(home))
        .execute(tx)
        .await?;
    Ok(())
}

/// As `read.copies` calls it.
pub(super) const fn name(home: Home) -> &'static str {
    match home {
        Home::Live => "live",
        Home::Next => "next",
        Home::Previous => "previous",
    }
}
