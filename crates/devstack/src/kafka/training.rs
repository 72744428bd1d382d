//! A class archive (AppCDS): the JVM maps Kafka's classes instead of reading and checking them,
//! which halves the time to the first answer.
//!
//! Writing it makes the JVM's exit seconds slower, so a broker of its own does it, once.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use super::broker::Broker;
use crate::error::{At, Result};
use crate::launch::Ending;
use crate::options::Patience;
use crate::ready::Address;
use crate::server::Server;
use crate::{ports, tool};

/// Where the archive of the installed Java is: another Java needs another one.
pub(super) fn archive(cache: &Path) -> Result<PathBuf> {
    let java = tool::JAVA.path()?;
    let java = java.canonicalize().at(&java)?;
    let file = fs::metadata(&java).at(&java)?;
    let mut hasher = DefaultHasher::new();
    (&java, file.len(), file.modified().ok()).hash(&mut hasher);
    Ok(cache.join(format!("classes-{:016x}.jsa", hasher.finish())))
}

/// The flags that make a JVM use it. Should it not fit, the JVM goes on without it.
pub(super) fn use_archive(archive: &Path) -> [String; 2] {
    [format!("-XX:SharedArchiveFile={}", archive.display()), "-Xshare:auto".to_owned()]
}

/// An empty archive says that this JVM cannot record one, so that we do not try at each start.
pub(super) fn is_usable(archive: &Path) -> bool {
    fs::metadata(archive).is_ok_and(|file| file.len() > 0)
}

/// Runs a broker until it answers and lets it write down its classes at its end.
pub(super) async fn train(
    jars: &Path,
    formatted: &Path,
    archive: &Path,
    patience: &Patience,
    progress: &impl Fn(&str),
) -> Result<()> {
    if archive.exists() {
        return Ok(());
    }
    progress("kafka: recording its classes, once, for quicker starts");
    let folder = tempfile::tempdir_in(archive.parent().unwrap_or(Path::new("/"))).at(archive)?;
    let draft = folder.path().join("classes.jsa");
    if let Err(error) = record(jars, formatted, folder.path(), &draft, patience).await {
        tracing::warn!(%error, "no class archive for Kafka; its starts will be slower");
    }
    if !draft.exists() {
        File::create(&draft).at(&draft)?;
    }
    fs::rename(&draft, archive).at(archive)
}

async fn record(jars: &Path, formatted: &Path, folder: &Path, draft: &Path, patience: &Patience) -> Result<()> {
    super::copy(formatted, &folder.join("data"))?;
    let port = ports::pick(0)?;
    let mark = format!("atelier-training-{:016x}", rand::random::<u64>());
    let flags = [
        format!("-XX:ArchiveClassesAtExit={}", draft.display()),
        "-Xlog:cds=off".into(),
        "-Xlog:cds+dynamic=off".into(),
    ];
    let broker = Broker {
        jars,
        folder: folder.to_owned(),
        data: folder.join("data"),
        log: folder.join("kafka.log"),
        port,
        mark: &mark,
        guard: None,
        flags: flags.into(),
        ending: Ending::Terminate,
    };
    let launch = broker.launch()?;
    // Writing the archive takes seconds more than an ordinary stop.
    let patience = Patience { stop: patience.ready, ..*patience };
    let server = Server::start(launch, Address::Kafka(format!("127.0.0.1:{port}")), mark, patience).await?;
    server.stop().await;
    Ok(())
}
