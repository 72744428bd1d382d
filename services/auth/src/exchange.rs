use rpc::auth::v1::ExchangeResponse;
use rpc::identity::{Claims, Standing};

use crate::families::Owner;
use crate::service::Inner;
use crate::token::{self, Hash, Kind};
use crate::{Error, families};

impl Inner {
    /// An opaque access token, or an API key, for the signed one that services verify, which ends no later.
    pub async fn exchange(&self, shown: &str) -> Result<ExchangeResponse, Error> {
        match token::lookup(shown) {
            Some((Kind::Access, hash)) => self.exchange_access(hash).await,
            Some((Kind::ApiKey, hash)) => self.exchange_api_key(hash).await,
            _ => Err(Error::InvalidToken),
        }
    }

    async fn exchange_access(&self, hash: Hash) -> Result<ExchangeResponse, Error> {
        let stored = families::find(&self.pool, hash).await?;
        let usable = |stored: &families::Stored| stored.alive && stored.kind == Kind::Access.as_str();
        let stored = stored.filter(usable).ok_or(Error::InvalidToken)?;
        let standing = self.standing(stored.owner).await?.ok_or(Error::InvalidToken)?;
        self.signed(stored.owner, standing, stored.expires_at.timestamp()).await
    }

    pub async fn signed(
        &self,
        owner: Owner,
        standing: Standing,
        access_expires_at: i64,
    ) -> Result<ExchangeResponse, Error> {
        let expires_at = self.internal_end().min(access_expires_at);
        let claims = Claims::person(owner.user, owner.tenant, owner.family.to_string(), expires_at).with(standing);
        Ok(ExchangeResponse {
            internal_token: self.sign(claims).await?,
            expires_at,
            user_id: owner.user.to_string(),
            tenant_id: owner.tenant.to_string(),
            access_expires_at,
            family_id: owner.family.to_string(),
        })
    }
}
