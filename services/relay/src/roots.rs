//! Signed roots: every so often, all that is published so far in one hash, stored and on a topic of its own.

use std::convert::Infallible;
use std::time::Duration;

use bus::{Headers, Message, Producer};
use chain::{Link, Root, Signer};
use chrono::Utc;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Config, Error};

/// Signs what is acknowledged. Runs under the lease, beside the relay.
pub struct Notary<'a> {
    pool: &'a PgPool,
    producer: &'a Producer,
    topic: String,
    signer: Signer,
    every: Duration,
    every_events: i64,
    pause: Duration,
    acked: watch::Receiver<Link>,
}

/// With a key or without: who has none signs nothing, for ever.
pub async fn run(
    pool: &PgPool,
    producer: &Producer,
    topic: String,
    config: &Config,
    acked: watch::Receiver<Link>,
) -> Result<Infallible, Error> {
    let Some(signer) = config.audit.signer()? else {
        tracing::warn!("no roots of the chain are signed: set [audit] signing_key (`openssl rand -base64 32`)");
        return std::future::pending().await;
    };
    let every_events = i64::from(config.audit.root_every_events.get());
    let (every, pause) = (config.audit.root_every, config.retry.longest);
    Ok(Notary { pool, producer, topic, signer, every, every_events, pause, acked }.run().await)
}

impl Notary<'_> {
    async fn run(mut self) -> Infallible {
        let mut last = self.last().await;
        let mut next = Instant::now() + self.every;
        loop {
            let link = self.due(last, next).await;
            match self.publish(&link).await {
                Ok(()) => (last, next) = (link.position, Instant::now() + self.every),
                Err(error) => {
                    tracing::warn!("the root at position {} was not published: {error}", link.position);
                    sleep(self.pause).await;
                }
            }
        }
    }

    /// Zero where it cannot be read: then one root more is signed than needed.
    async fn last(&self) -> i64 {
        let query = "select coalesce(max(position), 0) from store.roots";
        sqlx::query_scalar(query).fetch_one(self.pool).await.unwrap_or_default()
    }

    /// The newest link, once there are enough events, or once it is time and there is any.
    async fn due(&mut self, last: i64, next: Instant) -> Link {
        let enough = self.every_events;
        let soon = timeout_at(next, self.acked.wait_for(|link| link.position - last >= enough)).await;
        if let Some(link) = soon.ok().and_then(Result::ok).map(|link| *link) {
            return link;
        }
        let any = self.acked.wait_for(|link| link.position > last).await.map(|link| *link);
        match any {
            Ok(link) => link,
            Err(_) => std::future::pending().await, // the relay ends, and we with it
        }
    }

    /// On Kafka first: a root that is stored is on the topic too.
    async fn publish(&self, link: &Link) -> Result<(), Error> {
        let root = self.signer.sign(link, Utc::now());
        let payload = events::root::RootPublished::from(root.clone()).encode()?;
        let headers = Headers::new().with(bus::headers::EVENT_TYPE, events::root::ROOT);
        let (topic, key) = (self.topic.clone(), link.position.to_string());
        self.producer.send(Message { topic, key, payload: payload.into(), headers }).await?.await?;
        self.store(&root).await?;
        metrics::counter!("atelier_relay_roots_total").increment(1);
        tracing::debug!("signed the root at position {}", link.position);
        Ok(())
    }

    async fn store(&self, root: &Root) -> sqlx::Result<()> {
        let query = "insert into store.roots (position, chain_hash, at, key_id, signature) values ($1, $2, $3, $4, $5)
                     on conflict do nothing";
        sqlx::query(query)
            .bind(root.position)
            .bind(&root.chain_hash)
            .bind(root.at)
            .bind(&root.key_id)
            .bind(&root.signature)
            .execute(self.pool)
            .await?;
        Ok(())
    }
}
