//! `atelier keys`: rotation and backups of the keys that personal texts are sealed with; for those of internal
//! tokens see `token_keys`.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use chrono::Utc;
use clap::Subcommand;
use keys::Keys;
use runtime::postgres;

use crate::config::Config;
use crate::token_keys::TokenKeyring;

#[derive(Subcommand)]
pub enum Keyring {
    /// Wraps all data keys with the current key-encryption key, or gives one person or project a new data key.
    ///
    /// Nothing stops meanwhile, and a rotation that was cut off is finished by running it again. To replace the
    /// key-encryption key: name the new one in `[keys] previous_keks` everywhere; make it `[keys] kek` and name
    /// the old one in `previous_keks` everywhere; run this; leave the old one out.
    #[command(after_help = "\
Examples:
  atelier keys rotate
  atelier keys rotate --owner usr_0199d3a0-0000-7000-8000-000000000000")]
    Rotate {
        /// A user (usr_…) or project (prj_…): what comes is sealed with a new key, what was still opens.
        #[arg(long)]
        owner: Option<String>,
    },
    /// Writes all data keys into a file, sealed with the key-encryption key.
    #[command(after_help = "Example: atelier keys backup --to keys.bak --days 14")]
    Backup {
        /// A new file; it is readable by its owner only.
        #[arg(long)]
        to: PathBuf,
        /// How long it may be restored; 30 at most, so that who is erased is gone everywhere after that.
        #[arg(long, default_value_t = keys::BACKUP_DAYS, value_parser = clap::value_parser!(u16).range(1..=30))]
        days: u16,
    },
    /// The keys that internal tokens are signed with: list, rotate.
    #[command(subcommand)]
    Tokens(TokenKeyring),
    /// Brings back keys that are missing. People who were erased by then, or since, stay erased.
    #[command(after_help = "Example: atelier keys restore --from keys.bak")]
    Restore {
        #[arg(long)]
        from: PathBuf,
    },
}

impl Keyring {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        if let Self::Tokens(tokens) = self {
            return tokens.run(config).await;
        }
        let keys = open(config)?;
        match self {
            Self::Tokens(_) => Ok(()),
            Self::Rotate { owner: None } => rotate(&keys).await,
            Self::Rotate { owner: Some(owner) } => renew(&keys, &owner).await,
            Self::Backup { to, days } => backup(&keys, &to, days).await,
            Self::Restore { from } => restore(&keys, &from, config).await,
        }
    }
}

fn pool(config: &Config, owner: &'static str) -> anyhow::Result<sqlx::PgPool> {
    let limits = postgres::Limits { connections: 2, wait: config.database.wait };
    postgres::pool(config.database_url()?, owner, limits).context("[database] url is not a Postgres URL")
}

fn open(config: &Config) -> anyhow::Result<Keys> {
    let settings = config.keys.as_ref().context("[keys] kek is missing: `openssl rand -base64 32`")?;
    Ok(Keys::connect(pool(config, "keys")?, settings)?)
}

async fn rotate(keys: &Keys) -> anyhow::Result<()> {
    let rotated = keys.rotate(|done, total| eprint!("\r  {done} of {total} keys wrapped again")).await;
    eprintln!();
    println!("{} keys were wrapped with the current key-encryption key", rotated?);
    Ok(())
}

async fn renew(keys: &Keys, owner: &str) -> anyhow::Result<()> {
    let renewed = keys.renew(owner).await?;
    ensure!(renewed > 0, "{owner} has no key: it is unknown, has nothing sealed yet, or was erased");
    println!("{owner} has a new key; every process uses it within a minute, and what was sealed still opens");
    Ok(())
}

async fn backup(keys: &Keys, to: &Path, days: u16) -> anyhow::Result<()> {
    let bytes = keys.backup(days).await?;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .with_context(|| format!("cannot write {}", to.display()))?;
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        let _ = std::fs::remove_file(to); // half a backup is none
        return Err(error).with_context(|| format!("cannot write {}", to.display()));
    }
    println!("{} holds the keys ({} bytes); it can be restored for {days} days", to.display(), bytes.len());
    Ok(())
}

/// The log knows who was erased, also where the keys' own table was lost.
async fn restore(keys: &Keys, from: &Path, config: &Config) -> anyhow::Result<()> {
    let file = std::fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    let settings = config.store.as_ref().context("[store] pepper is missing")?;
    let store = store::Store::connect(pool(config, "store")?, settings, keys.clone())?;
    for owner in store.erased_owners().await.context("the log cannot be asked who was erased")? {
        keys.destroy(&owner).await?;
    }
    let restored = keys.restore(&file, Utc::now()).await?;
    println!(
        "{} of {} keys were missing and are back; {} of people who were erased stay destroyed",
        restored.restored, restored.keys, restored.erased
    );
    Ok(())
}
