//! The public port: one certificate, no question about who calls.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::Config;
use crate::material::{Files, Material, provider};
use crate::reload::Reloading;

/// Cheap to clone.
#[derive(Clone)]
pub struct Public {
    server: Arc<Reloading<ServerConfig>>,
    patience: Duration,
}

impl Public {
    pub(crate) fn load(files: Files, config: &Config) -> anyhow::Result<Self> {
        let server = Reloading::load(files, config.reload_every, server)?;
        Ok(Self { server: Arc::new(server), patience: config.handshake_timeout })
    }

    /// The handshake, with the certificate that is the newest now.
    pub async fn accept<I: AsyncRead + AsyncWrite + Unpin>(&self, io: I) -> io::Result<TlsStream<I>> {
        let acceptor = TlsAcceptor::from(self.server.current());
        timeout(self.patience, acceptor.accept(io)).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// Takes over changed files until `shutdown`.
    pub async fn follow(&self, shutdown: &CancellationToken) {
        self.server.follow(shutdown).await;
    }
}

fn server(material: Material) -> anyhow::Result<ServerConfig> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(material.certificates, material.key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
