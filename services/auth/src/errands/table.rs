//! The table `auth.errands`.

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::Errand;
use crate::Error;
use crate::service::Inner;

/// How long who has taken an errand has for one try; then it is somebody else's.
pub const LEASE: Duration = Duration::from_mins(1);

/// One errand that somebody has taken.
#[derive(Debug)]
pub struct Owed {
    pub id: Uuid,
    /// With the one that is under way.
    pub attempts: u32,
    pub late: bool,
    pub errand: Option<Errand>,
}

const PUT: &str = "insert into auth.errands (errand_id, kind, user_id, sealed, due_at, expires_at)
    select $1, $2, $3, $4, now() + make_interval(secs => $5), now() + make_interval(secs => $6)";
const IF_ROOM: &str = " where (select count(*) from (
    select 1 from auth.errands where kind = 'mail' limit $7) waiting) < $7";

/// Due now, for whoever is first. Refused if too many wait.
pub async fn put_if_room(auth: &Inner, errand: &Errand) -> Result<(), Error> {
    let (id, most) = (Uuid::now_v7(), auth.config.mails_waiting.get() as i64);
    let put = format!("{PUT}{IF_ROOM}");
    let put = sqlx::query(&put)
        .bind(id)
        .bind(errand.kind())
        .bind(errand.user())
        .bind(seal(auth, id, errand)?)
        .bind(0.0)
        .bind(errand.term().as_secs_f64())
        .bind(most)
        .execute(&auth.pool)
        .await?;
    if put.rows_affected() == 1 { Ok(()) } else { Err(Error::Busy) }
}

/// In the transaction of what it follows from, and taken by who puts it down.
pub async fn owe(auth: &Inner, db: &mut PgConnection, errand: Errand) -> Result<Owed, Error> {
    let id = Uuid::now_v7();
    sqlx::query(PUT)
        .bind(id)
        .bind(errand.kind())
        .bind(errand.user())
        .bind(seal(auth, id, &errand)?)
        .bind(LEASE.as_secs_f64())
        .bind(errand.term().as_secs_f64())
        .execute(db)
        .await?;
    Ok(Owed { id, attempts: 1, late: false, errand: Some(errand) })
}

/// Takes what is due, this many at most.
pub async fn take(auth: &Inner, most: usize) -> sqlx::Result<Vec<Owed>> {
    let take = "update auth.errands set attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
                 where errand_id in (select errand_id from auth.errands where due_at <= now() order by due_at limit $1
                                        for update skip locked)
                returning errand_id, sealed, attempts, expires_at <= now() as late";
    let rows = sqlx::query(take).bind(most as i64).bind(LEASE.as_secs_f64()).fetch_all(&auth.pool).await?;
    Ok(rows.iter().map(|row| owed(auth, row)).collect())
}

pub async fn done(auth: &Inner, id: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from auth.errands where errand_id = $1").bind(id).execute(&auth.pool).await.map(drop)
}

/// Not `counted`: it was not the fault of where it goes.
pub async fn again(auth: &Inner, id: Uuid, pause: Duration, counted: bool) -> sqlx::Result<()> {
    let later = "update auth.errands set due_at = now() + make_interval(secs => $2),
                        attempts = case when $3 then attempts else greatest(attempts - 1, 0) end
                  where errand_id = $1";
    sqlx::query(later).bind(id).bind(pause.as_secs_f64()).bind(counted).execute(&auth.pool).await.map(drop)
}

fn seal(auth: &Inner, id: Uuid, errand: &Errand) -> anyhow::Result<Vec<u8>> {
    auth.vault.seal_as(&name(id), &serde_json::to_vec(errand)?)
}

fn owed(auth: &Inner, row: &PgRow) -> Owed {
    let id: Uuid = row.get("errand_id");
    let opened = auth.vault.open_as(&name(id), row.get("sealed")).ok();
    let errand = opened.and_then(|text| serde_json::from_slice(&text).ok());
    Owed { id, attempts: row.get::<i32, _>("attempts").unsigned_abs(), late: row.get("late"), errand }
}

fn name(id: Uuid) -> Vec<u8> {
    format!("errand {id}").into_bytes()
}
