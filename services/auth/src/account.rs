//! Telling the write side what happened to an account, and what auth itself knows of it.

use domain::UserId;
use rpc::auth::v1::{DescribeAccountResponse, LinkedIdentity};
use rpc::command::v1::note_account_request::Change;
use rpc::command::v1::{DescribeUserRequest, DescribeUserResponse, NoteAccountRequest, Write};
use sqlx::Row;

use crate::once::Person;
use crate::service::Inner;
use crate::{Error, credentials};

impl Inner {
    /// Makes it an event. `origin`: from where, for the audit log.
    pub async fn note(&self, (user, tenant): Person, change: Change, origin: &str) -> Result<(), Error> {
        self.note_once((user, tenant), change, origin, String::new()).await
    }

    /// Likewise; told again with the same key, it is one event.
    pub async fn note_once(
        &self,
        (user, tenant): Person,
        change: Change,
        origin: &str,
        idempotency_key: String,
    ) -> Result<(), Error> {
        let request = NoteAccountRequest {
            write: Some(Write { origin: origin.to_owned(), idempotency_key, ..Write::default() }),
            user_id: user.to_string(),
            tenant_id: tenant.to_string(),
            change: Some(change),
        };
        self.command.note_account(request, &self.service_token().await?).await.map_err(Error::Command)?;
        Ok(())
    }

    /// Where mails to somebody go, and what they are called. `None`: nobody is left.
    pub async fn who_is(&self, (user, tenant): Person) -> Result<Option<DescribeUserResponse>, Error> {
        let request = DescribeUserRequest { user_id: user.to_string(), tenant_id: tenant.to_string() };
        let found = self.command.describe_user(request, &self.service_token().await?).await.map_err(Error::Command)?;
        Ok(Some(found).filter(|found| !found.email.is_empty()))
    }

    /// How somebody can sign in.
    pub async fn describe(&self, user: UserId) -> Result<DescribeAccountResponse, Error> {
        let known = credentials::find(&self.pool, user).await?.unwrap_or_default();
        let left = "select count(*) from auth.recovery_codes where user_id = $1 and used_at is null";
        let left: i64 = sqlx::query_scalar(left).bind(user.as_uuid()).fetch_one(&self.pool).await?;
        let linked = "select provider, linked_at from auth.identities where user_id = $1 order by linked_at limit 100";
        let linked = sqlx::query(linked).bind(user.as_uuid()).fetch_all(&self.pool).await?;
        let identity = |row: &sqlx::postgres::PgRow| LinkedIdentity {
            provider: row.get("provider"),
            linked_at_micros: row.get::<chrono::DateTime<chrono::Utc>, _>("linked_at").timestamp_micros(),
        };
        Ok(DescribeAccountResponse {
            email_verified: known.verified,
            has_password: known.password_hash.is_some(),
            totp: self.has_factor(user).await?,
            recovery_codes_left: left as u32,
            identities: linked.iter().map(identity).collect(),
        })
    }
}
