//! `usage`: what answers consumed and cost: the caller's, or for owners, admins and billing everybody's.

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use projections::Freshness;
use projections::usage::{self, Period, Sum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Error;
use crate::ask::{Asked, page};
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;

/// Days in UTC, both included.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The first day, for example 2026-11-01; left out: from the beginning.
    from: Option<String>,
    /// The last day; left out: until today.
    to: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageEventsQuery {
    /// The first day, for example 2026-11-01; left out: from the beginning.
    from: Option<String>,
    /// The last day; left out: until today.
    to: Option<String>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// As the page before gave it in `next_cursor`.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct UsageSums {
    /// By day and model, newest day first.
    items: Vec<UsageSum>,
}

/// What one model was used for on one day. Tokens and cost are those of the attempts that count.
#[derive(Serialize, ToSchema)]
pub struct UsageSum {
    day: NaiveDate,
    /// Null: no model was reached.
    model: Option<String>,
    provider: Option<String>,
    /// Answers by how they ended.
    generations: Outcomes,
    prompt_tokens: i64,
    completion_tokens: i64,
    reasoning_tokens: i64,
    total_tokens: i64,
    /// In decimal, exact.
    #[schema(example = "0.0123")]
    cost: String,
    currency: Option<String>,
    /// Attempts that were given up and followed by another one: nobody pays for them.
    abandoned: Abandoned,
}

#[derive(Serialize, ToSchema)]
pub struct Outcomes {
    completed: i64,
    failed: i64,
    cancelled: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Abandoned {
    attempts: i64,
    total_tokens: i64,
}

#[derive(Serialize, ToSchema)]
pub struct UsageEvents {
    items: Vec<UsageEvent>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

/// An event that ended an attempt; the sums are made of these and nothing else.
#[derive(Serialize, ToSchema)]
pub struct UsageEvent {
    session_id: String,
    /// Its place in the session's events.
    sequence: i64,
    generation_id: String,
    attempt: i32,
    /// completed, failed, cancelled or abandoned.
    outcome: String,
    /// Whether it is in the sums of tokens and cost.
    billed: bool,
    model: Option<String>,
    provider: Option<String>,
    prompt_tokens: i64,
    completion_tokens: i64,
    reasoning_tokens: i64,
    total_tokens: i64,
    /// In decimal, exact.
    cost: String,
    currency: Option<String>,
    /// The version of the price list the cost was computed with.
    price_list: Option<String>,
    at: DateTime<Utc>,
}

/// What the caller's answers consumed and cost, by day and model.
#[utoipa::path(get, path = "/usage", tag = "usage", operation_id = "usage", params(Days),
    responses(
        (status = 200, body = UsageSums),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn sums(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(days): Asked<Days>,
) -> Result<Shown<UsageSums>, Error> {
    let period = period(days.from, days.to)?;
    let mut reader = gateway.usage_reader(&caller).await?;
    let items = usage::sums(&mut reader, period).await?.into_iter().map(UsageSum::from).collect();
    Ok(Shown::list(UsageSums { items }, Freshness::Fresh))
}

/// The exact events that the sums are made of, newest first.
#[utoipa::path(get, path = "/usage/events", tag = "usage", operation_id = "usage_events", params(UsageEventsQuery),
    responses(
        (status = 200, body = UsageEvents),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn events(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(query): Asked<UsageEventsQuery>,
) -> Result<Shown<UsageEvents>, Error> {
    let period = period(query.from, query.to)?;
    let page = page(query.limit, query.cursor, None)?;
    let mut reader = gateway.usage_reader(&caller).await?;
    let found = usage::events(&mut reader, period, &page).await?;
    let items = found.items.into_iter().map(UsageEvent::from).collect();
    Ok(Shown::list(UsageEvents { items, next_cursor: found.next_cursor }, Freshness::Fresh))
}

fn period(from: Option<String>, to: Option<String>) -> Result<Period, Error> {
    let wrong = |detail: &str| Error::BadRequest { code: "invalid_query", detail: detail.to_owned() };
    let day = |text: Option<String>| text.map(|text| text.parse::<NaiveDate>()).transpose();
    let period = day(from).and_then(|from| Ok(Period { from, to: day(to)? }));
    let period = period.map_err(|_| wrong("from and to are days, for example 2026-11-01"))?;
    match (period.from, period.to) {
        (Some(from), Some(to)) if from > to => Err(wrong("from is after to")),
        _ => Ok(period),
    }
}

impl From<Sum> for UsageSum {
    fn from(sum: Sum) -> Self {
        Self {
            day: sum.day,
            model: sum.model,
            provider: sum.provider,
            generations: Outcomes { completed: sum.completed, failed: sum.failed, cancelled: sum.cancelled },
            prompt_tokens: sum.prompt_tokens,
            completion_tokens: sum.completion_tokens,
            reasoning_tokens: sum.reasoning_tokens,
            total_tokens: sum.total_tokens,
            cost: sum.cost,
            currency: sum.currency,
            abandoned: Abandoned { attempts: sum.abandoned, total_tokens: sum.abandoned_tokens },
        }
    }
}

impl From<usage::UsageEvent> for UsageEvent {
    fn from(event: usage::UsageEvent) -> Self {
        Self {
            session_id: event.session_id,
            sequence: event.sequence,
            generation_id: event.generation_id,
            attempt: event.attempt,
            outcome: event.outcome,
            billed: event.billed,
            model: event.model,
            provider: event.provider,
            prompt_tokens: event.prompt_tokens,
            completion_tokens: event.completion_tokens,
            reasoning_tokens: event.reasoning_tokens,
            total_tokens: event.total_tokens,
            cost: event.cost,
            currency: event.currency,
            price_list: event.price_list,
            at: event.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_and_in_order() {
        let days = |from: &str, to: &str| period(Some(from.to_owned()), Some(to.to_owned()));
        assert!(days("2026-11-01", "2026-11-01").is_ok());
        for (from, to) in [("2026-11-02", "2026-11-01"), ("yesterday", "2026-11-01"), ("2026-02-30", "2026-11-01")] {
            assert!(days(from, to).is_err(), "{from} {to}");
        }
    }
}
