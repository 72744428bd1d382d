//! Which accounts at providers are somebody's.

use ring::digest::{SHA256, digest};
use rpc::command::v1::NoteIdentity;
use rpc::command::v1::note_account_request::Change;

use super::{Provider, Who};
use crate::once::Person;
use crate::service::Inner;
use crate::{Error, credentials};

impl Inner {
    /// Said again it changes nothing. Somebody else's is not taken from them.
    pub async fn link(&self, person: Person, provider: &Provider, who: &Who, origin: &str) -> Result<(), Error> {
        let subject = self.subject(provider, who);
        let insert = "insert into auth.identities (provider, subject, user_id, tenant_id) values ($1, $2, $3, $4)
                      on conflict do nothing";
        let mut tx = self.pool.begin().await?;
        let written = sqlx::query(insert)
            .bind(&provider.id)
            .bind(&subject)
            .bind(person.0.as_uuid())
            .bind(person.1.as_uuid())
            .execute(&mut *tx)
            .await?;
        if written.rows_affected() == 1 {
            let told =
                NoteIdentity { provider: provider.id.clone(), subject: who.subject.clone(), email: who.email.clone() };
            self.note(person, Change::IdentityLinked(told), origin).await?;
            return Ok(tx.commit().await?);
        }
        let owner = "select user_id from auth.identities where provider = $1 and subject = $2";
        let owner: uuid::Uuid = sqlx::query_scalar(owner).bind(&provider.id).bind(&subject).fetch_one(&mut *tx).await?;
        if owner == person.0.as_uuid() { Ok(()) } else { Err(Error::LinkedToOther) }
    }

    /// The last way to sign in stays.
    pub async fn unlink(&self, person: Person, provider: &str, origin: &str) -> Result<(), Error> {
        let known = credentials::find(&self.pool, person.0).await?;
        let mut tx = self.pool.begin().await?;
        let delete = "delete from auth.identities where user_id = $1 and provider = $2";
        let deleted = sqlx::query(delete).bind(person.0.as_uuid()).bind(provider).execute(&mut *tx).await?;
        if deleted.rows_affected() == 0 {
            return Err(Error::UnknownProvider);
        }
        let others = "select exists (select 1 from auth.identities where user_id = $1)";
        let others: bool = sqlx::query_scalar(others).bind(person.0.as_uuid()).fetch_one(&mut *tx).await?;
        if !others && known.is_none_or(|known| known.password_hash.is_none()) {
            return Err(Error::LastWayIn);
        }
        self.note(person, Change::IdentityUnlinked(provider.to_owned()), origin).await?;
        Ok(tx.commit().await?)
    }

    /// The same for ever, whatever the settings do: issuers never give a subject to somebody else.
    pub(super) fn subject(&self, provider: &Provider, who: &Who) -> Vec<u8> {
        digest(&SHA256, format!("{}\0{}", provider.realm(), who.subject).as_bytes()).as_ref().to_vec()
    }
}
