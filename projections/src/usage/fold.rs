//! Events to rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::session::{Event, Outcome};
use domain::{Cost, GenerationId, Usage};
use sqlx::{FromRow, PgConnection};

use crate::fact::{Error, Fact, column, ids, is_next};
use crate::text::storable;

/// The rows that a batch reads and changes.
#[derive(Debug, Default)]
pub(super) struct Fold {
    sessions: BTreeMap<String, Session>,
    generations: BTreeMap<String, Generation>,
    ended: Vec<Ended>,
}

#[derive(Debug, FromRow)]
struct Session {
    id: String,
    tenant_id: String,
    version: i64,
}

#[derive(Debug, Clone, FromRow)]
struct Generation {
    id: String,
    tenant_id: String,
    user_id: String,
    model: Option<String>,
    provider: Option<String>,
}

/// An attempt that ended.
#[derive(Debug)]
struct Ended {
    session_id: String,
    sequence: i64,
    attempt: i32,
    outcome: &'static str,
    generation: Generation,
    usage: Usage,
    cost: Option<Cost>,
    at: DateTime<Utc>,
}

impl Fold {
    pub(super) async fn load(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<Self> {
        let sessions: Vec<Session> =
            sqlx::query_as("select id, tenant_id, version from usage_sessions where id = any($1)")
                .bind(ids(facts))
                .fetch_all(&mut *tx)
                .await?;
        let wanted: BTreeSet<String> = facts.iter().filter_map(|fact| speaks_of(&fact.event)).collect();
        let generations: Vec<Generation> =
            sqlx::query_as("select id, tenant_id, user_id, model, provider from usage_generations where id = any($1)")
                .bind(wanted.into_iter().collect::<Vec<_>>())
                .fetch_all(tx)
                .await?;
        Ok(Self {
            sessions: sessions.into_iter().map(|row| (row.id.clone(), row)).collect(),
            generations: generations.into_iter().map(|row| (row.id.clone(), row)).collect(),
            ended: Vec::new(),
        })
    }

    pub(super) fn fold(&mut self, fact: &Fact<Event>) -> Result<(), Error> {
        if !is_next(fact, self.sessions.get(&fact.id).map_or(0, |row| row.version))? {
            return Ok(());
        }
        let (id, tenant_id, version) = (fact.id.clone(), fact.tenant.to_string(), fact.sequence);
        self.sessions.insert(id.clone(), Session { id, tenant_id, version });
        match &fact.event {
            Event::MessagePosted(event) => {
                let (id, user_id) = (event.generation_id.to_string(), event.author.to_string());
                let asked = Generation {
                    id: id.clone(),
                    tenant_id: fact.tenant.to_string(),
                    user_id,
                    model: None,
                    provider: None,
                };
                self.generations.insert(id, asked);
            }
            Event::GenerationStarted(event) => {
                let generation = self.generation(fact, event.generation_id)?;
                generation.model = Some(storable(&event.model));
                generation.provider = Some(storable(&event.provider));
            }
            Event::AttemptAbandoned(event) => {
                self.end(fact, event.generation_id, event.attempt, "abandoned", event.usage, None)?;
            }
            Event::GenerationCompleted(event) => {
                self.over(fact, event.generation_id, event.attempt, "completed", Some(&event.outcome))?;
            }
            Event::GenerationFailed(event) => {
                self.over(fact, event.generation_id, event.attempt, "failed", event.outcome.as_ref())?;
            }
            Event::GenerationCancelled(event) => {
                self.over(fact, event.generation_id, event.attempt, "cancelled", event.outcome.as_ref())?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The attempt that counts. Without an outcome nothing was consumed.
    fn over(
        &mut self,
        fact: &Fact<Event>,
        id: GenerationId,
        attempt: i32,
        how: &'static str,
        outcome: Option<&Outcome>,
    ) -> Result<(), Error> {
        if let Some(outcome) = outcome {
            let generation = self.generation(fact, id)?;
            generation.model = Some(storable(&outcome.model));
            generation.provider = Some(storable(&outcome.provider));
        }
        let usage = outcome.map(|outcome| outcome.usage).unwrap_or_default();
        self.end(fact, id, attempt, how, usage, outcome.map(|outcome| outcome.cost.clone()))
    }

    fn end(
        &mut self,
        fact: &Fact<Event>,
        id: GenerationId,
        attempt: i32,
        outcome: &'static str,
        usage: Usage,
        cost: Option<Cost>,
    ) -> Result<(), Error> {
        let generation = self.generation(fact, id)?.clone();
        let (session_id, sequence, at) = (fact.id.clone(), fact.sequence, fact.at);
        self.ended.push(Ended { session_id, sequence, attempt, outcome, generation, usage, cost, at });
        Ok(())
    }

    fn generation(&mut self, fact: &Fact<Event>, id: GenerationId) -> Result<&mut Generation, Error> {
        let unknown = || Error::Unknown { id: fact.id.clone(), sequence: fact.sequence, what: "generation" };
        self.generations.get_mut(&id.to_string()).ok_or_else(unknown)
    }

    pub(super) async fn write(self, tx: &mut PgConnection) -> Result<(), Error> {
        write_sessions(tx, &self.sessions.into_values().collect::<Vec<_>>()).await?;
        if !self.generations.is_empty() {
            write_generations(tx, &self.generations.into_values().collect::<Vec<_>>()).await?;
        }
        if !self.ended.is_empty() {
            write_ended(tx, &self.ended).await?;
        }
        Ok(())
    }
}

fn speaks_of(event: &Event) -> Option<String> {
    let id = match event {
        Event::GenerationStarted(event) => event.generation_id,
        Event::AttemptAbandoned(event) => event.generation_id,
        Event::GenerationCompleted(event) => event.generation_id,
        Event::GenerationFailed(event) => event.generation_id,
        Event::GenerationCancelled(event) => event.generation_id,
        _ => return None,
    };
    Some(id.to_string())
}

async fn write_sessions(tx: &mut PgConnection, rows: &[Session]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into usage_sessions (id, tenant_id, version)
         select * from unnest($1::text[], $2::text[], $3::bigint[])
         on conflict (id) do update set version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

async fn write_generations(tx: &mut PgConnection, rows: &[Generation]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into usage_generations (id, tenant_id, user_id, model, provider)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
         on conflict (id) do update set model = excluded.model, provider = excluded.provider",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.user_id.as_str()))
    .bind(column(rows, |row| row.model.as_deref()))
    .bind(column(rows, |row| row.provider.as_deref()))
    .execute(tx)
    .await?;
    Ok(())
}

/// Amounts travel as text and are numbers from here on, exact.
async fn write_ended(tx: &mut PgConnection, rows: &[Ended]) -> sqlx::Result<()> {
    let cost = |field: fn(&Cost) -> &str| column(rows, |row| row.cost.as_ref().map(field));
    sqlx::query(
        "insert into usage_events (session_id, sequence, tenant_id, user_id, generation_id, attempt, outcome, billed, model,
             provider, prompt_tokens, completion_tokens, reasoning_tokens, total_tokens, cost, currency, price_list, at, day)
         select session_id, sequence, tenant_id, user_id, generation_id, attempt, outcome, outcome <> 'abandoned', model,
             provider, prompt_tokens, completion_tokens, reasoning_tokens, total_tokens, coalesce(amount::numeric, 0),
             currency, price_list, at, (at at time zone 'UTC')::date
         from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[],
             $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[],
             $17::timestamptz[])
             as row(session_id, sequence, tenant_id, user_id, generation_id, attempt, outcome, model, provider,
                    prompt_tokens, completion_tokens, reasoning_tokens, total_tokens, amount, currency, price_list, at)",
    )
    .bind(column(rows, |row| row.session_id.as_str()))
    .bind(column(rows, |row| row.sequence))
    .bind(column(rows, |row| row.generation.tenant_id.as_str()))
    .bind(column(rows, |row| row.generation.user_id.as_str()))
    .bind(column(rows, |row| row.generation.id.as_str()))
    .bind(column(rows, |row| row.attempt))
    .bind(column(rows, |row| row.outcome))
    .bind(column(rows, |row| row.generation.model.as_deref()))
    .bind(column(rows, |row| row.generation.provider.as_deref()))
    .bind(column(rows, |row| row.usage.prompt_tokens))
    .bind(column(rows, |row| row.usage.completion_tokens))
    .bind(column(rows, |row| row.usage.reasoning_tokens.unwrap_or_default()))
    .bind(column(rows, |row| row.usage.total_tokens))
    .bind(cost(|cost| cost.amount.as_str()))
    .bind(cost(|cost| cost.currency.as_str()))
    .bind(cost(|cost| cost.price_list.as_str()))
    .bind(column(rows, |row| row.at))
    .execute(tx)
    .await?;
    Ok(())
}
