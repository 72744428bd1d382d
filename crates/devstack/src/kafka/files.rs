//! What Kafka needs from the cache: its jars, a formatted data folder, and a class archive.

use std::path::{Path, PathBuf};

use super::{format, training};
use crate::cache::{self, Draft};
use crate::error::{At, Result};
use crate::options::Patience;
use crate::tool;

const POM: &str = include_str!("../../assets/pom.xml");

/// The Kafka version in `pom.xml`; a test holds the two together.
const VERSION: &str = "4.3.1";

/// Files that all brokers on this machine share.
pub(crate) struct Files {
    pub jars: PathBuf,
    pub formatted: PathBuf,
    /// `None` when this JVM could not record one.
    pub archive: Option<PathBuf>,
}

/// The files; downloads and makes what is not there yet.
pub(crate) async fn files(patience: &Patience, progress: &impl Fn(&str)) -> Result<Files> {
    let cache = folder();
    let (jars, formatted, archive) = (cache.join("jars"), cache.join("formatted"), training::archive(&cache)?);
    if !(jars.is_dir() && formatted.is_dir() && archive.exists()) {
        let _lock = cache::lock(&cache, progress).await?;
        download(&jars, patience, progress).await?;
        format::format(&jars, &formatted, patience).await?;
        training::train(&jars, &formatted, &archive, patience, progress).await?;
    }
    let archive = training::is_usable(&archive).then_some(archive);
    Ok(Files { jars, formatted, archive })
}

pub(crate) fn is_downloaded() -> bool {
    folder().join("jars").is_dir()
}

fn folder() -> PathBuf {
    cache::folder("kafka").join(VERSION)
}

async fn download(jars: &Path, patience: &Patience, progress: &impl Fn(&str)) -> Result<()> {
    if jars.is_dir() {
        return Ok(());
    }
    progress("kafka: downloading Apache Kafka (44 MB) with Maven");
    let draft = Draft::of(jars)?;
    let pom = tempfile::Builder::new().suffix(".xml").tempfile().at(jars)?;
    std::fs::write(pom.path(), POM).at(pom.path())?;
    let output = format!("-DoutputDirectory={}", draft.path().display());
    let pom = format!("--file={}", pom.path().display());
    let args = ["-B", "-q", &pom, "dependency:copy-dependencies", "-DincludeScope=runtime", &output];
    tool::run(&tool::MAVEN.path()?, args, patience.tool).await?;
    draft.publish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_named_after_the_version_in_the_pom() {
        assert!(POM.contains(&format!("<kafka.version>{VERSION}</kafka.version>")));
    }
}
