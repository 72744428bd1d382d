//! A native Kafka: broker and controller in one JVM, from the Maven jars.

mod acls;
mod broker;
mod files;
mod format;
mod training;

use std::path::Path;

use crate::error::{At, Result};
use crate::home::Home;
use crate::launch::Ending;
use crate::options::{Keep, Options, Patience};
use crate::ports;
use crate::ready::Address;
use crate::server::Server;

pub use acls::acl_tool;
use broker::Broker;
use files::Files;
pub(crate) use files::{files, is_downloaded};

/// Starts it and gives its bootstrap address.
pub(crate) async fn start(home: &Home, options: &Options, progress: &impl Fn(&str)) -> Result<(String, Server)> {
    let files = files(&options.patience, progress).await?;
    let port = ports::pick(options.kafka)?;
    let mark = home.mark("kafka");
    let broker = broker(home, options, &files, (port, &mark))?;
    lay_out(&files, &broker, &options.patience).await?;
    let bootstrap = format!("127.0.0.1:{port}");
    let address = match &options.guard {
        Some(guard) => Address::GuardedKafka(bootstrap.clone(), guard.clone()),
        None => Address::Kafka(bootstrap.clone()),
    };
    let server = Server::start(broker.launch()?, address, mark, options.patience).await?;
    Ok((bootstrap, server))
}

fn broker<'a>(home: &Home, options: &'a Options, files: &'a Files, (port, mark): (u16, &'a str)) -> Result<Broker<'a>> {
    let folder = home.folder("kafka")?;
    let data = options.places.kafka.as_ref().unwrap_or(&folder).join("data");
    let kept = home.keep() == Keep::Data;
    Ok(Broker {
        jars: &files.jars,
        folder,
        data,
        log: home.log("kafka")?,
        port,
        mark,
        guard: options.guard.as_ref(),
        flags: flags(files, kept),
        ending: if kept { Ending::Terminate } else { Ending::Kill },
    })
}

fn flags(files: &Files, kept: bool) -> Vec<String> {
    let archive = files.archive.iter().flat_map(|archive| training::use_archive(archive));
    archive.chain((!kept).then(|| "-XX:TieredStopAtLevel=1".to_owned())).collect()
}

/// An empty data folder, where there is none yet. Users stand in it, so one with a guard is made each time.
async fn lay_out(files: &Files, broker: &Broker<'_>, patience: &Patience) -> Result<()> {
    if broker.data.join("meta.properties").exists() {
        return Ok(());
    }
    match broker.guard {
        Some(_) => format::guarded(broker, patience).await,
        None => copy(&files.formatted, &broker.data),
    }
}

/// A formatted data folder is two small files; copying them saves a run of the storage tool.
fn copy(formatted: &Path, data: &Path) -> Result<()> {
    std::fs::create_dir_all(data).at(data)?;
    for name in ["bootstrap.checkpoint", "meta.properties"] {
        std::fs::copy(formatted.join(name), data.join(name)).at(&formatted.join(name))?;
    }
    Ok(())
}
