//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use edge::Edge;
use projections::Progress;
use sqlx::PgPool;

use crate::access::AccessLog;
use crate::answers::Answers;
use crate::api::models::Models;
use crate::cookies::Cookies;
use crate::identity::Identities;
use crate::limit::Limiter;
use crate::origin::PublicOrigin;
use crate::{Config, Parts};

/// Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

pub struct Inner {
    pub config: Config,
    pub command: rpc::Command,
    pub auth: rpc::Auth,
    pub edge: Option<Edge>,
    pub read_pool: PgPool,
    pub progress: Progress,
    pub models: Models,
    pub identities: Identities,
    pub limits: Limiter,
    pub cookies: Cookies,
    pub origin: PublicOrigin,
    pub access: AccessLog,
    pub answers: Answers,
}

impl Deref for Gateway {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Gateway {
    pub fn new(config: Config, parts: Parts, access: AccessLog) -> anyhow::Result<Self> {
        let origin = PublicOrigin::new(&config)?;
        let redis = parts.redis.map(|client| connection(&client, &config)).transpose()?;
        let identities = Identities::new(&config, parts.auth.clone(), parts.verifier, parts.revocations, redis.clone());
        Ok(Self(Arc::new(Inner {
            limits: Limiter::new(&config, redis),
            cookies: Cookies::new(&origin),
            origin,
            access,
            answers: Answers::new(&config),
            identities,
            command: parts.command,
            auth: parts.auth,
            edge: parts.edge,
            read_pool: parts.read_pool,
            progress: parts.progress,
            models: parts.models,
            config,
        })))
    }
}

/// Connects when it is first used, and gives up quickly: limits can be counted without Redis.
fn connection(client: &redis::Client, config: &Config) -> redis::RedisResult<redis::aio::ConnectionManager> {
    let settings = redis::aio::ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(config.redis_timeout * 5))
        .set_response_timeout(Some(config.redis_timeout));
    redis::aio::ConnectionManager::new_lazy_with_config(client.clone(), settings)
}
