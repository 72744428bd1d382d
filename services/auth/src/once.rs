//! The table `auth.once`: what was handed out to be used once, by its hash.

use std::time::Duration;

use domain::{TenantId, UserId};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};
use uuid::Uuid;

use crate::Error;
use crate::token::{Hash, Kind, Token, lookup};

/// Somebody, in their home.
pub type Person = (UserId, TenantId);

/// What was kept behind it.
pub struct Kept {
    pub person: Option<Person>,
    pub state: Value,
    pub tries: i32,
}

/// A new one, in the clear; it leaves the house once.
pub async fn hand_out(
    db: impl PgExecutor<'_>,
    kind: Kind,
    person: Option<Person>,
    state: Value,
    term: Duration,
) -> Result<String, Error> {
    let token = Token::mint(kind)?;
    sqlx::query(
        "insert into auth.once (hash, kind, user_id, tenant_id, state, expires_at)
         values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))",
    )
    .bind(token.hash().as_bytes())
    .bind(kind.as_str())
    .bind(person.map(|(user, _)| user.as_uuid()))
    .bind(person.map(|(_, tenant)| tenant.as_uuid()))
    .bind(state)
    .bind(term.as_secs_f64())
    .execute(db)
    .await?;
    Ok(token.into_text())
}

/// Takes it: whoever comes second finds nothing.
pub async fn take(db: impl PgExecutor<'_>, kind: Kind, shown: &str) -> Result<Kept, Error> {
    let hash = of(kind, shown)?;
    let take = "delete from auth.once where hash = $1 and kind = $2 and expires_at > now()
                returning user_id, tenant_id, state, tries";
    let row = sqlx::query(take).bind(hash.as_bytes()).bind(kind.as_str()).fetch_optional(db).await?;
    row.as_ref().map(kept).ok_or(Error::InvalidLink)
}

/// Counts a try before it is made; after `most` of them there is nothing to try at.
pub async fn attempt(db: impl PgExecutor<'_>, kind: Kind, shown: &str, most: i32) -> Result<Kept, Error> {
    let hash = of(kind, shown)?;
    let count = "update auth.once set tries = tries + 1
                  where hash = $1 and kind = $2 and expires_at > now() and tries < $3
                 returning user_id, tenant_id, state, tries";
    let row = sqlx::query(count).bind(hash.as_bytes()).bind(kind.as_str()).bind(most).fetch_optional(db).await?;
    row.as_ref().map(kept).ok_or(Error::InvalidLink)
}

/// All of a kind that somebody holds are worth nothing any more.
pub async fn void(db: impl PgExecutor<'_>, kind: Kind, user: UserId) -> sqlx::Result<()> {
    let void = "delete from auth.once where user_id = $1 and kind = $2";
    sqlx::query(void).bind(user.as_uuid()).bind(kind.as_str()).execute(db).await?;
    Ok(())
}

fn of(kind: Kind, shown: &str) -> Result<Hash, Error> {
    lookup(shown).filter(|(shown, _)| *shown == kind).map(|(_, hash)| hash).ok_or(Error::InvalidLink)
}

fn kept(row: &PgRow) -> Kept {
    let user = row.get::<Option<Uuid>, _>("user_id").map(UserId::from_uuid);
    let tenant = row.get::<Option<Uuid>, _>("tenant_id").map(TenantId::from_uuid);
    Kept { person: user.zip(tenant), state: row.get("state"), tries: row.get("tries") }
}
