//! What is downloaded or computed once per machine and user: `${XDG_CACHE_HOME:-~/.cache}/atelier`.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::account;
use crate::error::{At, Error, Result};
use crate::home::make_folder;

/// The cache of a user whose own one is hidden from others or does not exist.
const SHARED: &str = "/var/cache/atelier";

/// The folder for files that only we read.
pub(crate) fn folder(name: &str) -> PathBuf {
    own().join(name)
}

/// The folder for programs that another user runs as well when we are root.
pub(crate) fn open_folder(name: &str) -> PathBuf {
    let own = own();
    let hidden = account::is_root() && !account::is_open(&own);
    if hidden { Path::new(SHARED).join(name) } else { own.join(name) }
}

fn own() -> PathBuf {
    let xdg = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().filter(|path| path.is_absolute()).map(|home| home.join(".cache"));
    xdg.or_else(home).map_or_else(|| SHARED.into(), |cache| cache.join("atelier"))
}

/// Waits until no other process is filling this folder. The lock ends with the file.
pub(crate) async fn lock(folder: &Path, progress: &impl Fn(&str)) -> Result<File> {
    make_folder(folder, 0o755)?;
    let path = folder.join("lock");
    let file = File::create(&path).at(&path)?;
    if file.try_lock().is_ok() {
        return Ok(file);
    }
    progress("another process is downloading the same; waiting for it");
    let waiting = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
    waiting.await.map_err(std::io::Error::other).and_then(|locked| locked).at(&path)
}

/// A folder that is filled beside its place and put there when it is whole.
pub(crate) struct Draft {
    draft: TempDir,
    place: PathBuf,
}

impl Draft {
    pub(crate) fn of(place: &Path) -> Result<Self> {
        let parent = place.parent().unwrap_or(Path::new("/"));
        make_folder(parent, 0o755)?;
        let draft = tempfile::Builder::new().prefix(".draft-").tempdir_in(parent).at(parent)?;
        Ok(Self { draft, place: place.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        self.draft.path()
    }

    /// Puts it in its place, readable by everybody.
    pub(crate) fn publish(self) -> Result<()> {
        fs::set_permissions(self.draft.path(), fs::Permissions::from_mode(0o755)).at(self.draft.path())?;
        fs::rename(self.draft.path(), &self.place).map_err(|source| Error::File { path: self.place, source })?;
        // It has moved, so there is nothing left to remove.
        let _ = self.draft.keep();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_nowhere_until_it_is_published() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");

        let abandoned = Draft::of(&place).unwrap();
        fs::write(abandoned.path().join("file"), "half").unwrap();
        drop(abandoned);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        let draft = Draft::of(&place).unwrap();
        fs::write(draft.path().join("file"), "whole").unwrap();
        draft.publish().unwrap();
        assert_eq!(fs::read_to_string(place.join("file")).unwrap(), "whole");
    }

    #[tokio::test]
    async fn the_second_one_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock(folder.path(), &|_: &str| {}).await.unwrap();
        let path = folder.path().to_owned();
        #[expect(clippy::disallowed_methods, reason = "the test waits for it")]
        let second = tokio::spawn(async move { lock(&path, &|_: &str| {}).await.map(drop) });

        tokio::task::yield_now().await;
        assert!(!second.is_finished());

        drop(first);
        second.await.unwrap().unwrap();
    }
}
