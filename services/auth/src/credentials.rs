//! The table `auth.credentials`.

use domain::{TenantId, UserId};
use sqlx::{PgConnection, PgExecutor, Row};

/// How one user proves who they are.
#[derive(Default)]
pub struct Credentials {
    /// `None`: they came by a provider, and set none yet.
    pub password_hash: Option<String>,
    /// Whether the sign-up that wrote this was finished.
    pub activated: bool,
    /// Whether they have shown that the e-mail address is theirs.
    pub verified: bool,
}

/// Writes credentials that wait for their sign-up to be finished. False: the user has some already.
pub async fn prepare(
    db: impl PgExecutor<'_>,
    user: UserId,
    tenant: TenantId,
    password_hash: Option<&str>,
) -> sqlx::Result<bool> {
    let written = sqlx::query(
        "insert into auth.credentials (user_id, tenant_id, password_hash) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(user.as_uuid())
    .bind(tenant.as_uuid())
    .bind(password_hash)
    .execute(db)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Takes back what [`prepare`] wrote, for a user that was never registered.
pub async fn discard(db: impl PgExecutor<'_>, user: UserId) -> sqlx::Result<()> {
    sqlx::query("delete from auth.credentials where user_id = $1 and activated_at is null")
        .bind(user.as_uuid())
        .execute(db)
        .await?;
    Ok(())
}

pub async fn find(db: impl PgExecutor<'_>, user: UserId) -> sqlx::Result<Option<Credentials>> {
    let row = sqlx::query(
        "select password_hash, activated_at is not null as activated, email_verified_at is not null as verified
         from auth.credentials where user_id = $1",
    )
    .bind(user.as_uuid())
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Credentials {
        password_hash: row.get("password_hash"),
        activated: row.get("activated"),
        verified: row.get("verified"),
    }))
}

/// The sign-up is finished. Saying so again changes nothing. False: there are no credentials any more; else
/// they stay until the transaction is over.
pub async fn activate(db: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let update = "update auth.credentials set activated_at = now() where user_id = $1 and activated_at is null";
    if sqlx::query(update).bind(user.as_uuid()).execute(&mut *db).await?.rows_affected() == 1 {
        return Ok(true);
    }
    let known = "select 1 from auth.credentials where user_id = $1 for share";
    Ok(sqlx::query(known).bind(user.as_uuid()).fetch_optional(db).await?.is_some())
}

/// A new password. False: there are no credentials any more.
pub async fn set_password(db: impl PgExecutor<'_>, user: UserId, hash: &str) -> sqlx::Result<bool> {
    let update = "update auth.credentials set password_hash = $2, activated_at = coalesce(activated_at, now())
                   where user_id = $1";
    Ok(sqlx::query(update).bind(user.as_uuid()).bind(hash).execute(db).await?.rows_affected() == 1)
}

/// The same password, hashed as it is done today; unless it changed meanwhile.
pub async fn rehash(db: impl PgExecutor<'_>, user: UserId, old: &str, new: &str) -> sqlx::Result<()> {
    let update = "update auth.credentials set password_hash = $3 where user_id = $1 and password_hash = $2";
    sqlx::query(update).bind(user.as_uuid()).bind(old).bind(new).execute(db).await?;
    Ok(())
}

/// The e-mail address is theirs.
pub async fn set_verified(db: impl PgExecutor<'_>, user: UserId) -> sqlx::Result<()> {
    let update =
        "update auth.credentials set email_verified_at = coalesce(email_verified_at, now()) where user_id = $1";
    sqlx::query(update).bind(user.as_uuid()).execute(db).await?;
    Ok(())
}
