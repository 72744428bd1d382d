//! Postgres refuses to run as root, so root runs it as a user of its own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::time::Duration;

use crate::error::{At, Error, Result};
use crate::tool;

/// The system user that runs Postgres when we are root.
const NAME: &str = "atelier-pg";

/// How long one call of `id` or `useradd` may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A user that a server runs as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Who runs Postgres; `None` means we do. Makes the user when root has none yet.
    pub(crate) async fn for_postgres() -> Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        if let Ok(account) = Self::find().await {
            return Ok(Some(account));
        }
        let added = Self::add().await;
        // Another process may have been faster; then adding fails and finding does not.
        Self::find().await.map(Some).or_else(|error| added.and(Err(error)))
    }

    async fn find() -> Result<Self> {
        Ok(Self { uid: id("-u").await?, gid: id("-g").await? })
    }

    async fn add() -> Result<()> {
        let useradd = tool::USERADD.path()?;
        let args = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME];
        tool::run(&useradd, args, LIMIT).await.map(drop)
    }

    /// What `setpriv` needs to become this user.
    pub(crate) fn flags(self) -> [String; 3] {
        [format!("--reuid={}", self.uid), format!("--regid={}", self.gid), "--clear-groups".to_owned()]
    }

    /// Hands a file or folder over to this user.
    pub(crate) fn own(self, path: &Path) -> Result<()> {
        chown(path, Some(self.uid), Some(self.gid)).at(path)
    }
}

async fn id(which: &str) -> Result<u32> {
    let number = tool::run(Path::new("id"), [which, NAME], LIMIT).await?;
    number.trim().parse().map_err(|_| Error::Tool { tool: "id".to_owned(), said: number })
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether every user can walk to this path: every folder on the way that exists lets them through.
pub(crate) fn is_open(path: &Path) -> bool {
    path.ancestors()
        .filter_map(|folder| fs::metadata(folder).ok())
        .all(|folder| folder.permissions().mode() & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_folder_on_the_way_hides_everything_below() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();

        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!is_open(&inner));

        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(is_open(&inner.join("not-there-yet")));
    }
}
