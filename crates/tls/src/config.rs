use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::material::Files;
use crate::{Internal, Public};

/// TLS of the public port, and between the processes of an installation. Files are PEM; a changed one is used from
/// the next connection on, without a restart.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The certificate of the public port with its chain. With `key`, the port speaks TLS 1.2 and 1.3, and nothing
    /// else; without, put a proxy with TLS in front of it.
    pub certificate: Option<PathBuf>,

    /// The key of `certificate`.
    pub key: Option<PathBuf>,

    /// The certificate by which this process is known to the others, for serving and for calling them. With
    /// `internal_key` and `internal_ca`, gRPC between processes is mutual TLS, and nothing else is accepted.
    pub internal_certificate: Option<PathBuf>,

    /// The key of `internal_certificate`.
    pub internal_key: Option<PathBuf>,

    /// Who signs the certificates of all processes of this installation. Use an authority that signs nothing else:
    /// whoever has a certificate of it may call every role.
    pub internal_ca: Option<PathBuf>,

    /// How often the files are looked at.
    #[serde(with = "humantime_serde")]
    pub reload_every: Duration,

    /// How long a handshake may take.
    #[serde(with = "humantime_serde")]
    pub handshake_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            internal_certificate: None,
            internal_key: None,
            internal_ca: None,
            reload_every: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

impl Config {
    /// `None`: the public port speaks plain HTTP.
    pub fn public(&self) -> anyhow::Result<Option<Public>> {
        match (&self.certificate, &self.key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => {
                let files = Files { certificate: certificate.clone(), key: key.clone(), ca: None };
                Public::load(files, self).map(Some).context("[tls] certificate and key")
            }
            _ => bail!("[tls] needs both certificate and key, or neither"),
        }
    }

    /// `None`: processes speak plain gRPC with each other, and need a network that nobody else is on.
    pub fn internal(&self) -> anyhow::Result<Option<Internal>> {
        match (&self.internal_certificate, &self.internal_key, &self.internal_ca) {
            (None, None, None) => Ok(None),
            (Some(certificate), Some(key), Some(ca)) => {
                let files = Files { certificate: certificate.clone(), key: key.clone(), ca: Some(ca.clone()) };
                Internal::load(files, self)
                    .map(Some)
                    .context("[tls] internal_certificate, internal_key and internal_ca")
            }
            _ => bail!("[tls] needs all of internal_certificate, internal_key and internal_ca, or none of them"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_no_tls_and_half_of_it_is_an_error() {
        let of = |text: &str| toml::from_str::<Config>(text).unwrap();
        assert!(of("").public().unwrap().is_none() && of("").internal().unwrap().is_none());
        let half = of("certificate = '/a.pem'").public().err().unwrap().to_string();
        assert!(half.contains("both certificate and key"), "{half}");
        let third = of("internal_ca = '/a.pem'").internal().err().unwrap().to_string();
        assert!(third.contains("all of internal_certificate"), "{third}");
        let missing = format!("{:#}", of("certificate = '/nowhere.pem'\nkey = '/nowhere.key'").public().err().unwrap());
        assert!(missing.contains("/nowhere.pem"), "{missing}");
        assert!(toml::from_str::<Config>("certficate = '/a.pem'").is_err());
    }
}
