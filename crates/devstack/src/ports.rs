//! Free ports on loopback.

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Below the range from which the kernel takes ports for outgoing connections, so that none of
/// those sits on a port of ours while its server is down.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// Ports given out by this process. Between our choice and the server's bind they look free.
static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);

/// The preferred port if it is free, else one that is. 0 prefers nothing.
pub(crate) fn pick(preferred: u16) -> Result<u16> {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let wish = (preferred != 0 && is_free(preferred)).then_some(preferred);
    let port = wish.or_else(|| any(&given)).ok_or_else(|| Error::Tool {
        tool: "bind".to_owned(),
        said: format!("no free port between {} and {}", RANGE.start, RANGE.end),
    })?;
    given.insert(port);
    Ok(port)
}

fn any(given: &HashSet<u16>) -> Option<u16> {
    let candidates = std::iter::repeat_with(|| rand::random_range(RANGE)).take(1000);
    candidates.into_iter().find(|port| !given.contains(port) && is_free(*port))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_insisted_on() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();

        assert_ne!(pick(port).unwrap(), port);
    }

    #[test]
    fn nobody_gets_a_port_twice() {
        let ports: HashSet<_> = (0..50).map(|_| pick(0).unwrap()).collect();

        assert_eq!(ports.len(), 50);
    }
}
