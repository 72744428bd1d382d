//! Which database cluster this is: transaction ids mean something within one only.

use sqlx::{PgConnection, Row};

use crate::Error;

/// A cluster's identity and its place among restores and failovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub system_identifier: i64,
    pub timeline: i32,
}

impl Cluster {
    /// The one we are connected to.
    pub async fn here(connection: &mut PgConnection) -> sqlx::Result<Self> {
        let query = "select (pg_control_system()).system_identifier as system_identifier,
                            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer as timeline";
        let row = sqlx::query(query).fetch_one(connection).await?;
        Ok(Self { system_identifier: row.try_get("system_identifier")?, timeline: row.try_get("timeline")? })
    }

    /// Refuses a cluster that is not the stored one; the first one ever seen is right.
    pub async fn require(self, connection: &mut PgConnection) -> Result<(), Error> {
        match stored(connection).await? {
            Some(stored) if stored != self => {
                Err(Error::OtherCluster { stored: stored.to_string(), actual: self.to_string() })
            }
            _ => Ok(()),
        }
    }
}

async fn stored(connection: &mut PgConnection) -> sqlx::Result<Option<Cluster>> {
    let query = "select system_identifier, timeline from store.relay where system_identifier is not null";
    let row = sqlx::query(query).fetch_optional(connection).await?;
    row.map(|row| {
        Ok(Cluster { system_identifier: row.try_get("system_identifier")?, timeline: row.try_get("timeline")? })
    })
    .transpose()
}

impl std::fmt::Display for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, timeline {}", self.system_identifier, self.timeline)
    }
}
