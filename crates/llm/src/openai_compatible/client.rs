//! The one HTTP client of a provider.

use std::time::Duration;

use reqwest012::{Client, header::HeaderValue, redirect::Policy};
use secrecy::ExposeSecret;
use url::{Host, Url};

use crate::{Config, Misconfigured};

/// vLLM's HTTP server closes idle connections after five seconds; a question sent into a closing
/// connection is lost, so we let go of them first.
const IDLE: Duration = Duration::from_secs(4);

/// A pooled client. It follows no redirect: the key would travel with it.
pub fn build(config: &Config) -> Result<Client, Misconfigured> {
    // Someone else may have installed a provider already; then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    check_key(config)?;
    let builder = Client::builder()
        .connect_timeout(config.connect)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .redirect(Policy::none());
    let builder = if config.url.as_ref().is_some_and(is_here) { builder.no_proxy() } else { builder };
    builder.build().map_err(|_| Misconfigured::Tls)
}

/// The url to which `/chat/completions` is appended.
pub fn base(config: &Config) -> Result<String, Misconfigured> {
    let url = config.url.as_ref().ok_or(Misconfigured::Url)?;
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if plain { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(Misconfigured::Url) }
}

fn check_key(config: &Config) -> Result<(), Misconfigured> {
    let Some(key) = &config.key else { return Ok(()) };
    HeaderValue::from_str(key.expose_secret()).map(drop).map_err(|_| Misconfigured::Key)
}

/// Whether the server is on this machine, where no proxy can help.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
