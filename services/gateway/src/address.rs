//! Which network address a request comes from, also through a proxy that we trust.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::Request;
use http::HeaderMap;

/// The other end of the connection; left in the request by the server.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Whom a request is counted for. All addresses of an IPv6 /64 are one: that is what one subscriber has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl Default for ClientAddress {
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ClientAddress {
    pub fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64))),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

impl ClientAddress {
    /// The network it is in, for the audit log: enough to tell places apart, too little to tell people apart.
    pub fn network(&self) -> String {
        match self.0 {
            IpAddr::V4(v4) => format!("{}/24", Ipv4Addr::from_bits(v4.to_bits() >> 8 << 8)),
            IpAddr::V6(v6) => format!("{}/48", Ipv6Addr::from_bits(v6.to_bits() >> 80 << 80)),
        }
    }
}

/// Finds it, and leaves it in the request.
pub fn find(trusted_proxies: &[IpAddr], request: &mut Request) -> ClientAddress {
    let Some(Peer(peer)) = request.extensions().get::<Peer>().copied() else { return ClientAddress::default() };
    let address = ClientAddress::new(behind(trusted_proxies, peer.ip(), request.headers()));
    request.extensions_mut().insert(address);
    address
}

/// From the right, the first hop that is not one of our own proxies. Anything left of it is hearsay.
fn behind(proxies: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    let mut address = peer;
    for hop in hops.iter().rev() {
        if !proxies.contains(&address.to_canonical()) {
            break;
        }
        let Ok(next) = hop.trim().parse() else { break };
        address = next;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(forwarded: &str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())])
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_its_own_peer() {
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        let claimed = headers("6.6.6.6, 203.0.113.9, 10.0.0.2");
        assert_eq!(behind(&proxies, ip("10.0.0.1"), &claimed), ip("203.0.113.9"));
        assert_eq!(behind(&proxies, ip("198.51.100.7"), &claimed), ip("198.51.100.7"));
        assert_eq!(behind(&[], ip("198.51.100.7"), &claimed), ip("198.51.100.7"));
        assert_eq!(behind(&proxies, ip("10.0.0.1"), &headers("garbage")), ip("10.0.0.1"));
        assert_eq!(behind(&proxies, ip("10.0.0.1"), &HeaderMap::new()), ip("10.0.0.1"));
    }

    #[test]
    fn a_network_is_told_and_nobody_in_it() {
        assert_eq!(ClientAddress::new(ip("203.0.113.9")).network(), "203.0.113.0/24");
        assert_eq!(ClientAddress::new(ip("2001:db8:1:2:3:4:5:6")).network(), "2001:db8:1::/48");
    }

    #[test]
    fn a_subscribers_ipv6_addresses_are_one() {
        let one = ClientAddress::new(ip("2001:db8:1:2:3:4:5:6"));
        assert_eq!(one, ClientAddress::new(ip("2001:db8:1:2:ffff::1")));
        assert_ne!(one, ClientAddress::new(ip("2001:db8:1:3::1")));
        assert_eq!(ClientAddress::new(ip("::ffff:192.0.2.1")), ClientAddress::new(ip("192.0.2.1")));
    }
}
