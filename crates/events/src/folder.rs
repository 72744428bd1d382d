//! The schema files of a folder, read as the build reads its own.

use std::path::Path;
use std::{fs, io};

use crate::{LoadError, Registry, Release};

/// A file by its path in the folder, and its text.
pub type File = (&'static str, &'static str);

/// `schemas/`: what is written today, and what was released.
pub struct Folder {
    pub registry: Registry,
    pub releases: Vec<Release>,
}

impl Folder {
    /// Reads `avro/` and `released/` in there. What was read stays in memory: a command does this once.
    pub fn read(folder: &Path) -> Result<Self, LoadError> {
        let registry = Registry::load(&files(&folder.join("avro"))?)?;
        let released = folder.join("released");
        let releases = if released.is_dir() { Release::load(&files(&released)?)? } else { Vec::new() };
        Ok(Self { registry, releases })
    }
}

fn files(root: &Path) -> Result<Vec<File>, LoadError> {
    let mut files = Vec::new();
    collect(root, "", &mut files)
        .map_err(|cause| LoadError::Unreadable { folder: root.to_owned(), cause: cause.to_string() })?;
    files.sort_unstable();
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if [".avsc", ".lock"].iter().any(|end| name.ends_with(end)) {
            files.push((name.leak(), fs::read_to_string(entry.path())?.leak()));
        }
    }
    Ok(())
}
