//! Values that may exist once: who has an e-mail address.

use domain::{Claim, Event, TenantId};
use sqlx::Row;

use crate::pepper::Pepper;
use crate::{Error, Store};

/// Kinds that are unique across all tenants.
const GLOBAL: [&str; 1] = ["email"];

/// A claim as it is stored; sorted, so that two appends never wait for each other in a circle.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimRow {
    pub scope: String,
    pub kind: &'static str,
    pub value: Vec<u8>,
}

/// The claims of these events.
pub fn rows<E: Event>(pepper: &Pepper, tenant: TenantId, events: &[E]) -> Vec<ClaimRow> {
    let mut rows: Vec<_> = events
        .iter()
        .flat_map(Event::claims)
        .map(|Claim { kind, value }| {
            let scope = scope(kind, tenant);
            let value = pepper.of_claim(&scope, kind, &value);
            ClaimRow { scope, kind, value }
        })
        .collect();
    rows.sort_unstable();
    rows
}

fn scope(kind: &str, tenant: TenantId) -> String {
    if GLOBAL.contains(&kind) { "global".to_owned() } else { tenant.to_string() }
}

impl Store {
    /// Who has this value of a kind that is unique across all tenants: their tenant and aggregate id.
    /// `value` is normalised as the domain does it.
    pub async fn claimed(&self, kind: &str, value: &str) -> Result<Option<(TenantId, String)>, Error> {
        self.holder("global", kind, &self.pepper.of_claim("global", kind, value)).await
    }

    /// Like [`Store::claimed`], for a kind that each tenant has for itself.
    pub async fn claimed_in(&self, tenant: TenantId, kind: &str, value: &str) -> Result<Option<String>, Error> {
        let scope = tenant.to_string();
        let holder = self.holder(&scope, kind, &self.pepper.of_claim(&scope, kind, value)).await?;
        Ok(holder.map(|(_, id)| id))
    }

    /// The first of these claims that somebody has already.
    pub(crate) async fn taken(&self, claims: &[ClaimRow]) -> Result<Option<&'static str>, Error> {
        for claim in claims {
            if self.holder(&claim.scope, claim.kind, &claim.value).await?.is_some() {
                return Ok(Some(claim.kind));
            }
        }
        Ok(None)
    }

    async fn holder(&self, scope: &str, kind: &str, value: &[u8]) -> Result<Option<(TenantId, String)>, Error> {
        let query =
            "select tenant_id, aggregate_id from store.unique_claims where scope = $1 and kind = $2 and value = $3";
        let row = sqlx::query(query).bind(scope).bind(kind).bind(value).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let tenant = row.try_get::<&str, _>("tenant_id")?.parse();
        let tenant = tenant.map_err(|_| Error::Corrupt("a claim without a tenant".to_owned()))?;
        Ok(Some((tenant, row.try_get("aggregate_id")?)))
    }
}
