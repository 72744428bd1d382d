//! Something is wrong; not yet with all its names.

use sqlx::PgPool;
use uuid::Uuid;

use crate::verify::check;
use crate::verify::source::Entry;
use crate::{Finding, Wrong};

pub struct Found {
    pub position: i64,
    pub event: Option<Uuid>,
    pub wrong: Wrong,
    pub detail: String,
}

impl Found {
    pub fn new(entry: &Entry, wrong: Wrong, detail: String) -> Self {
        Self { position: entry.position, event: check::id(&entry.event_id), wrong, detail }
    }

    /// With the names that people look for.
    pub async fn named(self, pool: &PgPool) -> sqlx::Result<Finding> {
        let event_id = self.event.map(|event| format!("evt_{event}"));
        let query = "select aggregate_id, sequence from store.events where event_id = $1";
        let row: Option<(String, i64)> = sqlx::query_as(query).bind(&event_id).fetch_optional(pool).await?;
        let (aggregate, sequence) = row.unzip();
        let Self { position, wrong, detail, .. } = self;
        Ok(Finding { position, event_id, aggregate, sequence, wrong, detail })
    }
}
