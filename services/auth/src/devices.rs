//! Where a person is signed in: shown, ended, and told about when it is a new kind of device.

use chrono::{DateTime, Utc};
use domain::UserId;
use ring::digest::{SHA256, digest};
use rpc::auth::v1::Device;
use rpc::command::v1::NoteDeviceEnded;
use rpc::command::v1::note_account_request::Change;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::once::Person;
use crate::service::Inner;
use crate::{Error, FamilyId};

/// Which sign-ins are meant.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    All,
    AllBut(FamilyId),
    Only(FamilyId),
}

impl Inner {
    /// Where a person is signed in, and was lately; the newest first. `this`: the sign-in that asks.
    pub async fn devices(&self, user: UserId, this: Option<FamilyId>) -> Result<Vec<Device>, Error> {
        let query = "select family_id, device, f.created_at, f.expires_at, revoked_at is not null as revoked,
                            coalesce((select max(t.created_at) from auth.tokens t where t.family_id = f.family_id),
                                     f.created_at) as last_seen_at
                       from auth.families f where user_id = $1 order by f.created_at desc limit 1000";
        let rows = sqlx::query(query).bind(user.as_uuid()).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| device(row, this)).collect())
    }

    /// Ends sign-ins, tells everyone who holds something of them, and makes each an event. How many ended.
    ///
    /// The end comes first: it must not wait for the write side. What cannot be told is logged.
    pub async fn end_devices(&self, person: Person, which: Which, because: &str, origin: &str) -> Result<u32, Error> {
        let (only, but) = match which {
            Which::All => (None, None),
            Which::AllBut(family) => (None, Some(family.as_uuid())),
            Which::Only(family) => (Some(family.as_uuid()), None),
        };
        let end = "update auth.families set revoked_at = now(), revoked_because = $4
                    where user_id = $1 and revoked_at is null and expires_at > now()
                      and ($2::uuid is null or family_id = $2) and ($3::uuid is null or family_id <> $3)
                   returning family_id";
        let ended: Vec<Uuid> = sqlx::query_scalar(end)
            .bind(person.0.as_uuid())
            .bind(only)
            .bind(but)
            .bind(because)
            .fetch_all(&self.pool)
            .await?;
        for family in &ended {
            self.announce(FamilyId::from_uuid(*family)).await;
        }
        for family in &ended {
            self.note_ended(person, FamilyId::from_uuid(*family), because, origin).await;
        }
        Ok(ended.len() as u32)
    }

    pub async fn note_ended(&self, person: Person, family: FamilyId, because: &str, origin: &str) {
        let told = NoteDeviceEnded { device_id: family.to_string(), because: because.to_owned() };
        if let Err(error) = self.note(person, Change::DeviceEnded(told), origin).await {
            tracing::warn!(user.id = %person.0, family.id = %family, %error, "the end of {family} is no event: {error}");
        }
    }

    /// Whether this kind of device was never seen before. Asking makes it known.
    pub async fn is_new_device(&self, user: UserId, device: &str) -> Result<bool, Error> {
        let insert = "insert into auth.known_devices (user_id, fingerprint) values ($1, $2) on conflict do nothing";
        let hash = digest(&SHA256, format!("{user} {}", kind(device)).as_bytes());
        let written = sqlx::query(insert).bind(user.as_uuid()).bind(hash.as_ref()).execute(&self.pool).await?;
        Ok(written.rows_affected() == 1)
    }
}

/// A browser that was updated is the same one: its numbers do not count.
fn kind(device: &str) -> String {
    device.chars().filter(|c| c.is_alphabetic()).collect()
}

fn device(row: &PgRow, this: Option<FamilyId>) -> Device {
    let family = FamilyId::from_uuid(row.get("family_id"));
    let micros = |column: &str| row.get::<DateTime<Utc>, _>(column).timestamp_micros();
    Device {
        family_id: family.to_string(),
        name: row.get("device"),
        created_at_micros: micros("created_at"),
        expires_at_micros: micros("expires_at"),
        revoked: row.get("revoked"),
        current: this == Some(family),
        last_seen_at_micros: micros("last_seen_at"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_no_new_device_and_another_browser_is() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(kind(firefox), kind(&firefox.replace("140", "141")));
        assert_ne!(kind(firefox), kind("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Safari/604.1"));
    }
}
