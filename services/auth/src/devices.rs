use chrono::{DateTime, Utc};
use domain::UserId;
use rpc::auth::v1::Device;
use sqlx::Row;

use crate::service::Inner;
use crate::{Error, FamilyId};

impl Inner {
    /// Where a person is signed in, and was lately; the newest first.
    pub async fn devices(&self, user: UserId) -> Result<Vec<Device>, Error> {
        let query = "select family_id, device, created_at, expires_at, revoked_at is not null as revoked
                       from auth.families where user_id = $1 order by created_at desc limit 1000";
        let rows = sqlx::query(query).bind(user.as_uuid()).fetch_all(&self.pool).await?;
        let micros = |row: &sqlx::postgres::PgRow, column: &str| row.get::<DateTime<Utc>, _>(column).timestamp_micros();
        let device = |row: &sqlx::postgres::PgRow| Device {
            family_id: FamilyId::from_uuid(row.get("family_id")).to_string(),
            name: row.get("device"),
            created_at_micros: micros(row, "created_at"),
            expires_at_micros: micros(row, "expires_at"),
            revoked: row.get("revoked"),
        };
        Ok(rows.iter().map(device).collect())
    }
}
