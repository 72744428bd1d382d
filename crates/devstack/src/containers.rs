//! The three in containers, for machines with an engine.
//!
//! Ports are published on loopback only. Data that is kept is in volumes named after the state
//! folder's mark. `ATELIER_KAFKA_IMAGE`, `ATELIER_POSTGRES_IMAGE` and `ATELIER_REDIS_IMAGE`
//! name other images of the same make.

mod contained;
mod engine;
mod settings;

use std::env;

use url::Url;

use crate::error::Result;
use crate::home::Home;
use crate::options::{Keep, Options};
use crate::part::Part;
use crate::ready::Address;
use crate::{ports, postgres, redis};

pub(crate) use contained::Contained;
use contained::Recipe;
pub use engine::engine_answers;
pub(crate) use engine::sweep;

const REDIS_DATA: &str = "/data";

/// Starts Kafka and gives its bootstrap address.
pub(crate) async fn kafka(home: &Home, options: &Options) -> Result<(String, Part)> {
    let port = ports::pick(options.kafka)?;
    let bootstrap = format!("127.0.0.1:{port}");
    let recipe = Recipe {
        image: image("ATELIER_KAFKA_IMAGE", "apache/kafka:4.1.0"),
        // The same port inside and outside: the broker calls itself by the address it advertises.
        inner: port,
        outer: port,
        environment: settings::kafka(port, ports::pick(0)?),
        command: Vec::new(),
        data: settings::KAFKA_DATA,
    };
    let container = Contained::start(home, recipe, Address::Kafka(bootstrap.clone()), options.patience).await?;
    Ok((bootstrap, Part::Contained(container)))
}

/// Starts Postgres and gives the owner's URL.
pub(crate) async fn postgres(home: &Home, options: &Options) -> Result<(Url, Part)> {
    let port = ports::pick(options.postgres)?;
    let password = postgres::password(&home.folder("containers")?.join("postgres.password"))?;
    let url = postgres::url(&password, port, postgres::DATABASE);
    let recipe = Recipe {
        image: image("ATELIER_POSTGRES_IMAGE", "pgvector/pgvector:pg16"),
        inner: 5432,
        outer: port,
        environment: vec![
            ("POSTGRES_USER".to_owned(), postgres::OWNER.to_owned()),
            ("POSTGRES_DB".to_owned(), postgres::DATABASE.to_owned()),
            ("POSTGRES_PASSWORD".to_owned(), password),
        ],
        command: ["postgres", "-c", "max_connections=200", "-c", "shared_buffers=128MB"].map(str::to_owned).into(),
        data: "/var/lib/postgresql/data",
    };
    let container = Contained::start(home, recipe, Address::Postgres(url.clone()), options.patience).await?;
    Ok((url, Part::Contained(container)))
}

/// Starts Redis and gives its URL.
pub(crate) async fn redis(home: &Home, options: &Options) -> Result<(Url, Part)> {
    let port = ports::pick(options.redis)?;
    let url = redis::url(port);
    let durable = if home.keep() == Keep::Data { "yes" } else { "no" };
    let recipe = Recipe {
        image: image("ATELIER_REDIS_IMAGE", "redis:7"),
        inner: 6379,
        outer: port,
        environment: Vec::new(),
        command: ["redis-server", "--protected-mode", "no", "--dir", REDIS_DATA, "--save", "", "--appendonly", durable]
            .map(str::to_owned)
            .into(),
        data: REDIS_DATA,
    };
    let container = Contained::start(home, recipe, Address::Redis(url.clone()), options.patience).await?;
    Ok((url, Part::Contained(container)))
}

fn image(variable: &str, official: &str) -> String {
    env::var(variable).ok().filter(|name| !name.is_empty()).unwrap_or_else(|| official.to_owned())
}
