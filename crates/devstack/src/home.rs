//! The state folder: whose it is, what is in it, and what becomes of it.
//!
//! `lock` is held as long as the stack lives and names its process; `mark` names this folder's
//! servers; `kafka/`, `postgres/`, `redis/` and `logs/` are what they say.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::account;
use crate::error::{At, Error, Result};
use crate::options::{Keep, Options, Patience, TEST_FOLDER};
use crate::orphans;

/// Where root puts what ordinary users must reach and the state folder would hide.
pub(crate) const OUTSIDE: &str = "/var/lib/atelier";

/// A test folder younger than this may belong to a test that is just about to lock it.
const YOUNG: Duration = Duration::from_secs(10);

/// A state folder that is ours alone, from here to the drop.
pub(crate) struct Home {
    root: PathBuf,
    mark: String,
    keep: Keep,
    patience: Duration,
    lock: File,
}

impl Home {
    /// Takes the folder, ends what an earlier stack left running in it, and wipes it if nothing is to be kept.
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let root = std::path::absolute(&options.state).at(&options.state)?;
        if is_test(&root, options.keep) {
            sweep(&options.patience).await;
        }
        make_folder(&root, if account::is_root() { 0o711 } else { 0o700 })?;
        let home = Self::take(root.canonicalize().at(&root)?, options.keep, &options.patience)?;
        home.end_orphans().await;
        if home.keep == Keep::Nothing {
            home.wipe();
        }
        Ok(home)
    }

    fn take(root: PathBuf, keep: Keep, patience: &Patience) -> Result<Self> {
        let lock = lock(&root)?;
        let mark = mark(&root)?;
        Ok(Self { root, mark, keep, patience: patience.stop, lock })
    }

    pub(crate) fn keep(&self) -> Keep {
        self.keep
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The file that is locked as long as this stack lives.
    #[cfg(feature = "containers")]
    pub(crate) fn lock_path(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The mark of one server of this folder: unique on this machine, and a fit name for a container.
    pub(crate) fn mark(&self, server: &str) -> String {
        format!("{}-{server}", self.mark)
    }

    /// A folder in here that only we can read; made if missing.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join(name);
        make_folder(&folder, 0o700)?;
        Ok(folder)
    }

    /// An empty log file for a server. What the last start wrote is gone; a restart appends.
    pub(crate) fn log(&self, server: &str) -> Result<PathBuf> {
        let log = self.folder("logs")?.join(server).with_extension("log");
        File::create(&log).at(&log)?;
        Ok(log)
    }

    async fn end_orphans(&self) {
        match self.keep {
            Keep::Data => orphans::end(&self.mark, self.patience).await,
            Keep::Nothing => orphans::kill(&self.mark, self.patience).await,
        }
    }

    /// Removes what servers left in here. What cannot be removed is of no use to anybody, and left.
    fn wipe(&self) {
        for name in ["kafka", "postgres", "redis", "containers", "logs"] {
            let folder = self.root.join(name);
            if let Ok(outside) = fs::read_link(&folder) {
                remove_outside(&outside);
                fs::remove_file(&folder).ok();
            }
            fs::remove_dir_all(&folder).ok();
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.keep == Keep::Nothing {
            self.wipe();
            fs::remove_file(self.root.join("mark")).ok();
            fs::remove_file(self.root.join("lock")).ok();
            // Only when nothing else is in it.
            fs::remove_dir(&self.root).ok();
        }
        self.lock.unlock().ok();
    }
}

/// A link may lead anywhere; we remove only what we put there.
fn remove_outside(folder: &Path) {
    if folder.parent() == Some(Path::new(OUTSIDE)) {
        fs::remove_dir_all(folder).ok();
    }
}

/// Makes a folder and those above it with this mode; an existing one stays as it is.
pub(crate) fn make_folder(folder: &Path, mode: u32) -> Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(folder).at(folder)
}

/// Locks the folder for as long as the file is open, that is, until we end in whatever way.
fn lock(root: &Path) -> Result<File> {
    let path = root.join("lock");
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).at(&path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(taken(root, file)),
        Err(TryLockError::Error(source)) => return Err(Error::File { path, source }),
    }
    file.set_len(0).at(&path)?;
    file.rewind().at(&path)?;
    write!(file, "{}", std::process::id()).at(&path)?;
    Ok(file)
}

fn taken(root: &Path, mut lock: File) -> Error {
    let mut pid = String::new();
    lock.read_to_string(&mut pid).ok();
    Error::AlreadyRunning { state: root.to_owned(), pid: pid.parse().unwrap_or(0) }
}

/// The word that this folder's servers carry on their command line.
fn mark(root: &Path) -> Result<String> {
    let path = root.join("mark");
    match fs::read_to_string(&path) {
        Ok(mark) if mark.starts_with("atelier-") => Ok(mark),
        _ => {
            let mark = format!("atelier-{:016x}", rand::random::<u64>());
            write_private(&path, &mark)?;
            Ok(mark)
        }
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path).at(path)?;
    file.write_all(text.as_bytes()).at(path)
}

fn is_test(root: &Path, keep: Keep) -> bool {
    let named = root.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(TEST_FOLDER.as_bytes()));
    named && keep == Keep::Nothing && root.parent() == Some(&std::env::temp_dir())
}

/// Removes the folders of tests that were killed before they could.
async fn sweep(patience: &Patience) {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for root in entries.map(|entry| entry.path()).filter(|path| is_abandoned(path)) {
        if let Ok(home) = Home::take(root, Keep::Nothing, patience) {
            home.end_orphans().await;
        }
    }
}

/// A test folder of this user whose lock is not fresh. Whether it is free is for the lock to say.
fn is_abandoned(root: &Path) -> bool {
    let ours =
        fs::symlink_metadata(root).is_ok_and(|it| it.is_dir() && it.uid() == rustix::process::geteuid().as_raw());
    let locked_at = fs::metadata(root.join("lock")).and_then(|lock| lock.modified());
    let age = locked_at.ok().and_then(|at| at.elapsed().ok());
    is_test(root, Keep::Nothing) && ours && age.is_some_and(|age| age > YOUNG)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn options(state: &Path, keep: Keep) -> Options {
        Options { keep, ..Options::up(state) }
    }

    #[tokio::test]
    async fn a_folder_has_one_stack_at_a_time_and_says_whose_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let first = Home::open(&options(folder.path(), Keep::Data)).await.unwrap();

        let error = Home::open(&options(folder.path(), Keep::Data)).await.err().unwrap();
        assert!(error.to_string().contains(&format!("already running: process {}", std::process::id())), "{error}");

        drop(first);
        assert!(Home::open(&options(folder.path(), Keep::Data)).await.is_ok());
    }

    #[tokio::test]
    async fn the_mark_stays_with_the_data() {
        let folder = tempfile::tempdir().unwrap();
        let marks = [(); 2].map(|()| options(folder.path(), Keep::Data));

        let first = Home::open(&marks[0]).await.unwrap().mark("kafka");
        let second = Home::open(&marks[1]).await.unwrap().mark("kafka");

        assert_eq!(first, second);
    }

    #[tokio::test]
    async fn wiping_leaves_the_files_of_others() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("precious"), "").unwrap();

        let home = Home::open(&options(folder.path(), Keep::Nothing)).await.unwrap();
        fs::write(home.folder("kafka").unwrap().join("log"), "").unwrap();
        drop(home);

        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["precious"]);
    }

    #[tokio::test]
    async fn folders_of_killed_tests_are_swept_and_those_of_living_ones_are_not() {
        let (killed, living) = (Options::test(), Options::test());
        let living = Home::open(&living).await.unwrap();
        for root in [&killed.state, &living.root] {
            make_folder(root, 0o700).unwrap();
            let lock = OpenOptions::new().create(true).append(true).open(root.join("lock")).unwrap();
            lock.set_modified(SystemTime::now() - 2 * YOUNG).unwrap();
        }

        sweep(&Patience::default()).await;

        assert!(!killed.state.exists());
        assert!(living.root.exists());
    }

    #[test]
    fn a_link_out_of_the_folder_is_followed_only_to_our_own_place() {
        let folder = tempfile::tempdir().unwrap();

        remove_outside(folder.path());

        assert!(folder.path().is_dir());
    }
}
