//! To Postgres, Redis and other processes. Nothing connects before it is first used.

use anyhow::{Context, bail};
use runtime::postgres;
use sqlx::PgPool;
use tonic::transport::Channel;

use crate::config::Config;

pub fn pool(config: &Config, owner: &'static str, connections: u32) -> anyhow::Result<PgPool> {
    let limits = postgres::Limits { connections, wait: config.database.wait };
    postgres::pool(config.database_url()?, owner, limits).context("[database] url is not a Postgres URL")
}

/// The keys that open texts.
pub fn vault(config: &Config) -> anyhow::Result<keys::Keys> {
    let settings = config.keys.as_ref().context("[keys] kek is missing: `openssl rand -base64 32`")?;
    Ok(keys::Keys::connect(pool(config, "keys", config.database.other_connections)?, settings)?)
}

/// The event store, and the pool it works with.
pub fn event_store(config: &Config, keys: keys::Keys) -> anyhow::Result<(PgPool, store::Store)> {
    let settings = config.store.as_ref().context("[store] pepper is missing: `openssl rand -base64 32`")?;
    let pool = pool(config, "store", config.database.command_connections)?;
    let store = store::Store::connect(pool.clone(), settings, keys)?;
    Ok((pool, store))
}

/// To another process: in the clear only where no certificates are configured.
pub fn channel(url: &str, config: &Config, tls: Option<&tls::Internal>) -> anyhow::Result<Channel> {
    match tls {
        Some(tls) => Ok(rpc::connect_securely(url, config.rpc.timeout, tls.clone())?),
        None if url.starts_with("https:") => {
            bail!("{url} needs certificates: set [tls] internal_certificate and the rest")
        }
        None => Ok(rpc::connect(url, config.rpc.timeout)?),
    }
}

pub fn redis(client: &redis::Client) -> redis::RedisResult<redis::aio::ConnectionManager> {
    let settings = redis::aio::ConnectionManagerConfig::new().set_number_of_retries(1);
    redis::aio::ConnectionManager::new_lazy_with_config(client.clone(), settings)
}
