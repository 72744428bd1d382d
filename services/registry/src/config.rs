//! Where the schemas are served.

use std::net::SocketAddr;

use serde::Deserialize;

/// Section `[registry]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where consumers reach it; there is nothing secret in a schema, but nobody is asked who they are either,
    /// so it listens on loopback unless you open it to your network.
    pub listen: SocketAddr,

    /// The largest posted schema in bytes; a larger one is refused with 413.
    pub max_body_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8081)), max_body_bytes: 1024 * 1024 }
    }
}
