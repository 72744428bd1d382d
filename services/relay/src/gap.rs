//! Whether an event follows the one before it, per aggregate.

use std::collections::HashMap;

use sqlx::PgPool;

use crate::record::{Stored, Suspicion};

/// The last sequence of the aggregates seen lately.
pub struct Sequences {
    last: HashMap<String, i64>,
    remembered: usize,
}

impl Sequences {
    pub fn new(remembered: usize) -> Self {
        Self { last: HashMap::new(), remembered }
    }

    /// Asks the store once about all aggregates of a batch that are new to us and do not begin in it.
    pub async fn learn(&mut self, pool: &PgPool, batch: &[Stored]) -> sqlx::Result<()> {
        if self.last.len() > self.remembered {
            self.last.clear();
        }
        let unknown: Vec<_> = self.unknown(batch);
        if unknown.is_empty() {
            return Ok(());
        }
        let query = "select w.id, w.sequence - 1 from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
                         as w (kind, id, sequence, row_id)
                       join store.events e on e.aggregate_type = w.kind and e.aggregate_id = w.id
                        and e.sequence = w.sequence - 1 and e.row_id < w.row_id";
        let found: Vec<(String, i64)> = sqlx::query_as(query)
            .bind(unknown.iter().map(|event| event.row.aggregate_type.as_str()).collect::<Vec<_>>())
            .bind(unknown.iter().map(|event| event.row.aggregate_id.as_str()).collect::<Vec<_>>())
            .bind(unknown.iter().map(|event| event.row.sequence).collect::<Vec<_>>())
            .bind(unknown.iter().map(|event| event.at.row).collect::<Vec<_>>())
            .fetch_all(pool)
            .await?;
        self.last.extend(found);
        Ok(())
    }

    /// Accepts the next event of its aggregate, and nothing else.
    pub fn follow(&mut self, event: &Stored) -> Result<(), Suspicion> {
        let expected = self.last.get(&event.row.aggregate_id).copied().unwrap_or(0) + 1;
        if event.row.sequence != expected {
            return Err(Suspicion::Gap { missing: expected });
        }
        match self.last.get_mut(&event.row.aggregate_id) {
            Some(last) => *last = event.row.sequence,
            None => drop(self.last.insert(event.row.aggregate_id.clone(), event.row.sequence)),
        }
        Ok(())
    }

    fn unknown<'a>(&self, batch: &'a [Stored]) -> Vec<&'a Stored> {
        let mut seen = std::collections::HashSet::new();
        let first = batch.iter().filter(|event| seen.insert(event.row.aggregate_id.as_str()));
        first.filter(|event| event.row.sequence > 1 && !self.last.contains_key(&event.row.aggregate_id)).collect()
    }
}
