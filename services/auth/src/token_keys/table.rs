//! The table `auth.token_keys`. Who decides about keys holds a lock, so that all processes have the same ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, Utc};
use rpc::identity::Signer;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use super::ring::{Public, Ring};
use super::schedule::Schedule;
use crate::Error;
use crate::vault::Vault;

/// The lock of whoever makes keys.
const LOCK: &str = "select pg_advisory_xact_lock(hashtext('auth.token_keys'))";

const KEYS: &str = "select kid, public_key, sealed_seed, made_at, signs_from, verifies_until,
        extract(epoch from now() - made_at)::float8 as age, extract(epoch from signs_from - now())::float8 as signs_in,
        extract(epoch from verifies_until - now())::float8 as left
   from auth.token_keys where verifies_until > now() order by signs_from desc";

/// One key, for an operator.
#[derive(Debug, Clone)]
pub struct TokenKey {
    pub kid: String,
    pub made_at: DateTime<Utc>,
    pub signs_from: DateTime<Utc>,
    pub verifies_until: DateTime<Utc>,
    /// Whether new tokens are signed with it now.
    pub signs: bool,
}

pub struct Table {
    pool: PgPool,
    vault: Arc<Vault>,
    schedule: Schedule,
}

impl Table {
    pub const fn new(pool: PgPool, vault: Arc<Vault>, schedule: Schedule) -> Self {
        Self { pool, vault, schedule }
    }

    /// All keys that are good; a new one first, if it is time for one.
    pub async fn load(&self) -> Result<Ring, Error> {
        let rows = sqlx::query(KEYS).fetch_all(&self.pool).await?;
        if !self.is_due(&rows) {
            return Ok(self.ring(&rows));
        }
        let mut tx = self.pool.begin().await?;
        sqlx::query(LOCK).execute(&mut *tx).await?;
        let rows = sqlx::query(KEYS).fetch_all(&mut *tx).await?;
        if self.is_due(&rows) {
            self.make(&mut tx, self.lead(&rows)).await?;
        }
        tx.commit().await?;
        Ok(self.ring(&sqlx::query(KEYS).fetch_all(&self.pool).await?))
    }

    pub async fn rotate(&self, at_once: bool) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(LOCK).execute(&mut *tx).await?;
        let rows = sqlx::query(KEYS).fetch_all(&mut *tx).await?;
        if at_once {
            let end = "update auth.token_keys set verifies_until = now() where verifies_until > now()";
            sqlx::query(end).execute(&mut *tx).await?;
            self.make(&mut tx, Duration::ZERO).await?;
        } else {
            self.make(&mut tx, self.lead(&rows)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn list(&self) -> Result<Vec<TokenKey>, Error> {
        let rows = sqlx::query(KEYS).fetch_all(&self.pool).await?;
        let signs = rows.iter().find(|row| row.get::<f64, _>("signs_in") <= 0.0).map(|row| row.get::<String, _>("kid"));
        Ok(rows.iter().map(|row| key(row, signs.as_deref())).collect())
    }

    /// The newest is old, or near its end, or not ours to open.
    fn is_due(&self, rows: &[PgRow]) -> bool {
        let newest = rows.iter().find(|row| self.open(row).is_some());
        let old = |row: &PgRow| row.get::<f64, _>("age") >= self.schedule.age.as_secs_f64();
        newest.is_none_or(|row| old(row) || !self.lasts(row))
    }

    /// Whether a key still verifies when all is over that it signs until a successor takes over.
    fn lasts(&self, row: &PgRow) -> bool {
        row.get::<f64, _>("left") >= (self.schedule.lead + self.schedule.overlap()).as_secs_f64()
    }

    /// A new key waits until everybody knows it, unless there is none that may sign for so long.
    fn lead(&self, rows: &[PgRow]) -> Duration {
        let signs = |row: &&PgRow| row.get::<f64, _>("signs_in") <= 0.0 && self.lasts(row);
        let signing = rows.iter().filter(signs).any(|row| self.open(row).is_some());
        if signing { self.schedule.lead } else { Duration::ZERO }
    }

    /// A new key, and the end of the others as soon as all is over that they sign until it takes over.
    async fn make(&self, db: &mut PgConnection, lead: Duration) -> Result<(), Error> {
        let seed = Signer::generate_seed().map_err(anyhow::Error::from)?;
        let signer = Signer::new(&seed).map_err(anyhow::Error::from)?;
        let overlap = (lead + self.schedule.overlap()).as_secs_f64();
        let replace =
            "update auth.token_keys set verifies_until = least(verifies_until, now() + make_interval(secs => $1))";
        sqlx::query(replace).bind(overlap).execute(&mut *db).await?;
        sqlx::query(
            "insert into auth.token_keys (kid, public_key, sealed_seed, signs_from, verifies_until)
             values ($1, $2, $3, now() + make_interval(secs => $4), now() + make_interval(secs => $5))",
        )
        .bind(signer.kid())
        .bind(signer.public_key())
        .bind(self.vault.seal_as(&name(signer.kid()), &seed)?)
        .bind(lead.as_secs_f64())
        .bind((lead + self.schedule.term()).as_secs_f64())
        .execute(db)
        .await?;
        tracing::info!(kid = signer.kid(), "a new key of internal tokens: it signs in {} s", lead.as_secs());
        Ok(())
    }

    fn ring(&self, rows: &[PgRow]) -> Ring {
        let now = Instant::now();
        let public = |row: &PgRow| Public {
            public: row.get("public_key"),
            until: row.get::<DateTime<Utc>, _>("verifies_until").timestamp(),
        };
        // What is negative has begun.
        let from = |row: &PgRow| now + Duration::try_from_secs_f64(row.get("signs_in")).unwrap_or_default();
        let signs = |row: &PgRow| Some((from(row), self.open(row)?));
        Ring { keys: rows.iter().map(public).collect(), signers: rows.iter().filter_map(signs).collect(), loaded: now }
    }

    fn open(&self, row: &PgRow) -> Option<Signer> {
        let (kid, sealed): (&str, &[u8]) = (row.get("kid"), row.get("sealed_seed"));
        let seed = self.vault.open_as(&name(kid), sealed).ok()?;
        Signer::new(&seed).context("a sealed key").ok().filter(|signer| signer.kid() == kid)
    }
}

/// What a private half is sealed as.
fn name(kid: &str) -> Vec<u8> {
    format!("token key {kid}").into_bytes()
}

fn key(row: &PgRow, signs: Option<&str>) -> TokenKey {
    let kid: String = row.get("kid");
    TokenKey {
        signs: signs == Some(&kid),
        kid,
        made_at: row.get("made_at"),
        signs_from: row.get("signs_from"),
        verifies_until: row.get("verifies_until"),
    }
}
