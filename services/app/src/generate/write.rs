//! Files on this machine: inside the folder given, and nothing replaced without being asked.

use std::path::{Component, Path};

use anyhow::{Context, bail};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct File {
    pub path: String,
    pub content: String,
}

/// Writes all or, if one is in the way, none.
pub fn all(folder: &Path, files: &[File], force: bool) -> anyhow::Result<()> {
    for file in files {
        let safe = Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_)));
        if !safe {
            bail!("refused to write {}: it leads out of the folder", file.path);
        }
        let target = folder.join(&file.path);
        if target.exists() && !force {
            bail!("{} exists; pass --force to replace it, or --out for another folder", target.display());
        }
    }
    files.iter().try_for_each(|file| one(&folder.join(&file.path), &file.content))
}

fn one(target: &Path, content: &str) -> anyhow::Result<()> {
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    std::fs::write(target, content).with_context(|| format!("cannot write {}", target.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> File {
        File { path: path.into(), content: "x".into() }
    }

    #[test]
    fn nothing_is_written_outside_or_over() {
        let folder = std::env::temp_dir().join(format!("atelier-write-{}", std::process::id()));
        assert!(all(&folder, &[file("../evil")], true).is_err());
        assert!(all(&folder, &[file("/etc/evil")], true).is_err());
        all(&folder, &[file("src/App.tsx")], false).unwrap();
        assert!(all(&folder, &[file("src/New.tsx"), file("src/App.tsx")], false).is_err());
        assert!(!folder.join("src/New.tsx").exists(), "all or none");
        all(&folder, &[file("src/App.tsx")], true).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
