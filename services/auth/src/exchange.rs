use rpc::auth::v1::ExchangeResponse;
use rpc::identity::Claims;

use crate::service::Inner;
use crate::token::{self, Kind};
use crate::{Error, families};

impl Inner {
    /// An opaque access token for the signed one that services verify, which ends no later.
    pub async fn exchange(&self, shown: &str) -> Result<ExchangeResponse, Error> {
        let Some((Kind::Access, hash)) = token::lookup(shown) else { return Err(Error::InvalidToken) };
        let stored = families::find(&self.pool, hash).await?;
        let usable = |stored: &families::Stored| stored.alive && stored.kind == Kind::Access.as_str();
        let stored = stored.filter(usable).ok_or(Error::InvalidToken)?;

        let owner = stored.owner;
        let access_expires_at = stored.expires_at.timestamp();
        let expires_at = self.internal_end().min(access_expires_at);
        let claims = Claims::person(owner.user, owner.tenant, owner.family.to_string(), expires_at);
        Ok(ExchangeResponse {
            internal_token: self.sign(&claims)?,
            expires_at,
            user_id: owner.user.to_string(),
            tenant_id: owner.tenant.to_string(),
            access_expires_at,
            family_id: owner.family.to_string(),
        })
    }
}
