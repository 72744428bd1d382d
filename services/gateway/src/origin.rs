//! Where browsers believe to be: the public URL, and which `Origin` is our own.

use anyhow::ensure;
use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use url::{Host, Url};

use crate::Config;

/// The origin of the public URL, as browsers write it: `https://atelier.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOrigin {
    text: String,
    loopback_port: Option<u16>,
    https: bool,
}

impl PublicOrigin {
    /// Refuses a public URL over which cookies would travel in the clear.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let url = match &config.public_url {
            Some(url) => url.clone(),
            None => Url::parse(&format!("http://{}", config.listen))?,
        };
        let https = url.scheme() == "https";
        let loopback = is_loopback(url.host());
        ensure!(
            https || (url.scheme() == "http" && loopback),
            "[gateway] public_url is {url}: it must be https, or http on loopback (127.0.0.1, localhost). \
             Put a proxy with TLS in front and set ATELIER_GATEWAY_PUBLIC_URL to its https address"
        );
        ensure!(url.path() == "/", "[gateway] public_url may not have a path");
        let loopback_port = loopback.then(|| url.port_or_known_default()).flatten().filter(|_| !https);
        Ok(Self { text: url.origin().ascii_serialization(), loopback_port, https })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether `Origin`, where there is one, is ours. On loopback any loopback name of our port is.
    pub fn accepts(&self, headers: &HeaderMap) -> bool {
        headers.get(ORIGIN).is_none_or(|origin| origin.to_str().is_ok_and(|origin| self.is_ours(origin)))
    }

    fn is_ours(&self, origin: &str) -> bool {
        origin == self.text || self.is_our_loopback(origin)
    }

    fn is_our_loopback(&self, origin: &str) -> bool {
        let Some(port) = self.loopback_port else { return false };
        let Ok(url) = Url::parse(origin) else { return false };
        url.scheme() == "http" && is_loopback(url.host()) && url.port_or_known_default() == Some(port)
    }

    /// The origin to name in this answer's policies: the public one, or the loopback name that was asked for.
    pub fn for_request(&self, headers: &HeaderMap) -> String {
        let asked = headers.get(HOST).and_then(|host| host.to_str().ok()).map(|host| format!("http://{host}"));
        asked.filter(|asked| self.is_our_loopback(asked)).unwrap_or_else(|| self.text.clone())
    }
}

fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(public_url: &str) -> anyhow::Result<PublicOrigin> {
        PublicOrigin::new(&Config { public_url: Some(public_url.parse()?), ..Config::default() })
    }

    fn from(origin: &str) -> HeaderMap {
        HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap())])
    }

    #[test]
    fn cookies_never_travel_in_the_clear() {
        assert!(origin("http://atelier.example.com").unwrap_err().to_string().contains("https"));
        assert!(origin("https://atelier.example.com/atelier").is_err());
        assert!(origin("https://atelier.example.com").unwrap().is_https());
        assert!(!origin("http://127.0.0.1:8080").unwrap().is_https());
    }

    #[test]
    fn only_our_own_origin_is_ours() {
        let public = origin("https://atelier.example.com").unwrap();
        assert!(public.accepts(&from("https://atelier.example.com")));
        assert!(public.accepts(&HeaderMap::new()));
        for other in ["null", "https://evil.example", "http://atelier.example.com", "https://atelier.example.com.evil"]
        {
            assert!(!public.accepts(&from(other)), "{other}");
        }
    }

    #[test]
    fn on_loopback_every_loopback_name_of_the_port_is_ours() {
        let local = origin("http://127.0.0.1:8080").unwrap();
        assert!(local.accepts(&from("http://localhost:8080")));
        assert!(!local.accepts(&from("http://localhost:3000")));
        let asked = HeaderMap::from_iter([(HOST, "localhost:8080".parse().unwrap())]);
        assert_eq!(local.for_request(&asked), "http://localhost:8080");
        let rebound = HeaderMap::from_iter([(HOST, "evil.example:8080".parse().unwrap())]);
        assert_eq!(local.for_request(&rebound), "http://127.0.0.1:8080");
    }
}
