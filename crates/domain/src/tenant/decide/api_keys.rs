use chrono::{DateTime, Utc};

use super::{Decision, checked, require_manager};
use crate::tenant::{ApiKeyCreated, ApiKeyRevoked, Name, Scope, Tenant};
use crate::{ApiKeyId, Rejection, TenantId, UserId};

/// Keys that may be there at once.
const MAX_KEYS: usize = 100;

type NewKey = (ApiKeyId, String, Vec<Scope>, Option<DateTime<Utc>>);

pub fn create(tenant: &Tenant, tenant_id: TenantId, by: UserId, now: DateTime<Utc>, new: NewKey) -> Decision {
    let (key_id, name, mut scopes, expires_at) = new;
    require_manager(tenant, by)?;
    if tenant.api_keys.contains_key(&key_id) {
        return Ok(vec![]);
    }
    let name = checked(name)?;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Rejection::Required("scope"));
    }
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Rejection::Required("time to come for the end"));
    }
    if tenant.api_keys.len() >= MAX_KEYS {
        return Err(Rejection::TooMany { what: "API keys", limit: MAX_KEYS });
    }
    let private = Some(Name { name });
    Ok(vec![ApiKeyCreated { tenant_id, api_key_id: key_id, created_by: by, scopes, expires_at, private }.into()])
}

pub fn revoke(tenant: &Tenant, tenant_id: TenantId, by: UserId, key_id: ApiKeyId) -> Decision {
    require_manager(tenant, by)?;
    if tenant.api_keys.contains_key(&key_id) {
        return Ok(vec![ApiKeyRevoked { tenant_id, api_key_id: key_id, by }.into()]);
    }
    if tenant.revoked_api_keys.contains(&key_id) { Ok(vec![]) } else { Err(Rejection::NotFound("API key")) }
}
