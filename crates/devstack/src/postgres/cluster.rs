//! The data folder of Postgres: where it is, whose it is, and how it comes into being.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::OWNER;
use crate::account::{self, Account};
use crate::error::{At, Result};
use crate::home::{self, Home};
use crate::options::Options;
use crate::tool;

/// `data` and the owner's password, in a folder that belongs to the user who runs the server.
pub(crate) struct Cluster {
    pub folder: PathBuf,
    pub account: Option<Account>,
    pub password: String,
}

impl Cluster {
    /// The cluster of this state folder, made if there is none.
    pub(super) async fn of(home: &Home, options: &Options, account: Option<Account>, programs: &Path) -> Result<Self> {
        let folder = match &options.places.postgres {
            Some(chosen) => handed_over(chosen.clone(), account)?,
            None => place(home, account)?,
        };
        let password = password(&folder.join("password"))?;
        let cluster = Self { folder, account, password };
        if !cluster.data().is_dir() {
            cluster.initialise(programs, options.patience.tool).await?;
        }
        Ok(cluster)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Removes the pid file of a killed server: another process may have its number by now, and
    /// no server of this folder is alive when we start one.
    pub(super) fn forget_the_dead(&self) {
        fs::remove_file(self.data().join("postmaster.pid")).ok();
    }

    /// Runs `initdb` beside the final place, so that half a cluster is never taken for one.
    async fn initialise(&self, programs: &Path, limit: Duration) -> Result<()> {
        let draft = self.folder.join("data.draft");
        fs::remove_dir_all(&draft).ok();
        let password = self.folder.join("password");
        self.give(&password)?;

        let mut args = self.as_account();
        args.push(programs.join("initdb").into());
        args.extend(["-U", OWNER, "--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"].map(OsString::from));
        args.extend([
            "--no-instructions".into(),
            "--pwfile".into(),
            password.into(),
            "-D".into(),
            draft.clone().into(),
        ]);
        tool::run(Path::new("env"), args, limit).await?;
        fs::rename(&draft, self.data()).at(&draft)
    }

    /// The arguments of `env` that run a program as the cluster's user and with nothing of our environment.
    fn as_account(&self) -> Vec<OsString> {
        let become_user = self.account.iter().flat_map(|account| {
            let flags = account.flags().map(OsString::from);
            ["setpriv".into()].into_iter().chain(flags).chain(["--".into()])
        });
        let path = std::env::var("PATH").unwrap_or_default();
        ["-i".into(), format!("PATH={path}").into()].into_iter().chain(become_user).collect()
    }

    fn give(&self, path: &Path) -> Result<()> {
        self.account.map_or(Ok(()), |account| account.own(path))
    }
}

/// The folder for the cluster: in the state folder if its user can reach that, else outside, behind a link.
fn place(home: &Home, account: Option<Account>) -> Result<PathBuf> {
    let inside = home.root().join("postgres");
    if let Ok(existing) = inside.canonicalize() {
        return Ok(existing);
    }
    let folder = if account.is_none() || account::is_open(home.root()) { inside.clone() } else { outside()? };
    let folder = handed_over(folder, account)?;
    if folder != inside {
        symlink(&folder, &inside).at(&inside)?;
    }
    Ok(folder)
}

/// A folder of the user who runs the server; made if missing.
fn handed_over(folder: PathBuf, account: Option<Account>) -> Result<PathBuf> {
    home::make_folder(&folder, 0o700)?;
    account.map_or(Ok(()), |account| account.own(&folder))?;
    Ok(folder)
}

/// A new folder in a place that every user can reach.
fn outside() -> Result<PathBuf> {
    home::make_folder(Path::new(home::OUTSIDE), 0o711)?;
    Ok(Path::new(home::OUTSIDE).join(format!("{:016x}", rand::random::<u64>())))
}

/// The password in this file; a new one if there is no file.
pub(crate) fn password(file: &Path) -> Result<String> {
    if let Ok(password) = fs::read_to_string(file) {
        return Ok(password);
    }
    let password = format!("{:032x}", rand::random::<u128>());
    home::write_private(file, &password)?;
    Ok(password)
}
