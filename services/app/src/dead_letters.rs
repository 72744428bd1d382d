//! `atelier dead-letters`: what could not be folded, why, and the wish to try it again.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use projector::dead_letters::{self, ParkedKey, ParkedRecord, Which};
use runtime::postgres::{self, Limits};
use serde::Serialize;
use sqlx::PgPool;

use crate::config::Config;

/// Events that a read model could not fold, with those of the same key that wait behind them.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum DeadLetters {
    /// Lists the keys that wait: since when, why, and how many events wait behind the first.
    List(List),
    /// Shows the waiting events of one key, without what people wrote.
    Show(Show),
    /// Asks for a key to be tried again, in order. Do this once its cause is gone.
    Retry(Retry),
}

const EXAMPLES: &str = "\
Examples:
  atelier dead-letters list
  atelier dead-letters list --projection sessions --json
  atelier dead-letters show ses_01993b7e8f4c7c6d9a51c2f0e8b7a6d5
  atelier dead-letters retry ses_01993b7e8f4c7c6d9a51c2f0e8b7a6d5
  atelier dead-letters retry --all            after an upgrade: events that the older release did not know

A key that fails again stays, with its new reason. docs/operations.md says what the reasons mean.";

#[derive(Args)]
pub struct List {
    /// Only of this projection, for example `sessions`.
    #[arg(long)]
    projection: Option<String>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    /// As `list` shows it.
    key: String,
    /// Only of this projection.
    #[arg(long)]
    projection: Option<String>,
    /// Events at most.
    #[arg(long, default_value_t = 100)]
    limit: i64,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Retry {
    /// As `list` shows it.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    key: Option<String>,
    /// Every key that waits.
    #[arg(long)]
    all: bool,
    /// Only of this projection.
    #[arg(long)]
    projection: Option<String>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

impl DeadLetters {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let limits = Limits { connections: 1, wait: config.database.wait };
        let pool =
            postgres::pool(config.database_url()?, "read", limits).context("[database] url is not a Postgres URL")?;
        match self {
            Self::List(list) => list.run(&pool).await,
            Self::Show(show) => show.run(&pool).await,
            Self::Retry(retry) => retry.run(&pool).await,
        }
    }
}

const UNREADABLE: &str = "the dead letters cannot be read";

impl List {
    async fn run(self, pool: &PgPool) -> anyhow::Result<()> {
        let keys =
            dead_letters::list(pool, &Which { projection: self.projection, key: None }).await.context(UNREADABLE)?;
        if keys.is_empty() && !self.json {
            println!("nothing waits: every event is folded");
        }
        keys.iter().try_for_each(|key| print(self.json, key, key_line))
    }
}

impl Show {
    async fn run(self, pool: &PgPool) -> anyhow::Result<()> {
        let which = Which { projection: self.projection, key: Some(self.key) };
        let records = dead_letters::show(pool, &which, self.limit).await.context(UNREADABLE)?;
        if records.is_empty() {
            return nothing_waits(&which);
        }
        records.iter().try_for_each(|record| print(self.json, record, record_line))
    }
}

impl Retry {
    async fn run(self, pool: &PgPool) -> anyhow::Result<()> {
        let which = Which { projection: self.projection, key: self.key };
        let keys = dead_letters::retry(pool, &which).await.context(UNREADABLE)?;
        if keys.is_empty() {
            return nothing_waits(&which);
        }
        keys.iter().try_for_each(|key| print(self.json, key, key_line))?;
        if !self.json {
            println!(
                "will be tried again by the projector that owns the partition; `atelier dead-letters list` shows what stays"
            );
        }
        Ok(())
    }
}

fn nothing_waits(which: &Which) -> anyhow::Result<()> {
    match &which.key {
        Some(key) => bail!("nothing waits under {}; `atelier dead-letters list` shows what does", printable(key)),
        None => {
            println!("nothing waits: every event is folded");
            Ok(())
        }
    }
}

fn print<T: Serialize>(json: bool, item: &T, line: fn(&T) -> String) -> anyhow::Result<()> {
    let text = if json { serde_json::to_string(item)? } else { line(item) };
    println!("{text}");
    Ok(())
}

fn key_line(key: &ParkedKey) -> String {
    let ParkedKey { projection, topic, partition, offset, waiting, .. } = key;
    format!(
        "{projection}  {}  {topic}[{partition}]@{offset}  since {}  {waiting} behind it{}\n    {}",
        printable(&key.key),
        key.since.format("%Y-%m-%d %H:%M:%SZ"),
        if key.retry { "  to be tried again" } else { "" },
        printable(key.reason.as_deref().unwrap_or("no reason is known")),
    )
}

fn record_line(record: &ParkedRecord) -> String {
    let ParkedRecord { projection, topic, partition, offset, bytes, .. } = record;
    let what = record.event_type.as_deref().unwrap_or("not an event that this release knows");
    let number = |name: &str, value: Option<i64>| value.map(|value| format!("  {name} {value}")).unwrap_or_default();
    let reason = record.reason.as_deref().map_or_else(|| "waits behind an earlier one".to_owned(), printable);
    format!(
        "{projection}  {topic}[{partition}]@{offset}  {what}{}{}  {bytes} bytes\n    {reason}",
        number("sequence", record.sequence),
        number("position", record.position),
    )
}

/// A record that is no event of ours can hold anything, also what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}
