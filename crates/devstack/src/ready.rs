//! Whether a server answers, asked in its own protocol.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use sqlx::{Connection, PgConnection};
use tokio::net::TcpStream;
use url::Url;

use crate::error::{Error, Result};
use crate::guard::Guard;

/// How often we ask, and how long one question may take.
const GLANCE: Duration = Duration::from_millis(20);
const QUESTION: Duration = Duration::from_secs(3);

/// Where a server listens, and what it speaks.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    /// Comma-separated `host:port`.
    Kafka(String),
    /// Likewise, where we have to say who we are.
    GuardedKafka(String, Guard),
    Postgres(Url),
    Redis(Url),
}

impl Address {
    /// Which server this is, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Kafka(_) | Self::GuardedKafka(..) => "kafka",
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
        }
    }

    /// Asks until the server answers.
    pub(crate) async fn answers(&self, patience: Duration) -> Result<()> {
        let asked = Instant::now();
        loop {
            let Err(cause) = self.ask().await else { return Ok(()) };
            if asked.elapsed() > patience {
                return Err(Error::NotReady { name: self.name(), after: patience, cause });
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn ask(&self) -> std::result::Result<(), String> {
        match self {
            Self::Kafka(bootstrap) => in_time(kafka(bootstrap, &BTreeMap::new())).await,
            Self::GuardedKafka(bootstrap, guard) => in_time(kafka(bootstrap, &guard.admin())).await,
            Self::Postgres(url) => in_time(postgres(url)).await,
            Self::Redis(url) => in_time(redis(url)).await,
        }
    }
}

async fn in_time<E: ToString>(
    question: impl Future<Output = std::result::Result<(), E>>,
) -> std::result::Result<(), String> {
    match tokio::time::timeout(QUESTION, question).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {QUESTION:?}")),
    }
}

/// A broker that is not up yet costs the client long pauses, so we knock before we ask.
async fn kafka(bootstrap: &str, settings: &BTreeMap<&str, String>) -> std::result::Result<(), String> {
    let first = bootstrap.split(',').next().unwrap_or_default().trim().to_owned();
    TcpStream::connect(&first).await.map_err(|error| format!("{first}: {error}"))?;

    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set_log_level(RDKafkaLogLevel::Emerg);
    for (name, value) in settings {
        config.set(*name, value);
    }
    let asked = tokio::task::spawn_blocking(move || {
        let client: BaseConsumer<Quiet> = config.create_with_context(Quiet).map_err(|error| error.to_string())?;
        client
            .fetch_metadata(None, QUESTION)
            .map(|metadata| metadata.brokers().len())
            .map_err(|error| error.to_string())
    });
    match asked.await.map_err(|error| error.to_string())?? {
        0 => Err("no broker has registered yet".to_owned()),
        _ => Ok(()),
    }
}

async fn postgres(url: &Url) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(url.as_str()).await?;
    sqlx::query("select 1").execute(&mut connection).await?;
    connection.close().await
}

async fn redis(url: &Url) -> ::redis::RedisResult<()> {
    let client = ::redis::Client::open(url.clone())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    ::redis::cmd("PING").query_async(&mut connection).await
}

/// Says nothing while the server is still coming up; the answer is what counts.
struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, _: KafkaError, _: &str) {}
}

impl ConsumerContext for Quiet {}
