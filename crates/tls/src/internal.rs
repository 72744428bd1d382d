//! Between processes: each shows a certificate of the installation's authority, and asks for one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use tokio_util::sync::CancellationToken;

use crate::Config;
use crate::material::{Files, Material, provider};
use crate::reload::Reloading;

/// Cheap to clone.
#[derive(Clone)]
pub struct Internal {
    ends: Arc<Reloading<Ends>>,
    patience: Duration,
}

/// Both are made of the same files, and change together.
struct Ends {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

impl Internal {
    pub(crate) fn load(files: Files, config: &Config) -> anyhow::Result<Self> {
        let ends = Reloading::load(files, config.reload_every, ends)?;
        Ok(Self { ends: Arc::new(ends), patience: config.handshake_timeout })
    }

    /// As the one who is called: fails for whoever shows no certificate of our authority.
    pub async fn accept<I: AsyncRead + AsyncWrite + Unpin>(&self, io: I) -> io::Result<TlsStream<I>> {
        let acceptor = TlsAcceptor::from(self.ends.current().server.clone());
        let accepted = timeout(self.patience, acceptor.accept(io)).await.map_err(|_| io::ErrorKind::TimedOut)?;
        accepted.map(TlsStream::Server)
    }

    /// As the one who calls `host`: fails unless its certificate is of our authority and names it.
    pub async fn connect<I: AsyncRead + AsyncWrite + Unpin>(&self, host: &str, io: I) -> io::Result<TlsStream<I>> {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned(); // an IPv6 address of a URL
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        let connector = TlsConnector::from(self.ends.current().client.clone());
        let connected =
            timeout(self.patience, connector.connect(name, io)).await.map_err(|_| io::ErrorKind::TimedOut)?;
        connected.map(TlsStream::Client)
    }

    /// Takes over changed files until `shutdown`.
    pub async fn follow(&self, shutdown: &CancellationToken) {
        self.ends.follow(shutdown).await;
    }
}

fn ends(material: Material) -> anyhow::Result<Ends> {
    let Material { certificates, key, roots } = material;
    let roots = Arc::new(roots);
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider()).build()?;
    let mut server = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates.clone(), key.clone_key())?;
    let mut client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates, key)?;
    server.alpn_protocols = vec![b"h2".to_vec()];
    client.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Ends { server: Arc::new(server), client: Arc::new(client) })
}
