//! Sums by day and model, and the events they are sums of.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use crate::{BadCursor, Listing, Page, read};

/// Days in UTC, both included; what is not named is not narrowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// What one model was used for on one day. Tokens and cost are those of attempts that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Sum {
    pub day: NaiveDate,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub currency: Option<String>,
    pub completed: i64,
    pub failed: i64,
    pub cancelled: i64,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    pub reasoning_tokens: i64,
    pub total_tokens: i64,
    /// Exact, in decimal.
    pub cost: String,
    /// Attempts that were given up, and what they consumed: nobody pays for it.
    pub abandoned: i64,
    pub abandoned_tokens: i64,
}

/// An event that ended an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct UsageEvent {
    pub session_id: String,
    /// Its place in the session's events.
    pub sequence: i64,
    pub generation_id: String,
    pub attempt: i32,
    /// completed, failed, cancelled or abandoned.
    pub outcome: String,
    pub billed: bool,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    pub reasoning_tokens: i64,
    pub total_tokens: i64,
    /// Exact, in decimal.
    pub cost: String,
    pub currency: Option<String>,
    pub price_list: Option<String>,
    pub at: DateTime<Utc>,
}

/// What the reader may see of this table, besides what row-level security allows.
const MINE: &str = "(user_id = current_setting('atelier.person', true)
        or current_setting('atelier.usage', true) = 'tenant')
    and ($1::date is null or day >= $1) and ($2::date is null or day <= $2)";

/// Without its own currency, which an attempt that nobody pays for has not: it goes with the others of its model.
const ROWS: &str = "(select day, model, provider, currency as own, outcome, billed, prompt_tokens, completion_tokens,
    reasoning_tokens, total_tokens, cost, user_id from read.usage_events) as rows";

/// The reader's usage, newest day first.
pub async fn sums(reader: &mut PgConnection, period: Period) -> sqlx::Result<Vec<Sum>> {
    sqlx::query_as(&format!(
        "select day, model, provider, currency,
                count(*) filter (where outcome = 'completed') as completed,
                count(*) filter (where outcome = 'failed') as failed,
                count(*) filter (where outcome = 'cancelled') as cancelled,
                coalesce(sum(prompt_tokens) filter (where billed), 0)::bigint as prompt_tokens,
                coalesce(sum(completion_tokens) filter (where billed), 0)::bigint as completion_tokens,
                coalesce(sum(reasoning_tokens) filter (where billed), 0)::bigint as reasoning_tokens,
                coalesce(sum(total_tokens) filter (where billed), 0)::bigint as total_tokens,
                trim_scale(coalesce(sum(cost) filter (where billed), 0))::text as cost,
                count(*) filter (where not billed) as abandoned,
                coalesce(sum(total_tokens) filter (where not billed), 0)::bigint as abandoned_tokens
         from (select *, coalesce(own, max(own) over (partition by day, model, provider)) as currency
               from {ROWS} where {MINE}) as mine
         group by day, model, provider, currency
         order by day desc, model, provider, currency"
    ))
    .bind(period.from)
    .bind(period.to)
    .fetch_all(reader)
    .await
}

/// The reader's usage event by event, newest first.
pub async fn events(
    reader: &mut PgConnection,
    period: Period,
    page: &Page,
) -> Result<Listing<UsageEvent>, read::Error> {
    let after: Option<Place> = page.after()?;
    let rows = sqlx::query_as(&format!(
        "select session_id, sequence, generation_id, attempt, outcome, billed, model, provider, prompt_tokens,
                completion_tokens, reasoning_tokens, total_tokens, trim_scale(cost)::text as cost, currency, price_list, at
         from read.usage_events
         where {MINE} and ($3::timestamptz is null or (at, session_id, sequence) < ($3, $4, $5))
         order by at desc, session_id desc, sequence desc limit $6"
    ))
    .bind(period.from)
    .bind(period.to)
    .bind(after.as_ref().map(|place| place.at))
    .bind(after.as_ref().map(|place| place.session_id.as_str()))
    .bind(after.as_ref().map(|place| place.sequence))
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Listing::cut(rows, page, Place::of))
}

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    at: DateTime<Utc>,
    session_id: String,
    sequence: i64,
}

impl Place {
    fn of(event: &UsageEvent) -> Self {
        Self { at: event.at, session_id: event.session_id.clone(), sequence: event.sequence }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.at.timestamp_micros(), self.session_id, self.sequence)
    }
}

impl FromStr for Place {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let mut parts = text.splitn(3, ':');
        let (at, session, sequence) = (parts.next(), parts.next(), parts.next());
        let at = at.and_then(|at| at.parse().ok()).and_then(DateTime::from_timestamp_micros).ok_or(BadCursor)?;
        let session_id: domain::SessionId = session.and_then(|id| id.parse().ok()).ok_or(BadCursor)?;
        let sequence = sequence.and_then(|sequence| sequence.parse().ok()).ok_or(BadCursor)?;
        Ok(Self { at, session_id: session_id.to_string(), sequence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is() {
        let session_id = domain::SessionId::generate().to_string();
        let place = Place { at: DateTime::from_timestamp_micros(1_234_567).unwrap(), session_id, sequence: 7 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for garbage in ["", "1", "1:x:2", "1:ses_:2", "9999999999999999999:ses_1:1"] {
            assert_eq!(garbage.parse::<Place>(), Err(BadCursor), "{garbage}");
        }
    }
}
