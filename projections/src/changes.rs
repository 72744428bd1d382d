//! Whose rows changed: told in the transaction that changes them, heard by whoever keeps answers.
//!
//! Postgres delivers it after the commit and in the order of commits, to every process that listens. It is not
//! kept for who does not listen, so who lost the connection knows nothing of what changed meanwhile.

use domain::TenantId;
use sqlx::postgres::PgListener;
use sqlx::{PgConnection, PgPool};

const CHANNEL: &str = "atelier_read_models";

/// Means every tenant.
const EVERYBODY: &str = "*";

/// What changed, in one of the read models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Rows of this tenant.
    Of(TenantId),
    /// Anything: whole tables were exchanged.
    Everything,
}

impl Change {
    fn read(told: &str) -> Option<Self> {
        if told == EVERYBODY { Some(Self::Everything) } else { told.parse().ok().map(Self::Of) }
    }
}

/// Tells that rows of these tenants change; nobody hears it before the commit.
pub async fn tell(tx: &mut PgConnection, tenants: impl Iterator<Item = TenantId>) -> sqlx::Result<()> {
    let mut tenants: Vec<String> = tenants.map(|tenant| tenant.to_string()).collect();
    tenants.sort_unstable();
    tenants.dedup();
    notify(tx, tenants).await
}

/// Tells that whole tables are exchanged.
pub async fn tell_everybody(tx: &mut PgConnection) -> sqlx::Result<()> {
    notify(tx, vec![EVERYBODY.to_owned()]).await
}

async fn notify(tx: &mut PgConnection, whose: Vec<String>) -> sqlx::Result<()> {
    let notify = "select pg_notify($1, tenant) from unnest($2::text[]) as tenant";
    sqlx::query(notify).bind(CHANNEL).bind(whose).execute(tx).await.map(drop)
}

/// What is told, from now on; takes one connection of the pool.
pub struct Changes(PgListener);

impl Changes {
    pub async fn listen(pool: &PgPool) -> sqlx::Result<Self> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next one; `None`: the connection was lost, and what was told meanwhile with it. What nobody of ours has
    /// told means as much.
    pub async fn next(&mut self) -> sqlx::Result<Option<Change>> {
        let told = self.0.try_recv().await?;
        Ok(told.and_then(|told| Change::read(told.payload())))
    }
}
