//! Keys for scripts. The log says that one exists and for what; here is the hash by which it is recognised.

use domain::{ApiKeyId, TenantId, UserId};
use rpc::auth::v1::{CreateApiKeyRequest, CreateApiKeyResponse, ExchangeResponse};
use rpc::command::v1::{CreateApiKeyRequest as Create, Write};
use rpc::identity::Claims;
use sqlx::Row;

use crate::families::Owner;
use crate::service::Inner;
use crate::token::{Hash, Kind, Token};
use crate::{Error, FamilyId};

impl Inner {
    /// The hash is stored first: a key that the log knows is always recognised, and one that it does not know is
    /// worth nothing.
    pub async fn create_api_key(
        &self,
        claims: &Claims,
        token: &str,
        request: CreateApiKeyRequest,
    ) -> Result<CreateApiKeyResponse, Error> {
        let (user, tenant) = claims.require_person().map_err(Error::Command)?;
        if claims.standing.scopes.is_some() {
            return Err(Error::PersonRequired);
        }
        let home = claims.home().unwrap_or(tenant);
        let (id, key) = (ApiKeyId::generate(), Token::mint(Kind::ApiKey)?);
        let owner = Owner { family: FamilyId::from_uuid(id.as_uuid()), user, tenant, home };
        self.store_key(owner, key.hash()).await?;
        let created = self.command.create_api_key(to_command(id, request), token).await;
        match created {
            Ok(created) if created.api_key_id == id.to_string() => Ok(CreateApiKeyResponse {
                api_key_id: created.api_key_id,
                api_key: key.into_text(),
                version: created.version,
                created_at_micros: created.created_at_micros,
            }),
            Ok(_) => self.discard_key(id).await.and(Err(Error::KeyShownOnce)),
            Err(status) => self.discard_key(id).await.and(Err(Error::Command(status))),
        }
    }

    async fn store_key(&self, owner: Owner, hash: Hash) -> sqlx::Result<()> {
        let query = "insert into auth.api_keys (api_key_id, hash, user_id, tenant_id, home_tenant_id)
                     values ($1, $2, $3, $4, $5)";
        sqlx::query(query)
            .bind(owner.family.as_uuid())
            .bind(hash.as_bytes())
            .bind(owner.user.as_uuid())
            .bind(owner.tenant.as_uuid())
            .bind(owner.home.as_uuid())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn discard_key(&self, id: ApiKeyId) -> Result<(), Error> {
        let query = "delete from auth.api_keys where api_key_id = $1";
        sqlx::query(query).bind(id.as_uuid()).execute(&self.pool).await?;
        Ok(())
    }

    /// A key for the signed token that services verify: as far as the log says that it goes.
    pub async fn exchange_api_key(&self, hash: Hash) -> Result<ExchangeResponse, Error> {
        let query = "select api_key_id, user_id, tenant_id, home_tenant_id from auth.api_keys where hash = $1";
        let row = sqlx::query(query).bind(hash.as_bytes()).fetch_optional(&self.pool).await?;
        let row = row.ok_or(Error::InvalidToken)?;
        let id = ApiKeyId::from_uuid(row.get("api_key_id"));
        let owner = Owner {
            // It is announced as over like a sign-in.
            family: FamilyId::from_uuid(id.as_uuid()),
            user: UserId::from_uuid(row.get("user_id")),
            tenant: TenantId::from_uuid(row.get("tenant_id")),
            home: TenantId::from_uuid(row.get("home_tenant_id")),
        };
        let (standing, end) = self.standing_of_key(owner, id).await?.ok_or(Error::InvalidToken)?;
        let shown_again = chrono::Utc::now().timestamp() + self.config.access.as_secs() as i64;
        self.signed(owner, standing, end.map_or(shown_again, |end| end.min(shown_again))).await
    }
}

fn to_command(id: ApiKeyId, request: CreateApiKeyRequest) -> Create {
    let CreateApiKeyRequest { name, scopes, expires_at, idempotency_key, correlation_id, traceparent, origin } =
        request;
    let write = Write { idempotency_key, expected_version: 0, correlation_id, traceparent, origin };
    Create { write: Some(write), name, scopes, expires_at, api_key_id: id.to_string() }
}
