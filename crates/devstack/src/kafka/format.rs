//! An empty data folder, as Kafka's storage tool makes it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::broker;
use crate::cache::Draft;
use crate::error::{At, Result};
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
    let settings = broker::settings(work.path(), &data, 0)?;
    let mut args: Vec<OsString> = vec!["-Xmx256m".into(), "-XX:+UseSerialGC".into(), "-XX:TieredStopAtLevel=1".into()];
    args.push(broker::logging(work.path())?);
    args.extend(["-cp".into(), broker::classpath(jars)?]);
    args.extend(["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c"].map(OsString::from));
    args.push(settings.into());
    tool::run(&tool::JAVA.path()?, args, patience.tool).await?;

    fs::rename(&data, formatted).at(&data)
}
