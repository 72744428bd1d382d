//! What somebody may do in a tenant: asked of the write side whenever a token is signed, so that a token never
//! says more than the log.

use domain::{ApiKeyId, TenantId, Tier, UserId};
use rpc::auth::v1::StandingChangedRequest;
use rpc::command::v1::{
    AcceptInviteRequest, CheckInviteRequest, DescribeStandingRequest, DescribeStandingResponse, Write,
};
use rpc::identity::{Claims, Standing};
use sqlx::Row;
use tonic::Code;

use crate::families::{self, Owner};
use crate::remembered::Said;
use crate::service::Inner;
use crate::{Error, FamilyId, News};

impl Inner {
    /// `None`: they do not belong to the tenant (any more), or are gone. While the write side cannot be asked, what
    /// it said last.
    pub async fn standing(&self, owner: Owner) -> Result<Option<Standing>, Error> {
        let asked = async { Ok(self.standing_now(owner).await?.map(|standing| (standing, None))) };
        Ok(self.or_remembered((owner.user, owner.tenant, None), asked).await?.map(|(standing, _)| standing))
    }

    /// Likewise what a key may do, and when it ends (Unix seconds).
    pub async fn standing_of_key(&self, owner: Owner, key: ApiKeyId) -> Result<Option<Said>, Error> {
        self.or_remembered((owner.user, owner.tenant, Some(key)), self.key_now(owner, key)).await
    }

    async fn or_remembered(
        &self,
        whose: (UserId, TenantId, Option<ApiKeyId>),
        asked: impl Future<Output = Result<Option<Said>, Error>>,
    ) -> Result<Option<Said>, Error> {
        let late = || Error::Command(tonic::Status::deadline_exceeded("the write side did not answer in time"));
        let said = tokio::time::timeout(self.config.standing_wait, asked).await.unwrap_or_else(|_| Err(late()));
        match said {
            Ok(said) => {
                self.remembered.learn(whose, said.as_ref());
                Ok(said)
            }
            Err(error) if is_away(&error) => self.remembered.recall(whose).map(Some).ok_or(error),
            Err(error) => Err(error),
        }
    }

    /// As the write side says it now.
    async fn standing_now(&self, owner: Owner) -> Result<Option<Standing>, Error> {
        let Some(mut standing) = said(&self.describe_standing(owner, None).await?, owner) else { return Ok(None) };
        standing.administrator = standing.administrator || self.is_administrator(owner.user).await?;
        Ok(Some(standing))
    }

    async fn key_now(&self, owner: Owner, key: ApiKeyId) -> Result<Option<Said>, Error> {
        let described = self.describe_standing(owner, Some(key)).await?;
        let scopes = described.scopes.iter().filter_map(|scope| scope.parse().ok()).collect();
        let end = Some(described.expires_at).filter(|end| *end > 0);
        Ok(said(&described, owner).map(|standing| (Standing { scopes: Some(scopes), ..standing }, end)))
    }

    async fn describe_standing(&self, owner: Owner, key: Option<ApiKeyId>) -> Result<DescribeStandingResponse, Error> {
        let request = DescribeStandingRequest {
            user_id: owner.user.to_string(),
            tenant_id: owner.tenant.to_string(),
            home_tenant_id: owner.home.to_string(),
            api_key_id: key.map(|key| key.to_string()).unwrap_or_default(),
        };
        match self.command.describe_standing(request, &self.service_token().await?).await {
            Ok(described) => Ok(described),
            Err(status) if status.code() == Code::NotFound => Ok(DescribeStandingResponse::default()),
            Err(status) => Err(Error::Command(status)),
        }
    }

    /// Somebody heard that what a person or a key may do has changed. What is over ends; the rest is asked anew.
    pub async fn standing_changed(&self, by: &Claims, request: StandingChangedRequest) -> Result<(), Error> {
        if let Ok(key) = request.api_key_id.parse::<ApiKeyId>() {
            self.remembered.forget_key(key);
            self.announce(FamilyId::from_uuid(key.as_uuid())).await;
            return Ok(());
        }
        let user: UserId = request.user_id.parse().map_err(|_| Error::InvalidToken)?;
        let sign_out = request.sign_out && by.require_administrator().is_ok();
        let tenant = request.tenant_id.parse().ok();
        self.remembered.forget(user);
        self.keys_asked_anew(user, tenant).await?;
        for owner in self.sign_ins(user, tenant).await? {
            if sign_out || self.standing_now(owner).await?.is_none() {
                let because = if sign_out { "ended_by_administrator" } else { "no_member" };
                let mut db = self.pool.acquire().await?;
                families::revoke(&mut db, owner.family, because).await?;
                self.announce(owner.family).await;
            } else {
                self.tell(News::Changed(owner.family)).await;
            }
        }
        Ok(())
    }

    /// The keys that somebody has in a tenant, or in all of them.
    async fn keys_asked_anew(&self, user: UserId, tenant: Option<TenantId>) -> Result<(), Error> {
        let query = "select api_key_id from auth.api_keys where user_id = $1 and ($2::uuid is null or tenant_id = $2)";
        let tenant = tenant.map(|tenant| tenant.as_uuid());
        let keys: Vec<uuid::Uuid> =
            sqlx::query_scalar(query).bind(user.as_uuid()).bind(tenant).fetch_all(&self.pool).await?;
        for key in keys {
            self.tell(News::Changed(FamilyId::from_uuid(key))).await;
        }
        Ok(())
    }

    pub async fn sign_ins(&self, user: UserId, tenant: Option<TenantId>) -> sqlx::Result<Vec<Owner>> {
        let query = "select family_id, tenant_id, coalesce(home_tenant_id, tenant_id) as home_tenant_id
                       from auth.families
                      where user_id = $1 and ($2::uuid is null or tenant_id = $2) and revoked_at is null";
        let tenant = tenant.map(|tenant| tenant.as_uuid());
        let rows = sqlx::query(query).bind(user.as_uuid()).bind(tenant).fetch_all(&self.pool).await?;
        let owner = |row: &sqlx::postgres::PgRow| Owner {
            family: FamilyId::from_uuid(row.get("family_id")),
            user,
            tenant: TenantId::from_uuid(row.get("tenant_id")),
            home: TenantId::from_uuid(row.get("home_tenant_id")),
        };
        Ok(rows.iter().map(owner).collect())
    }

    /// Before an account is opened for it.
    pub async fn check_invite(&self, token: &str) -> Result<(), Error> {
        if token.is_empty() {
            return Ok(());
        }
        let request = CheckInviteRequest { token: token.to_owned() };
        match self.command.check_invite(request, &self.service_token().await?).await {
            Ok(_) => Ok(()),
            Err(status) if matches!(status.code(), Code::NotFound | Code::FailedPrecondition) => {
                Err(Error::UnknownInvite)
            }
            Err(status) => Err(Error::Command(status)),
        }
    }

    /// Where somebody who signed up begins: in the organisation they were invited to. Without an invite, or if it
    /// is over by now, at home.
    pub async fn begins_in(&self, person: (UserId, TenantId), token: String) -> Result<TenantId, Error> {
        if token.is_empty() {
            return Ok(person.1);
        }
        let write = Some(Write::default());
        let request = AcceptInviteRequest { write, token, user_id: person.0.to_string() };
        let joined = self.command.accept_invite(request, &self.service_token().await?).await;
        let tenant = joined.ok().and_then(|joined| joined.tenant_id.parse().ok());
        Ok(tenant.unwrap_or(person.1))
    }
}

/// Nobody said no: nobody could be asked.
fn is_away(error: &Error) -> bool {
    matches!(error, Error::Command(status) if matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded))
}

/// As the write side said it; nothing for a stranger.
fn said(described: &DescribeStandingResponse, owner: Owner) -> Option<Standing> {
    let role = described.role.parse().ok()?;
    let tier = if described.tier == Tier::Premium.as_str() { Tier::Premium } else { Tier::Free };
    let home = (owner.home != owner.tenant).then_some(owner.home);
    Some(Standing { roles: vec![role], tier, administrator: described.administrator, scopes: None, home })
}
