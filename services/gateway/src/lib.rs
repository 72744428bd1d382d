//! The front door: checks who is asking, turns HTTP into commands, and shows what happened. Serves the web UI.
//!
//! **Invariant:** the tenant comes from the verified token, never from a body. Nothing here writes a table.

mod access;
mod access_log;
mod address;
mod answers;
mod api;
mod ask;
mod authorise;
mod body;
mod conditional;
mod config;
mod cookies;
mod csrf;
mod error;
mod framing;
mod headers;
mod identity;
mod limit;
mod middleware;
mod origin;
mod past;
mod problem;
mod read;
mod recovery;
mod request_id;
mod server;
mod state;
mod trace;
mod web_ui;
mod who;
mod write;

use anyhow::Context;
use auth::Revocations;
use axum::Router;
use projections::Progress;
use rpc::identity::Verifier;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use address::Peer;
pub use api::document;
pub use api::models::{ModelInfo, ModelPrices, Models};
pub use config::{Config, Limits};
pub use error::Error;
pub use web_ui::Assets;

use state::Gateway;

/// What this process answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// The API and the web UI, and streams where the edge plays here too.
    Everything,
    /// `sessions/{id}/events` and `generate` alone: an edge whose gateway plays in other processes.
    Streams,
}

/// What the gateway stands on.
pub struct Parts {
    pub serves: Serves,
    /// The write side.
    pub command: rpc::Command,
    /// Sign-in and tokens.
    pub auth: rpc::Auth,
    /// The streams, where this process plays the edge too; else the ingress sends `*/events` to it.
    pub edge: Option<edge::Edge>,
    /// Reads as `atelier_gateway`.
    pub read_pool: PgPool,
    /// The projector's in this process, or an empty one.
    pub progress: Progress,
    /// What `GET models` lists.
    pub models: Models,
    /// Where each request is recorded; `None`: nowhere.
    pub access_log: Option<bus::Config>,
    /// Counts for all gateways, and brings revocations from other processes.
    pub redis: Option<redis::Client>,
    /// Auth's, where this process plays it too; else [`Revocations::remote`].
    pub revocations: Revocations,
    /// The certificate of the public port; `None`: a proxy before us has one.
    pub tls: Option<tls::Public>,
    /// Checks internal tokens.
    pub verifier: Verifier,
    /// The web UI, where it is in the binary; a configured `web_dir` wins.
    pub assets: Assets,
}

/// Listens on `config.listen` and serves until `shutdown`; then finishes the requests already in hand.
pub async fn serve(config: Config, parts: Parts, shutdown: CancellationToken) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}: set ATELIER_GATEWAY_LISTEN to a free address", config.listen))?;
    serve_on(listener, config, parts, shutdown).await
}

/// Like [`serve`], on a socket that listens already.
pub async fn serve_on(
    listener: TcpListener,
    config: Config,
    parts: Parts,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let (redis, revocations, tls) = (parts.redis.clone(), parts.revocations.clone(), parts.tls.clone());
    let (gateway, publisher, app) = build(config, parts)?;
    let served = CancellationToken::new();
    let serving = async {
        server::serve(listener, app, &gateway.config, tls, shutdown.clone()).await;
        served.cancel();
    };
    let watching = gateway.answers.watch(&gateway.read_pool, &shutdown);
    let hearing = async {
        match redis {
            Some(redis) => revocations.follow(redis, shutdown.clone()).await,
            None => shutdown.cancelled().await,
        }
    };
    // Apart: whatever is joined is looked at again whenever any of it has something to do.
    let mut publishing = JoinSet::new();
    publishing.spawn(publisher.run(served.clone()));
    tokio::join!(serving, gateway.identities.watch(&shutdown), hearing, watching);
    publishing.join_next().await.transpose().context("the access log broke").map(drop)
}

/// The whole HTTP application, for tests: without a socket, and deaf to revocations.
pub fn router(config: Config, parts: Parts) -> anyhow::Result<Router> {
    build(config, parts).map(|(_, _, app)| app)
}

fn build(mut config: Config, parts: Parts) -> anyhow::Result<(Gateway, access::Publisher, Router)> {
    let assets = match &config.web_dir {
        Some(folder) => Assets::dir(folder).context("[gateway] web_dir")?,
        None => parts.assets.clone(),
    };
    if config.public_url.is_none() && parts.tls.is_some() {
        config.public_url = Some(url::Url::parse(&format!("https://{}", config.listen))?);
    }
    let (access, publisher) = access::channel(&config, parts.access_log.as_ref())?;
    let (serves, gateway) = (parts.serves, Gateway::new(config, parts, access)?);
    let all = match serves {
        Serves::Streams => middleware::around_api(api::streams(&gateway), &gateway),
        Serves::Everything => web_ui::router(assets, gateway.origin.clone())
            .merge(middleware::around_api(api::router(&gateway), &gateway)),
    };
    let app = middleware::around(all, &gateway);
    Ok((gateway, publisher, app))
}
