//! A file that is there whole or not at all: written beside its name, then renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::Error;

/// A file in the making; dropping it unfinished leaves nothing.
pub struct Beside {
    target: PathBuf,
    partial: PathBuf,
    file: File,
    finished: bool,
}

impl Beside {
    /// Refuses a name that is taken, unless it may be replaced.
    pub fn create(target: &Path, replace: bool) -> Result<Self, Error> {
        if !replace && target.symlink_metadata().is_ok() {
            return Err(Error::Exists(target.to_owned()));
        }
        let failed = |cause: io::Error| unwritable(target, cause.to_string());
        let name = target.file_name().ok_or_else(|| unwritable(target, "it names no file".to_owned()))?;
        let name = format!(".{}.{}.partial", name.to_string_lossy(), std::process::id());
        let partial = target.with_file_name(name);
        if target.is_dir() {
            return Err(unwritable(target, "it is a folder".to_owned()));
        }
        // For its owner only: opened events are personal data.
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&partial).map_err(failed)?;
        Ok(Self { target: target.to_owned(), partial, file, finished: false })
    }

    /// Gives the file its name, once every byte is on the disk.
    pub fn finish(mut self) -> Result<(), Error> {
        let done = self.file.sync_all().and_then(|()| fs::rename(&self.partial, &self.target));
        self.finished = done.is_ok();
        done.map_err(|cause| self.failed(&cause))
    }

    /// What the user hears when writing did not work.
    pub fn failed(&self, cause: &dyn std::fmt::Display) -> Error {
        unwritable(&self.target, cause.to_string())
    }
}

fn unwritable(target: &Path, cause: String) -> Error {
    Error::Unwritable { target: target.to_owned(), cause }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.finished {
            drop(fs::remove_file(&self.partial)); // nothing more can be done about it here
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("events.parquet");
        let mut file = Beside::create(&target, false).unwrap();
        file.write_all(b"whole").unwrap();
        assert!(!target.exists());
        file.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(Beside::create(&target, false), Err(Error::Exists(_))));
    }

    #[test]
    fn an_unfinished_file_leaves_nothing_and_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("events.parquet");
        fs::write(&target, "old").unwrap();
        let mut file = Beside::create(&target, true).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Beside::create(&folder.path().join("no/such/folder"), false).err().unwrap().to_string();
        assert!(nowhere.contains("no/such/folder") && nowhere.contains("No such file"), "{nowhere}");
        let taken = Beside::create(folder.path(), true).err().unwrap().to_string();
        assert!(taken.contains("it is a folder"), "{taken}");
    }
}
