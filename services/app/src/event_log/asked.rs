//! What the caller wants of the log.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use domain::{SessionId, UserId};
use replay::Choice;

/// The choices that every command has.
#[derive(Args)]
pub struct Asked {
    /// Only this session's.
    #[arg(long)]
    session: Option<SessionId>,

    /// Only what this person did, or what names this person.
    #[arg(long)]
    user: Option<UserId>,

    /// Only these event types, for example GenerationCompleted; several with commas.
    #[arg(long = "type", value_delimiter = ',', value_parser = event_type)]
    types: Vec<String>,

    /// Only events decided at or after this time: 2026-11-21T12:00:00Z, 2026-11-21, or 2h for two hours ago.
    #[arg(long, value_parser = time)]
    from: Option<Time>,

    /// Opens what is sealed, where the keys are configured. What comes out is personal data: guard it.
    #[arg(long)]
    pub open: bool,

    /// Goes on where a record cannot be read, and says how many there were at the end.
    #[arg(long)]
    pub skip_unreadable: bool,

    /// Where `atelier up` keeps its state: what the settings leave open is taken from there.
    #[arg(long, default_value_os_t = super::state())]
    pub state: PathBuf,
}

/// A point in time.
pub type Time = DateTime<Utc>;

impl Asked {
    pub fn choice(&self, to: Option<Time>) -> anyhow::Result<Choice> {
        let empty = matches!((self.from, to), (Some(from), Some(to)) if from >= to);
        ensure!(!empty, "--from is not before --to, so nothing can be in between");
        let types = self.types.iter().cloned().collect();
        Ok(Choice { session: self.session, user: self.user, types, from: self.from, to })
    }
}

/// RFC 3339, a day (its beginning, UTC), or how long ago.
pub fn time(text: &str) -> anyhow::Result<Time> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let ago = humantime_serde::re::humantime::parse_duration(text);
    let ago = ago.ok().context("expected 2026-11-21T12:00:00Z, 2026-11-21, or how long ago, such as 2h")?;
    let ago = chrono::TimeDelta::from_std(ago).context("that is too long ago")?;
    Utc::now().checked_sub_signed(ago).context("that is too long ago")
}

/// A type that exists: a typing error would find nothing, for ever.
fn event_type(text: &str) -> Result<String, String> {
    let known: Vec<_> = events::all().filter(|contract| contract.is_event()).collect();
    if known.iter().any(|contract| contract.event_type == text) {
        return Ok(text.to_owned());
    }
    let names: std::collections::BTreeSet<_> = known.iter().map(|contract| contract.event_type).collect();
    Err(format!("there is no such event; there are {}", names.into_iter().collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_three_ways() {
        assert_eq!(time("2026-11-21T13:00:00+01:00").unwrap().to_rfc3339(), "2026-11-21T12:00:00+00:00");
        assert_eq!(time("2026-11-21").unwrap().to_rfc3339(), "2026-11-21T00:00:00+00:00");
        let ago = Utc::now() - time("2h").unwrap();
        assert!((7_195..7_205).contains(&ago.num_seconds()));
        for text in ["", "yesterday", "2026-13-01", "99999999years"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_type_is_told_the_right_ones() {
        assert!(event_type("GenerationCompleted").is_ok());
        assert!(event_type("GenerationComplete").unwrap_err().contains("GenerationCompleted"));
        assert!(event_type("ChunkPublished").is_err(), "a piece of a stream is no event");
    }
}
