//! An empty data folder, as Kafka's storage tool makes it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::broker::{self, Broker};
use crate::cache::Draft;
use crate::error::{At, Result};
use crate::guard::Guard;
use crate::options::Patience;
use crate::tool;

/// The cluster id of every native stack. They are alone on their machine, so it tells nobody anything.
const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qk";

/// Formats a folder once; every broker starts from a copy.
pub(super) async fn format(jars: &Path, formatted: &Path, patience: &Patience) -> Result<()> {
    if formatted.is_dir() {
        return Ok(());
    }
    let work = Draft::of(formatted)?;
    let data = work.path().join("data");
    let settings = broker::settings(work.path(), &data, 0, None)?;
    run(jars, work.path(), settings.into(), None, patience).await?;

    fs::rename(&data, formatted).at(&data)
}

/// Formats a folder for this broker, with the users of its guard.
pub(super) async fn guarded(broker: &Broker<'_>, patience: &Patience) -> Result<()> {
    let settings = broker::settings(&broker.folder, &broker.data, broker.port, broker.guard)?;
    run(broker.jars, &broker.folder, settings.into(), broker.guard, patience).await
}

async fn run(jars: &Path, folder: &Path, settings: OsString, guard: Option<&Guard>, patience: &Patience) -> Result<()> {
    let mut args: Vec<OsString> = broker::TOOL.map(OsString::from).into();
    args.push(broker::logging(folder)?);
    args.extend(["-cp".into(), broker::classpath(jars)?]);
    args.extend(["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c"].map(OsString::from));
    args.push(settings);
    let users = guard.into_iter().flat_map(Guard::scram);
    args.extend(users.flat_map(|user| ["--add-scram".into(), user.into()]));
    tool::run(&tool::JAVA.path()?, args, patience.tool).await.map(drop)
}
