//! Everything that is done once per machine, done ahead of time.

use crate::error::Result;
use crate::options::Patience;
use crate::{kafka, postgres, tool};

/// Downloads what native servers need and records Kafka's classes, so that starting is quick and
/// needs no network. Says in a few lines what it does; does nothing the second time.
pub async fn prepare(progress: impl Fn(&str)) -> Result<()> {
    let patience = Patience::default();
    tools()?;
    tokio::try_join!(kafka::files(&patience, &progress), postgres::programs(&patience, &progress))?;
    Ok(())
}

/// Fails with everything that has to be installed before native servers can run.
pub(crate) fn tools() -> Result<()> {
    let mut needed = vec![tool::SETPRIV, tool::JAVA, tool::REDIS];
    needed.extend((!kafka::is_downloaded()).then_some(tool::MAVEN));
    needed.extend((!postgres::is_downloaded()).then_some(tool::PIP));
    tool::require(&needed)
}
