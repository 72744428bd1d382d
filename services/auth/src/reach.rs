//! Which addresses we ask that people have named: those that anybody on the internet may ask, and nothing behind our
//! own walls (SSRF).
//!
//! **Invariant:** what is checked is what is connected to: names are looked up once, by [`Public`], and its answer is
//! where the connection goes. Redirects are not followed, and no proxy looks names up for us.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// An address that we do not ask.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("it must be https")]
    Scheme,
    #[error("{0} is no address on the internet")]
    Private(String),
    #[error("{0} has no address: {1}")]
    Unknown(String, io::Error),
}

/// Where a host is, if everything it may be reached at is on the internet; one private address among public ones is
/// enough to refuse it.
pub async fn checked<F>(host: &str, lookup: impl FnOnce(String) -> F) -> Result<Vec<SocketAddr>, Refused>
where
    F: Future<Output = io::Result<Vec<SocketAddr>>>,
{
    let found = lookup(host.to_owned()).await.map_err(|error| Refused::Unknown(host.to_owned(), error))?;
    if found.is_empty() {
        let nothing = io::Error::new(io::ErrorKind::NotFound, "nothing was found");
        return Err(Refused::Unknown(host.to_owned(), nothing));
    }
    if found.iter().all(|address| is_public(address.ip())) { Ok(found) } else { Err(Refused::Private(host.to_owned())) }
}

/// Before anything is asked: https, and no address in the place of a name that is a private one. Names are checked
/// when they are looked up.
pub fn admitted(url: &Url) -> Result<(), Refused> {
    if url.scheme() != "https" {
        return Err(Refused::Scheme);
    }
    let private = match url.host() {
        Some(Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(Host::Ipv6(ip)) => !is_public(ip.into()),
        Some(Host::Domain(_)) => false,
        None => true,
    };
    if private { Err(Refused::Private(url.host_str().unwrap_or_default().to_owned())) } else { Ok(()) }
}

/// Whether anybody on the internet may ask there.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Not what IANA keeps for special purposes (RFC 6890 and its successors).
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = (a, b, c) == (192, 0, 0) || (a, b, c) == (192, 88, 99);
    let measuring = a == 198 && (b == 18 || b == 19);
    !(special || shared || protocols || measuring || a == 0 || a >= 240)
}

/// Global unicast, and no other address in its clothes.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let inner = |from: usize| {
        let octets = ip.octets();
        Ipv4Addr::new(octets[from], octets[from + 1], octets[from + 2], octets[from + 3])
    };
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    match (a, b) {
        // NAT64 and 6to4 lead to the address inside.
        (0x64, 0xff9b) if ip.segments()[2..6] == [0, 0, 0, 0] => is_public_v4(inner(12)),
        (0x2002, _) => is_public_v4(inner(2)),
        // Teredo, benchmarks, ORCHID; documentation.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        _ => (0x2000..0x4000).contains(&a),
    }
}

/// Looks names up for a client that reaches the internet only.
pub struct Public;

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = checked(name.as_str(), async |host: String| {
                Ok(tokio::net::lookup_host((host, 0)).await?.collect::<Vec<_>>())
            });
            Ok(Box::new(found.await?.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn named(host: &str, addresses: &[&str]) -> Result<Vec<SocketAddr>, Refused> {
        let found: Vec<_> = addresses.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        checked(host, async |_| Ok(found)).await
    }

    #[test]
    fn what_is_behind_a_wall_is_not_public_however_it_is_written() {
        for private in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "127.8.9.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "100::1",
            "3fff:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn the_internet_is_public() {
        for public in [
            "1.1.1.1",
            "93.184.215.14",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_behind_a_wall_is_refused_also_if_only_partly() {
        assert_eq!(named("id.example", &["1.1.1.1"]).await.unwrap()[0].ip(), "1.1.1.1".parse::<IpAddr>().unwrap());
        for addresses in [&["127.0.0.1"][..], &["1.1.1.1", "10.0.0.1"], &["::ffff:192.168.0.1"]] {
            assert!(matches!(named("id.example", addresses).await, Err(Refused::Private(_))), "{addresses:?}");
        }
        assert!(matches!(named("id.example", &[]).await, Err(Refused::Unknown(..))));
    }

    #[test]
    fn an_address_in_the_place_of_a_name_is_checked_however_it_is_written() {
        let admits = |url: &str| admitted(&url.parse().unwrap());
        admits("https://id.example/realm").unwrap();
        admits("https://1.1.1.1").unwrap();
        assert!(matches!(admits("http://id.example"), Err(Refused::Scheme)));
        for private in [
            "https://127.0.0.1",
            "https://2130706433",
            "https://0x7f.1",
            "https://[::1]",
            "https://[::ffff:10.0.0.1]:8443",
        ] {
            assert!(matches!(admits(private), Err(Refused::Private(_))), "{private}");
        }
    }

    /// `localhost` is a name, and leads here: the client that looks names up with us never connects.
    #[tokio::test]
    async fn a_client_connects_to_nothing_that_was_not_checked() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().dns_resolver(Public).no_proxy().build().unwrap();
        let refused = client.get(format!("http://localhost:{port}/")).send().await.unwrap_err();
        assert!(refused.is_connect(), "{refused:?}");
        assert!(format!("{refused:?}").contains("Private(\"localhost\")"), "{refused:?}");
        let nobody = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
        assert!(nobody.is_err(), "somebody connected");
    }
}
