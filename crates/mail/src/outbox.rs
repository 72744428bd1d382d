//! Mails as files: what a development install does with them.

use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Mail};

/// How many mails are kept; the oldest go first.
const KEPT: usize = 500;

/// A folder of mails, newest name last.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

/// A mail in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub at: DateTime<Utc>,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Outbox {
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// One file, whole or not at all. The log names the file and nothing in it.
    pub async fn put(&self, mail: &Mail) -> Result<(), Error> {
        let stored = Stored {
            at: Utc::now(),
            to: mail.to.clone(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: mail.html.clone(),
        };
        let this = self.clone();
        let file = blocking(move || this.write(&stored)).await?;
        tracing::info!(file = %file.display(), "a mail is in {}", file.display());
        Ok(())
    }

    /// The newest first.
    pub async fn list(&self, limit: usize) -> Result<Vec<Stored>, Error> {
        let this = self.clone();
        blocking(move || {
            let newest = this.files()?.into_iter().rev().take(limit);
            // A file that went meanwhile, or is none of ours, is not shown.
            Ok(newest.filter_map(|file| serde_json::from_slice(&std::fs::read(file).ok()?).ok()).collect())
        })
        .await
    }

    fn write(&self, stored: &Stored) -> std::io::Result<PathBuf> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let name = Uuid::now_v7();
        let (draft, file) = (self.folder.join(format!("{name}.draft")), self.folder.join(format!("{name}.json")));
        let open = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        serde_json::to_writer_pretty(open, stored)?;
        std::fs::rename(&draft, &file)?;
        self.thin_out()?;
        Ok(file)
    }

    fn thin_out(&self) -> std::io::Result<()> {
        let files = self.files()?;
        let too_many = files.len().saturating_sub(KEPT);
        files.into_iter().take(too_many).for_each(|file| drop(std::fs::remove_file(file)));
        Ok(())
    }

    fn files(&self) -> std::io::Result<Vec<PathBuf>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut files: Vec<_> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_mail(path)).collect();
        files.sort();
        Ok(files)
    }
}

fn is_mail(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(std::io::Error::other)??)
}
