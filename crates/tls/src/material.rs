//! What is in the files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// Where certificate, key and, for mutual TLS, the authority are.
#[derive(Clone, Debug)]
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub ca: Option<PathBuf>,
}

/// Read, parsed, and fitting together.
pub struct Material {
    pub certificates: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    pub roots: RootCertStore,
}

impl Files {
    /// The bytes of all of them: other bytes are other material.
    pub fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for file in [Some(&self.certificate), Some(&self.key), self.ca.as_ref()].into_iter().flatten() {
            bytes.extend(std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
        }
        Ok(bytes)
    }

    pub fn load(&self) -> anyhow::Result<Material> {
        let certificates = read(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .with_context(|| format!("{} holds no private key", self.key.display()))?;
        fits(&certificates, &key)
            .with_context(|| format!("{} is not the key of {}", self.key.display(), self.certificate.display()))?;
        let mut roots = RootCertStore::empty();
        for root in self.ca.as_deref().map_or_else(|| Ok(Vec::new()), read)? {
            roots.add(root).context("the authority's certificate cannot be used")?;
        }
        Ok(Material { certificates, key, roots })
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(file).with_context(|| format!("cannot read {}", file.display()))?;
    let certificates: Vec<_> =
        found.collect::<Result<_, _>>().with_context(|| format!("{} is not PEM", file.display()))?;
    ensure!(!certificates.is_empty(), "{} holds no certificate", file.display());
    Ok(certificates)
}

fn fits(certificates: &[CertificateDer<'static>], key: &PrivateKeyDer<'static>) -> anyhow::Result<()> {
    let signing = ring::sign::any_supported_type(key)?;
    Ok(CertifiedKey::new(certificates.to_vec(), signing).keys_match()?)
}

/// The same everywhere, whatever other crates have installed.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
