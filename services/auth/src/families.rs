//! The tables `auth.families` and `auth.tokens`: what was handed out, and what it is still worth.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use rpc::auth::v1::SignedIn;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::token::{Hash, Kind, Token};
use crate::{Config, Error, FamilyId};

/// Whose family it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub family: FamilyId,
    pub user: UserId,
    pub tenant: TenantId,
    /// Where their account is.
    pub home: TenantId,
}

/// One stored token, with its family.
pub struct Stored {
    pub owner: Owner,
    pub kind: String,
    pub expires_at: DateTime<Utc>,
    /// Refresh tokens: how long ago it was used.
    pub used: Option<Duration>,
    /// Its one repetition was granted.
    pub repeated: bool,
    /// A sibling went on instead of it, or one of the tokens it was exchanged for has been used.
    pub retired: bool,
    /// Neither it nor its family is over.
    pub alive: bool,
}

/// Opens a family and hands out its first tokens.
pub async fn open(db: &mut PgConnection, config: &Config, owner: Owner, device: &str) -> Result<SignedIn, Error> {
    let Owner { user, tenant, home, .. } = owner;
    sqlx::query(
        "insert into auth.families (family_id, user_id, tenant_id, device, expires_at, home_tenant_id)
         values ($1, $2, $3, $4, now() + make_interval(secs => $5), $6)",
    )
    .bind(owner.family.as_uuid())
    .bind(user.as_uuid())
    .bind(tenant.as_uuid())
    .bind(short(device))
    .bind(config.refresh.as_secs_f64())
    .bind(home.as_uuid())
    .execute(&mut *db)
    .await?;
    hand_out(db, config, owner, None).await
}

/// No new proof of who somebody is: their person proved it when they opened the other one.
pub async fn proved_like(db: &mut PgConnection, family: FamilyId, other: Option<FamilyId>) -> sqlx::Result<()> {
    let copy = "update auth.families set proved_at = coalesce(
                    (select proved_at from auth.families where family_id = $2), '-infinity') where family_id = $1";
    let other = other.map(|other| other.as_uuid());
    sqlx::query(copy).bind(family.as_uuid()).bind(other).execute(db).await.map(drop)
}

/// A client names itself as it likes; 200 characters of that are enough to recognise it.
pub fn short(device: &str) -> String {
    device.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A new pair of tokens, which also prolongs the family.
pub async fn hand_out(
    db: &mut PgConnection,
    config: &Config,
    owner: Owner,
    parent: Option<Hash>,
) -> Result<SignedIn, Error> {
    let (access, refresh) = (Token::mint(Kind::Access)?, Token::mint(Kind::Refresh)?);
    store(db, owner.family, Kind::Access, access.hash(), config.access, None).await?;
    store(db, owner.family, Kind::Refresh, refresh.hash(), config.refresh, parent).await?;
    sqlx::query("update auth.families set expires_at = now() + make_interval(secs => $2) where family_id = $1")
        .bind(owner.family.as_uuid())
        .bind(config.refresh.as_secs_f64())
        .execute(db)
        .await?;
    Ok(SignedIn {
        user_id: owner.user.to_string(),
        tenant_id: owner.tenant.to_string(),
        access_token: access.into_text(),
        refresh_token: refresh.into_text(),
        expires_in: config.access.as_secs() as u32,
        refresh_expires_in: config.refresh.as_secs() as u32,
        ..SignedIn::default()
    })
}

async fn store(
    db: &mut PgConnection,
    family: FamilyId,
    kind: Kind,
    hash: Hash,
    term: Duration,
    parent: Option<Hash>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into auth.tokens (hash, family_id, kind, parent, expires_at)
         values ($1, $2, $3, $4, now() + make_interval(secs => $5))",
    )
    .bind(hash.as_bytes())
    .bind(family.as_uuid())
    .bind(kind.as_str())
    .bind(parent.as_ref().map(Hash::as_bytes))
    .bind(term.as_secs_f64())
    .execute(db)
    .await?;
    Ok(())
}

const STORED: &str = "select t.family_id, t.kind, t.expires_at, t.repeated, f.user_id, f.tenant_id,
        coalesce(f.home_tenant_id, f.tenant_id) as home_tenant_id,
        extract(epoch from now() - t.used_at)::float8 as used_for,
        t.retired or (t.kind = 'refresh' and exists (
            select 1 from auth.tokens child where child.parent = t.hash and child.used_at is not null)) as retired,
        t.expires_at > now() and f.revoked_at is null and f.expires_at > now() as alive
     from auth.tokens t join auth.families f using (family_id) where t.hash = $1";

/// What a token is worth now. All that one access token costs per exchange.
pub async fn find(db: impl sqlx::PgExecutor<'_>, hash: Hash) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query(STORED).bind(hash.as_bytes()).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// Like [`find`], and nobody else decides about this family until the transaction is over.
pub async fn find_and_hold(db: &mut PgConnection, hash: Hash) -> sqlx::Result<Option<Stored>> {
    // The family first: what is read of the token must be from after we had its turn.
    sqlx::query(
        "select 1 from auth.families where family_id = (select family_id from auth.tokens where hash = $1) for update",
    )
    .bind(hash.as_bytes())
    .execute(&mut *db)
    .await?;
    find(db, hash).await
}

fn stored(row: &PgRow) -> Stored {
    let owner = Owner {
        family: FamilyId::from_uuid(row.get("family_id")),
        user: UserId::from_uuid(row.get("user_id")),
        tenant: TenantId::from_uuid(row.get("tenant_id")),
        home: TenantId::from_uuid(row.get("home_tenant_id")),
    };
    let used_for: Option<f64> = row.get("used_for");
    Stored {
        owner,
        kind: row.get("kind"),
        expires_at: row.get("expires_at"),
        used: used_for.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()),
        repeated: row.get("repeated"),
        retired: row.get("retired"),
        alive: row.get("alive"),
    }
}

/// A refresh token went on: it is used, and a sibling from a repeated answer is worth nothing any more.
pub async fn spend(db: &mut PgConnection, hash: Hash) -> sqlx::Result<()> {
    sqlx::query("update auth.tokens set used_at = now() where hash = $1")
        .bind(hash.as_bytes())
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "update auth.tokens set retired = true
         where hash <> $1 and parent = (select parent from auth.tokens where hash = $1)",
    )
    .bind(hash.as_bytes())
    .execute(db)
    .await?;
    Ok(())
}

/// The one repetition of a used refresh token was granted.
pub async fn repeat(db: &mut PgConnection, hash: Hash) -> sqlx::Result<()> {
    sqlx::query("update auth.tokens set repeated = true where hash = $1").bind(hash.as_bytes()).execute(db).await?;
    Ok(())
}

/// Ends a family. False: it was over already.
pub async fn revoke(db: &mut PgConnection, family: FamilyId, because: &str) -> sqlx::Result<bool> {
    let ended = sqlx::query(
        "update auth.families set revoked_at = now(), revoked_because = $2 where family_id = $1 and revoked_at is null",
    )
    .bind(family.as_uuid())
    .bind(because)
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}
