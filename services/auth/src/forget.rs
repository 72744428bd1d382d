//! What auth does when a person is erased.

use domain::UserId;
use rpc::auth::v1::ForgetUserResponse;
use uuid::Uuid;

use crate::service::Inner;
use crate::{Error, FamilyId};

impl Inner {
    /// Deletes credentials, sign-ins and tokens; what hangs on them ends at once. Again is harmless, also after a
    /// crash: a sign-in is announced as over before it is deleted.
    ///
    /// The credentials go first: a sign-in that is under way holds them, and we wait for it.
    pub async fn forget(&self, user: &str) -> Result<ForgetUserResponse, Error> {
        let user: UserId = user.parse().map_err(|_| Error::InvalidToken)?;
        let id = user.as_uuid();
        let credentials = "delete from auth.credentials where user_id = $1";
        let credentials = sqlx::query(credentials).bind(id).execute(&self.pool).await?;
        let over = "update auth.families set revoked_at = coalesce(revoked_at, now()), revoked_because = 'erased'
                     where user_id = $1 returning family_id";
        let families: Vec<Uuid> = sqlx::query_scalar(over).bind(id).fetch_all(&self.pool).await?;
        for family in &families {
            self.announce(FamilyId::from_uuid(*family)).await;
        }
        let tokens = "delete from auth.tokens t using auth.families f
                       where t.family_id = f.family_id and f.user_id = $1";
        let tokens = sqlx::query(tokens).bind(id).execute(&self.pool).await?;
        sqlx::query("delete from auth.api_keys where user_id = $1").bind(id).execute(&self.pool).await?;
        sqlx::query("delete from auth.families where user_id = $1").bind(id).execute(&self.pool).await?;
        let [factors, identities] = self.forget_the_rest(id).await?;
        tracing::info!(user.id = %user, "{user} was forgotten: {} sign-ins ended", families.len());
        Ok(ForgetUserResponse {
            credentials: credentials.rows_affected(),
            families: families.len() as u64,
            tokens: tokens.rows_affected(),
            factors,
            identities,
        })
    }

    /// Every other table that knows the person. How many factors and identities there were.
    async fn forget_the_rest(&self, user: Uuid) -> Result<[u64; 2], Error> {
        let mut gone = Vec::new();
        for table in ["factors", "identities", "recovery_codes", "codes", "once", "known_devices", "errands"] {
            let delete = format!("delete from auth.{table} where user_id = $1");
            gone.push(sqlx::query(&delete).bind(user).execute(&self.pool).await?.rows_affected());
        }
        Ok([gone[0], gone[1]])
    }
}
