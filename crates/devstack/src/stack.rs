//! The three together.

use std::time::Instant;

use url::Url;

#[cfg(feature = "containers")]
use crate::containers::{self, engine_answers};
use crate::environment::Given;
use crate::error::{Error, Result};
use crate::home::Home;
use crate::kept::Kept;
use crate::options::{Keep, Options, Source};
use crate::part::Part;
use crate::ready::Address;
use crate::{kafka, postgres, prepare, redis};

/// A running Kafka, Postgres and Redis.
///
/// What we started ends with [`stop`](Stack::stop), with the drop, and with this process, even
/// when that is killed: the kernel ends native servers then. Containers outlive a `kill -9`, and
/// the next start on the same folder removes them.
pub struct Stack {
    /// Kafka's bootstrap servers, `host:port`, comma-separated.
    pub kafka: String,
    /// Postgres as the owner of its database.
    pub postgres: Url,
    /// Redis.
    pub redis: Url,
    // The order matters: servers end before their folder is given back.
    parts: Parts,
    _home: Option<Home>,
}

struct Parts {
    kafka: Part,
    postgres: Part,
    redis: Part,
}

/// Who starts what the environment does not give.
enum Starter {
    Nobody,
    Native(Home),
    #[cfg(feature = "containers")]
    Containers(Home),
}

impl Stack {
    /// Starts the three side by side, and gives them when all answer. Says in a few lines what it does.
    pub async fn start(options: Options, progress: impl Fn(&str)) -> Result<Self> {
        let given = Given::read(options.source)?;
        let starter = Starter::choose(&options, &given).await?;
        let (kafka, postgres, redis) = tokio::try_join!(
            timed("kafka", &progress, starter.kafka(given.kafka, &options, &progress)),
            timed("postgres", &progress, starter.postgres(given.postgres, &options, &progress)),
            timed("redis", &progress, starter.redis(given.redis, &options)),
        )?;
        let parts = Parts { kafka: kafka.1, postgres: postgres.1, redis: redis.1 };
        Ok(Self { kafka: kafka.0, postgres: postgres.0, redis: redis.0, parts, _home: starter.into_home() })
    }

    /// Ends what we started, cleanly if its data is kept.
    pub async fn stop(self) {
        let Parts { kafka, postgres, redis } = self.parts;
        tokio::join!(kafka.stop(), postgres.stop(), redis.stop());
    }

    /// Kafka's process, if it is ours, native and running.
    pub fn kafka_pid(&self) -> Option<u32> {
        self.parts.kafka.pid()
    }

    /// Postgres's first process, likewise.
    pub fn postgres_pid(&self) -> Option<u32> {
        self.parts.postgres.pid()
    }

    /// Redis's process, likewise.
    pub fn redis_pid(&self) -> Option<u32> {
        self.parts.redis.pid()
    }

    /// What `kill -9` does to Kafka. It stays down until [`restart_kafka`](Stack::restart_kafka).
    pub async fn kill_kafka(&self) -> Result<()> {
        self.parts.kafka.kill().await
    }

    /// What `kill -9` does to all processes of Postgres.
    pub async fn kill_postgres(&self) -> Result<()> {
        self.parts.postgres.kill().await
    }

    /// What `kill -9` does to Redis.
    pub async fn kill_redis(&self) -> Result<()> {
        self.parts.redis.kill().await
    }

    /// Starts Kafka again with the same port and data, and waits until it answers; stops it first
    /// if it runs. After a kill this takes up to three seconds more: its old session has to end.
    pub async fn restart_kafka(&self) -> Result<()> {
        self.parts.kafka.restart().await
    }

    /// Starts Postgres again, likewise.
    pub async fn restart_postgres(&self) -> Result<()> {
        self.parts.postgres.restart().await
    }

    /// Starts Redis again, likewise. Without [`Keep::Data`](crate::Keep) it comes back empty.
    pub async fn restart_redis(&self) -> Result<()> {
        self.parts.redis.restart().await
    }
}

impl Starter {
    async fn choose(options: &Options, given: &Given) -> Result<Self> {
        if given.is_complete() {
            return Ok(Self::Nobody);
        }
        let home = Home::open(options).await?;
        let engine = options.source != Source::Native && engine_answers().await;
        let kept = Kept::choose(home.root(), options.source, engine)?;
        if kept == Kept::Native {
            prepare::tools()?;
        }
        if home.keep() == Keep::Data {
            kept.note(home.root())?;
        }
        match kept {
            Kept::Native => Ok(Self::Native(home)),
            #[cfg(feature = "containers")]
            Kept::Containers => {
                containers::sweep().await;
                Ok(Self::Containers(home))
            }
            #[cfg(not(feature = "containers"))]
            Kept::Containers => Err(Error::NoEngine),
        }
    }

    async fn kafka(
        &self,
        given: Option<String>,
        options: &Options,
        progress: &impl Fn(&str),
    ) -> Result<(String, Part)> {
        if let Some(bootstrap) = given {
            Address::Kafka(bootstrap.clone()).answers(options.patience.ready).await?;
            return Ok((bootstrap, Part::Given("kafka")));
        }
        match self {
            Self::Nobody => Err(Error::NoEngine),
            Self::Native(home) => {
                kafka::start(home, options, progress).await.map(|(it, server)| (it, Part::Native(server)))
            }
            #[cfg(feature = "containers")]
            Self::Containers(home) => containers::kafka(home, options).await,
        }
    }

    async fn postgres(&self, given: Option<Url>, options: &Options, progress: &impl Fn(&str)) -> Result<(Url, Part)> {
        if let Some(url) = given {
            Address::Postgres(url.clone()).answers(options.patience.ready).await?;
            return Ok((url, Part::Given("postgres")));
        }
        match self {
            Self::Nobody => Err(Error::NoEngine),
            Self::Native(home) => {
                postgres::start(home, options, progress).await.map(|(it, server)| (it, Part::Native(server)))
            }
            #[cfg(feature = "containers")]
            Self::Containers(home) => containers::postgres(home, options).await,
        }
    }

    async fn redis(&self, given: Option<Url>, options: &Options) -> Result<(Url, Part)> {
        if let Some(url) = given {
            Address::Redis(url.clone()).answers(options.patience.ready).await?;
            return Ok((url, Part::Given("redis")));
        }
        match self {
            Self::Nobody => Err(Error::NoEngine),
            Self::Native(home) => redis::start(home, options).await.map(|(it, server)| (it, Part::Native(server))),
            #[cfg(feature = "containers")]
            Self::Containers(home) => containers::redis(home, options).await,
        }
    }

    fn into_home(self) -> Option<Home> {
        match self {
            Self::Nobody => None,
            Self::Native(home) => Some(home),
            #[cfg(feature = "containers")]
            Self::Containers(home) => Some(home),
        }
    }
}

async fn timed<T>(name: &str, progress: &impl Fn(&str), work: impl Future<Output = Result<T>>) -> Result<T> {
    let begun = Instant::now();
    let done = work.await?;
    progress(&format!("{name}: ready after {:.1} s", begun.elapsed().as_secs_f32()));
    Ok(done)
}

#[cfg(not(feature = "containers"))]
async fn engine_answers() -> bool {
    false
}
