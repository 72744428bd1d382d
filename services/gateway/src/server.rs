//! The public port: connections with bounds, and an end that lets open requests finish.

use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::serve::{Listener, ListenerExt};
use bytes::Bytes;
use edge::StallGuard;
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::Config;
use crate::address::Peer;

/// Header lines of one request.
const HEADERS: usize = 100;
/// Bytes of the head of one request.
const HEAD: usize = 64 << 10;

/// Serves until `shutdown`; then accepts nothing new and gives what is open `config.drain` to finish.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    config: &Config,
    tls: Option<tls::Public>,
    shutdown: CancellationToken,
) {
    let mut listener =
        StallGuard { listener: listener.tap_io(|socket| undelayed(socket)), patience: config.unread_timeout };
    let places = Arc::new(Semaphore::new(config.connections.get()));
    let (connections, builder) = (TaskTracker::new(), Arc::new(protocol(config)));
    loop {
        let Some(Ok(place)) = shutdown.run_until_cancelled(Arc::clone(&places).acquire_owned()).await else { break };
        let Some((io, peer)) = shutdown.run_until_cancelled(listener.accept()).await else { break };
        let (app, builder, shutdown, tls) = (app.clone(), Arc::clone(&builder), shutdown.clone(), tls.clone());
        connections.spawn(async move {
            match tls {
                None => converse(io, Peer(peer), app, &builder, shutdown).await,
                // Apart: a connection in the clear has no room for a handshake.
                Some(tls) => Box::pin(greet(io, tls, Peer(peer), app, &builder, shutdown)).await,
            }
            drop(place);
        });
    }
    connections.close();
    if tokio::time::timeout(config.drain, connections.wait()).await.is_err() {
        tracing::warn!("{} connections did not end in time", connections.len());
    }
}

/// A small frame leaves at once, and not with the acknowledgement of the one before: that takes up to 40 ms.
fn undelayed(socket: &TcpStream) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its small writes back");
    }
}

type Protocol = Builder<TokioExecutor>;

fn protocol(config: &Config) -> Protocol {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(config.header_timeout);
    builder.http1().max_headers(HEADERS).max_buf_size(HEAD);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(HEAD as u32).max_concurrent_streams(200);
    builder
}

async fn greet<I>(io: I, tls: tls::Public, peer: Peer, app: Router, builder: &Protocol, shutdown: CancellationToken)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match tls.accept(io).await {
        Ok(io) => converse(io, peer, app, builder, shutdown).await,
        Err(error) => tracing::debug!(%error, "a handshake failed"),
    }
}

async fn converse<I>(io: I, peer: Peer, app: Router, builder: &Protocol, shutdown: CancellationToken)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let app = app.map_request(move |request| introduced(request, peer));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(io), TowerToHyperService::new(app)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            // It ends when what it is answering now is answered.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection broke");
    }
}

fn introduced<B>(mut request: Request<B>, peer: Peer) -> Request<Body>
where
    B: http_body::Body<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    request.extensions_mut().insert(peer);
    request.map(Body::new)
}
