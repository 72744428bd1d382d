//! Each read model, folded anew and compared row by row with the live one.

use domain::{inspection, project, session, tenant, user};
use projections::Projection;
use projections::audit::Audit;
use projections::projects::Projects;
use projections::sessions::Sessions;
use projections::tenants::Tenants;
use projections::usage::Usage;
use projections::users::Users;
use sqlx::PgConnection;

use super::fold::{self, Standing};
use super::scratch::Scratch;
use super::{Model, Parts, Reconciled, Told, compare};
use crate::Error;

/// The live side: one moment, as the role that sees every row.
const LIVE: &str =
    "begin isolation level repeatable read, read only; set local role atelier_read; set local timezone = 'UTC'";

pub async fn compare(parts: &Parts, told: Told<'_>, found: &mut Reconciled) -> Result<(), Error> {
    let scratch = Scratch::make(&parts.scratch).await?;
    let outcome = all(parts, &scratch, told, found).await;
    scratch.drop().await?;
    outcome
}

async fn all(parts: &Parts, scratch: &Scratch, told: Told<'_>, found: &mut Reconciled) -> Result<(), Error> {
    one::<Users>(parts, scratch, told, found).await?;
    one::<Tenants>(parts, scratch, told, found).await?;
    one::<Projects>(parts, scratch, told, found).await?;
    one::<Sessions>(parts, scratch, told, found).await?;
    one::<Usage>(parts, scratch, told, found).await?;
    one::<Audit<user::Event>>(parts, scratch, told, found).await?;
    one::<Audit<tenant::Event>>(parts, scratch, told, found).await?;
    one::<Audit<project::Event>>(parts, scratch, told, found).await?;
    one::<Audit<session::Event>>(parts, scratch, told, found).await?;
    one::<Audit<inspection::Event>>(parts, scratch, told, found).await
}

async fn one<P: Projection>(
    parts: &Parts,
    scratch: &Scratch,
    told: Told<'_>,
    found: &mut Reconciled,
) -> Result<(), Error> {
    let mut live = parts.owner.begin_with(LIVE).await?;
    let topic = parts.kafka.topics().named(P::TOPIC);
    let standing = Standing::of(&mut live, P::NAME, &topic).await?;
    let Some(folded) = fold::anew::<P>(parts, &scratch.pool, &standing, told, found).await? else { return Ok(()) };
    let mut rows = 0;
    for table in P::TABLES {
        rows += compare::table(&mut live, &scratch.pool, P::NAME, table, found).await?;
    }
    live.rollback().await?;
    found.read_models.push(Model { projection: P::NAME, folded, rows });
    Ok(())
}

impl Standing {
    async fn of(live: &mut PgConnection, projection: &str, topic: &str) -> sqlx::Result<Self> {
        let query = "select partition, next_offset from read.offsets where projection = $1 and topic = $2";
        let next: Vec<(i32, i64)> = sqlx::query_as(query).bind(projection).bind(topic).fetch_all(&mut *live).await?;
        let query = "select partition, \"offset\" from read.parked where projection = $1 and topic = $2";
        let parked: Vec<(i32, i64)> = sqlx::query_as(query).bind(projection).bind(topic).fetch_all(live).await?;
        Ok(Self { next: next.into_iter().collect(), parked: parked.into_iter().collect() })
    }
}
