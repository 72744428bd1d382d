//! Ports on loopback: the usual one, or a free one where it is taken.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::TcpListener;

/// Listens at `preferred`, or on any free port of the same address if that one is taken.
pub async fn listen(preferred: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(preferred).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let any = SocketAddr::new(preferred.ip(), 0);
            TcpListener::bind(any).await.with_context(|| format!("no free port at {}", preferred.ip()))
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {preferred}")),
    }
}

/// Listens exactly at `address`: production ports do not wander.
pub async fn listen_at(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// `preferred`, or a free port of the same address if that one is taken.
pub async fn free(preferred: SocketAddr) -> anyhow::Result<SocketAddr> {
    Ok(listen(preferred).await?.local_addr()?)
}
