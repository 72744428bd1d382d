//! `atelier audit history`.

use std::io::Write;

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, ValueEnum};
use domain::TenantId;
use domain::inspection::{self, What};
use projections::Page;
use projections::audit::{self, Asked, CSV_HEAD, Entry};
use sqlx::PgPool;

use crate::config::Config;
use crate::platform;

/// Who did what, when, from where, and what it was before; the newest first.
///
/// Reading is an event too: it is noted before anything is shown, and shows the next time.
#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier audit history --user alice@example.com --from 2026-01-01
  atelier audit history --type SessionRenamed --limit 20
  atelier audit history --aggregate ses_0199d3a0-0000-7000-8000-000000000000 --format csv > session.csv")]
pub struct History {
    /// Who did it: an e-mail address, a person's id, a worker's id, or a service's name.
    #[arg(long)]
    user: Option<String>,

    /// For example `SessionRenamed`.
    #[arg(long = "type", value_name = "EVENT")]
    event_type: Option<String>,

    /// What it was done to, by id.
    #[arg(long, value_name = "ID")]
    aggregate: Option<String>,

    /// One organisation alone.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,

    /// From this day or moment on: `2026-01-31` or `2026-01-31T12:00:00Z`.
    #[arg(long, value_parser = moment)]
    from: Option<DateTime<Utc>>,

    /// Before this day or moment.
    #[arg(long, value_parser = moment)]
    to: Option<DateTime<Utc>>,

    /// How many at most.
    #[arg(long, default_value_t = 100)]
    limit: usize,

    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people.
    Text,
    Csv,
    /// One JSON object per line.
    Jsonl,
}

impl History {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let read = platform::pool(config, "read", 1)?;
        let asked = self.asked(&read).await?;
        self.note(config, &read, &asked).await.context("nothing is shown that cannot be noted")?;
        let mut out = std::io::stdout().lock();
        if self.format == Format::Csv {
            write!(out, "{CSV_HEAD}")?;
        }
        let (mut cursor, mut left) = (None, self.limit);
        while left > 0 {
            let page = Page { limit: Some(left.min(100) as u32), cursor, q: None };
            let found = audit::page(&mut *read.acquire().await?, &asked, &page).await?;
            left -= found.items.len().min(left);
            for entry in &found.items {
                write!(out, "{}", self.format.line(entry))?;
            }
            match found.next_cursor {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        Ok(())
    }

    /// Of one organisation in its own log, where its auditors see it; else in the installation's.
    async fn note(&self, config: &Config, read: &PgPool, asked: &Asked) -> anyhow::Result<()> {
        let found = audit::count(&mut *read.acquire().await?, asked, &Page::default()).await?;
        let count = found.min(i64::try_from(self.limit).unwrap_or(i64::MAX));
        let tenant = match &self.tenant {
            Some(tenant) => tenant.parse()?,
            None => TenantId::SYSTEM,
        };
        let (_, store) = platform::event_store(config, platform::vault(config)?)?;
        let call = command::call::by_service(tenant, "operator", "atelier audit history");
        let asked = inspection::Asked {
            actor: asked.actor.clone(),
            event_type: asked.event_type.clone(),
            aggregate: asked.aggregate.clone(),
            since: asked.from,
            until: asked.to,
        };
        command::inspections::write(&store, &call, What::Events, self.format.name(), asked, count).await?;
        Ok(())
    }

    async fn asked(&self, read: &PgPool) -> anyhow::Result<Asked> {
        let actor = match &self.user {
            Some(email) if email.contains('@') => Some(person(read, email).await?),
            other => other.clone(),
        };
        let Self { event_type, aggregate, tenant, from, to, .. } = self;
        let (event_type, aggregate, tenant) = (event_type.clone(), aggregate.clone(), tenant.clone());
        Ok(Asked { actor, event_type, aggregate, from: *from, to: *to, tenant })
    }
}

async fn person(read: &PgPool, email: &str) -> anyhow::Result<String> {
    let mut reader = read.acquire().await.context("the database does not answer")?;
    match audit::person_of(&mut reader, email).await? {
        Some(id) => Ok(id),
        None => bail!("nobody has the address {email}; who was erased is found by id only"),
    }
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    fn line(self, entry: &Entry) -> String {
        match self {
            Self::Csv => entry.csv(),
            Self::Jsonl => entry.jsonl(),
            Self::Text => {
                let Entry { position, at, actor, aggregate_id, new, .. } = entry;
                let at = at.format("%Y-%m-%d %H:%M:%S%.3f");
                let from = entry.origin.as_deref().unwrap_or("-");
                let change = match &entry.old {
                    Some(old) => format!("{old} -> {new}"),
                    None => new.to_string(),
                };
                let erased = if entry.erased { " (erased)" } else { "" };
                format!(
                    "{position:>8}  {at}  {actor}  {}  {aggregate_id}  from {from}{erased}\n          {change}\n",
                    entry.what()
                )
            }
        }
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    day.map(|day| day.and_utc())
        .map_or(moment, Ok)
        .map_err(|_| "expected 2026-01-31 or 2026-01-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_a_moment_is_understood() {
        assert_eq!(moment("2026-01-31").unwrap().to_rfc3339(), "2026-01-31T00:00:00+00:00");
        assert_eq!(moment("2026-01-31T12:00:00+02:00").unwrap().to_rfc3339(), "2026-01-31T10:00:00+00:00");
        assert!(moment("yesterday").is_err());
    }
}
