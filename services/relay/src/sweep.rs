//! Requests that nobody works on are offered again, and what is over is thrown away.

use std::collections::HashMap;
use std::convert::Infallible;

use bus::Producer;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row};
use tokio::time::{Instant, sleep};

use crate::Error;
use crate::config::Sweep;
use crate::record::{Stored, columns};
use crate::route::Routes;

/// Runs beside the relay, under its lease: one per installation.
pub struct Sweeper<'a> {
    pool: &'a PgPool,
    producer: &'a Producer,
    routes: &'a Routes,
    config: &'a Sweep,
    query: String,
    /// No older request is open.
    since: Option<DateTime<Utc>>,
    /// When which request was last offered again, by event id.
    offered: HashMap<String, Instant>,
}

/// A request without its terminal event.
struct Open {
    request: Stored,
    occurred_at: DateTime<Utc>,
    /// `None`: the relay has not come that far.
    position: Option<i64>,
    idle: bool,
}

impl<'a> Sweeper<'a> {
    pub fn new(pool: &'a PgPool, producer: &'a Producer, routes: &'a Routes, config: &'a Sweep) -> Self {
        Self { pool, producer, routes, config, query: query(), since: None, offered: HashMap::new() }
    }

    /// Sweeps for ever; trouble is logged and the next sweep tries again.
    pub async fn run(&mut self) -> Infallible {
        loop {
            sleep(self.config.every).await;
            if let Err(error) = self.sweep().await {
                tracing::warn!("a sweep was not finished: {error}");
            }
        }
    }

    async fn sweep(&mut self) -> Result<(), Error> {
        let open = self.open().await?;
        self.offered.retain(|id, _| open.iter().any(|it| it.request.row.event_id == *id));
        for it in open.iter().filter(|it| it.idle) {
            self.offer(it).await?;
        }
        self.measure().await?;
        self.tidy().await
    }

    /// How many answers wait for a worker: the signal to add some.
    async fn measure(&self) -> Result<(), Error> {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from store.open_requests
              where attempt is distinct from 'GenerationStarted'
                and occurred_at >= $1 and occurred_at > now() - make_interval(secs => $2)",
        )
        .bind(self.since)
        .bind(self.config.look_back.as_secs_f64())
        .fetch_one(self.pool)
        .await?;
        metrics::gauge!("atelier_relay_unstarted_requests").set(waiting as f64);
        Ok(())
    }

    /// The oldest open request bounds the next sweep; where none is open, some time is left for appends
    /// that were decided and are not yet committed.
    async fn open(&mut self) -> Result<Vec<Open>, Error> {
        let horizon: DateTime<Utc> = sqlx::query_scalar("select now() - make_interval(secs => $1)")
            .bind(self.config.unstarted_after.as_secs_f64())
            .fetch_one(self.pool)
            .await?;
        let rows = sqlx::query(&self.query)
            .bind(self.config.look_back.as_secs_f64())
            .bind(self.since)
            .bind(horizon)
            .bind(i64::from(self.config.at_once))
            .fetch_all(self.pool)
            .await?;
        let open = rows.iter().map(Open::read).collect::<sqlx::Result<Vec<_>>>()?;
        let latest = horizon - self.config.unstarted_after;
        self.since = Some(open.first().map_or(latest, |it| it.occurred_at.min(latest)));
        Ok(open)
    }

    async fn offer(&mut self, it: &Open) -> Result<(), Error> {
        let lately =
            self.offered.get(&it.request.row.event_id).is_some_and(|at| at.elapsed() < self.config.unstarted_after);
        let Some(position) = it.position.filter(|_| !lately) else { return Ok(()) };
        let Ok(chain::Encoded { bytes, .. }) = it.request.verify() else { return Ok(()) };
        let topic = self.routes.requests().to_owned();
        let delivery =
            self.producer.send(it.request.message(topic, bytes.into(), it.request.headers(position))).await?;
        delivery.await?;
        self.offered.insert(it.request.row.event_id.clone(), Instant::now());
        metrics::counter!("atelier_relay_offered_again_total").increment(1);
        let session = &it.request.row.aggregate_id;
        tracing::info!(session.id = %session, "nobody works on an answer of {session}; offered it again");
        Ok(())
    }

    async fn tidy(&self) -> Result<(), Error> {
        while store::housekeeping::forget_answers(self.pool, self.config.answers_for).await? {}
        while store::housekeeping::forget_workers(self.pool).await? {}
        Ok(())
    }
}

impl Open {
    fn read(row: &sqlx::postgres::PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            request: Stored::read(row)?,
            occurred_at: row.try_get("occurred_at")?,
            position: row.try_get("position")?,
            idle: row.try_get("idle")?,
        })
    }
}

/// Idle: never started, or given back a while ago, or its worker's lease is over.
fn query() -> String {
    format!(
        "select {columns}, l.position,
                case o.attempt
                  when 'GenerationStarted' then not o.held
                  when 'AttemptAbandoned' then o.attempt_at <= $3
                  else true
                end as idle
           from store.open_requests o
           join store.events e using (aggregate_type, aggregate_id, sequence)
           left join store.log l on l.event_id = e.event_id
          where o.occurred_at > now() - make_interval(secs => $1)
            and o.occurred_at >= coalesce($2, '-infinity') and o.occurred_at <= $3
          order by o.occurred_at limit $4",
        columns = columns()
    )
}
