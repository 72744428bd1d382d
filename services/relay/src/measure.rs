//! How far behind the relay is, and who holds it back.

use std::convert::Infallible;

use sqlx::PgPool;
use tokio::time::sleep;

use crate::Config;

/// Measures for ever.
pub async fn run(pool: &PgPool, config: &Config) -> Infallible {
    let mut alerted = false;
    loop {
        sleep(config.measure_every).await;
        match measure(pool).await {
            Ok(held_back) => {
                let alert = held_back > config.held_back_alert.as_secs_f64();
                if alert && !alerted {
                    name_the_holder(pool, held_back).await;
                }
                alerted = alert;
            }
            Err(error) => tracing::debug!("the relay's lag was not measured: {error}"),
        }
    }
}

/// The count stops at ten thousand: more is "far behind".
const LAG: &str = "
with behind as (
    select e.occurred_at from store.events e
     where (e.xid, e.row_id) > ((select greatest(cursor_xid, 0)::text::xid8 from store.relay), (select cursor_row from store.relay))
       and e.row_id > (select base_row from store.relay)
     order by e.xid, e.row_id limit 10000
), held as (
    select e.occurred_at from store.events e
     where e.xid >= pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.row_id limit 1
)
select (select count(*) from behind),
       coalesce(extract(epoch from now() - (select min(occurred_at) from behind)), 0)::float8,
       coalesce(extract(epoch from now() - (select occurred_at from held)), 0)::float8,
       (select count(*) from store.parked_aggregates)";

async fn measure(pool: &PgPool) -> sqlx::Result<f64> {
    let (events, seconds, held_back, parked): (i64, f64, f64, i64) = sqlx::query_as(LAG).fetch_one(pool).await?;
    metrics::gauge!("atelier_relay_lag_events").set(events as f64);
    metrics::gauge!("atelier_relay_lag_seconds").set(seconds.max(0.0));
    metrics::gauge!("atelier_relay_held_back_seconds").set(held_back.max(0.0));
    metrics::gauge!("atelier_relay_parked_aggregates").set(parked as f64);
    Ok(held_back)
}

/// Any write transaction of the cluster can hold events back, whatever it writes.
async fn name_the_holder(pool: &PgPool, seconds: f64) {
    let query = "select pid from pg_stat_activity where backend_xid is not null order by age(backend_xid) desc limit 1";
    let pid: Option<i32> = sqlx::query_scalar(query).fetch_optional(pool).await.ok().flatten();
    tracing::warn!(pid, "events are held back since {seconds:.0} s by a transaction that does not end");
}
