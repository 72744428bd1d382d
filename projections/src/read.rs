//! How the gateway reads: as one person of one tenant, in a snapshot, never writing.

use domain::{TenantId, UserId};
use sqlx::{PgPool, Postgres, Transaction};

use crate::BadCursor;

/// A read model could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A read-only transaction in which row-level security shows this tenant's rows and the queries show what
/// is this person's. All its queries see one moment. Dropping it ends it.
pub async fn begin(pool: &PgPool, tenant: TenantId, user: UserId) -> sqlx::Result<Transaction<'static, Postgres>> {
    // Typed ids hold nothing but a prefix and a UUID, so they are safe to write into the text: one round trip.
    pool.begin_with(format!(
        "begin isolation level repeatable read, read only; \
         set local atelier.tenant = '{tenant}'; set local atelier.person = '{user}'"
    ))
    .await
}

/// The same for an administrator of the system, who sees every account.
pub async fn begin_as_administrator(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut reader = begin(pool, tenant, user).await?;
    sqlx::query("set local atelier.administrator = 'yes'").execute(&mut *reader).await?;
    Ok(reader)
}

/// The same for who sees what everybody in the tenant used.
pub async fn begin_as_payer(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut reader = begin(pool, tenant, user).await?;
    sqlx::query("set local atelier.usage = 'tenant'").execute(&mut *reader).await?;
    Ok(reader)
}
