//! One of the three servers, wherever it comes from.

#[cfg(feature = "containers")]
use crate::containers::Contained;
use crate::error::{Error, Result};
use crate::server::Server;

#[allow(clippy::large_enum_variant, reason = "a stack has three of them")]
pub(crate) enum Part {
    /// Somebody else runs it.
    Given(&'static str),
    Native(Server),
    #[cfg(feature = "containers")]
    Contained(Contained),
}

impl Part {
    #[allow(clippy::match_wildcard_for_single_variants, reason = "containers add a variant")]
    pub(crate) fn pid(&self) -> Option<u32> {
        match self {
            Self::Native(server) => server.pid(),
            _ => None,
        }
    }

    pub(crate) async fn kill(&self) -> Result<()> {
        match self {
            Self::Given(name) => Err(Error::NotOurs(name)),
            Self::Native(server) => {
                server.kill().await;
                Ok(())
            }
            #[cfg(feature = "containers")]
            Self::Contained(container) => container.kill().await,
        }
    }

    pub(crate) async fn restart(&self) -> Result<()> {
        match self {
            Self::Given(name) => Err(Error::NotOurs(name)),
            Self::Native(server) => server.restart().await,
            #[cfg(feature = "containers")]
            Self::Contained(container) => container.restart().await,
        }
    }

    pub(crate) async fn stop(self) {
        match self {
            Self::Given(_) => {}
            Self::Native(server) => server.stop().await,
            #[cfg(feature = "containers")]
            Self::Contained(container) => container.stop().await,
        }
    }
}
