//! Budgets of tokens for a day: kept free before an answer is asked for, settled when it is over.
//!
//! A reservation is one conditional update, so however many ask at once, in however many processes, what is used and
//! what is kept free are together never above a limit.

use std::time::Duration;

use chrono::NaiveDate;
use domain::{BudgetHolder, GenerationId, SessionId, TenantId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::{Error, Store};

/// What an answer may need at most, in tokens.
#[derive(Clone, Copy, Debug)]
pub struct Reservation {
    pub generation: GenerationId,
    pub session: SessionId,
    pub tenant: TenantId,
    pub person: UserId,
    pub tokens: i64,
}

/// The tokens of a day (UTC); `None`: as many as they want.
#[derive(Clone, Copy, Debug, Default)]
pub struct DailyLimits {
    pub tenant: Option<i64>,
    pub person: Option<i64>,
}

/// A reservation that was not settled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    pub generation: GenerationId,
    pub session: SessionId,
    pub tenant: TenantId,
    pub age: Duration,
}

impl Store {
    /// Keeps tokens of today free for an answer. `Some`: who has too little left, and nothing is kept free.
    pub async fn reserve(&self, kept: &Reservation, limits: DailyLimits) -> Result<Option<BudgetHolder>, Error> {
        let refused: Option<String> = sqlx::query_scalar("select store.reserve($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(kept.generation.to_string())
            .bind(kept.session.to_string())
            .bind(kept.tenant.to_string())
            .bind(kept.person.to_string())
            .bind(self.now().date_naive())
            .bind(kept.tokens)
            .bind(limits.tenant)
            .bind(limits.person)
            .fetch_one(&self.pool)
            .await?;
        Ok(refused.map(|who| if who == "tenant" { BudgetHolder::Tenant } else { BudgetHolder::Person }))
    }

    /// The answer is over, and used so many tokens. Once more, or for one without a reservation, changes nothing.
    pub async fn settle(&self, generation: GenerationId, used: i64) -> Result<(), Error> {
        let settle = sqlx::query("select store.settle($1, $2)").bind(generation.to_string()).bind(used.max(0));
        settle.execute(&self.pool).await?;
        Ok(())
    }

    /// What is kept free for longer than this, the oldest first.
    pub async fn unsettled(&self, longer_than: Duration, at_most: u32) -> Result<Vec<Unsettled>, Error> {
        let query = "select generation_id, session_id, tenant_id, extract(epoch from now() - made_at)::float8 as age
                       from store.reservations where made_at <= now() - make_interval(secs => $1)
                      order by made_at limit $2";
        let rows = sqlx::query(query).bind(longer_than.as_secs_f64()).bind(i64::from(at_most));
        rows.fetch_all(&self.pool).await?.iter().map(unsettled).collect()
    }

    /// Throws the budgets of days before `day` away; what was used is in the log.
    pub async fn forget_budgets(&self, before: NaiveDate) -> Result<(), Error> {
        sqlx::query("delete from store.budgets where day < $1 and reserved = 0")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The day by which budgets are counted now.
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

fn unsettled(row: &PgRow) -> Result<Unsettled, Error> {
    let age: f64 = row.try_get("age")?;
    Ok(Unsettled {
        generation: id(row, "generation_id")?,
        session: id(row, "session_id")?,
        tenant: id(row, "tenant_id")?,
        age: Duration::from_secs_f64(age.max(0.0)),
    })
}

fn id<T: std::str::FromStr>(row: &PgRow, column: &str) -> Result<T, Error> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| Error::Corrupt(format!("a reservation has no valid {column}")))
}
