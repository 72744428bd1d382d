//! One read: snapshot, the events after it, and the stored answer of a repeated call.

use domain::{Aggregate, Event, Rejection, TenantId};
use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::answers::Stored;
use crate::{Call, Error, Store};

/// An aggregate as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<A> {
    pub state: A,
    /// The sequence of its last event; 0: it has none.
    pub version: i64,
}

/// What a command is decided on.
pub struct Basis<A> {
    pub loaded: Loaded<A>,
    /// What the same call was answered before.
    pub stored: Option<Stored>,
}

const LOAD: &str = "
select 1 as part, last_sequence as sequence, '' as event_type, tenant_id, payload, null::bytea as body, false as expired
  from store.snapshots where aggregate_type = $1 and aggregate_id = $2 and $3
union all
select 2, sequence, event_type, tenant_id, payload, null, false
  from store.events
 where aggregate_type = $1 and aggregate_id = $2
   and sequence > coalesce((select last_sequence from store.snapshots
                             where aggregate_type = $1 and aggregate_id = $2 and $3), 0)
union all
select 3, version, '', tenant_id, answer, body, created_at <= now() - make_interval(secs => $8)
  from store.idempotency where tenant_id = $4 and actor = $5 and operation = $6 and key = $7
order by part, sequence";

impl Store {
    /// The aggregate as it stands; version 0 if nothing has happened to it. Another tenant's is not there.
    pub async fn load<A: Aggregate>(&self, tenant: TenantId, id: &str) -> Result<Loaded<A>, Error> {
        Ok(self.basis(tenant, None, id).await?.loaded)
    }

    pub(crate) async fn basis<A: Aggregate>(
        &self,
        tenant: TenantId,
        call: Option<&Call>,
        id: &str,
    ) -> Result<Basis<A>, Error> {
        let mut parts = self.read::<A>(tenant, call, id, true).await?;
        let from = match parts.snapshot.take() {
            None => Loaded::default(),
            Some((version, payload)) => match self.open_snapshot(id, payload).await? {
                Some(state) => Loaded { state, version },
                None => {
                    parts = self.read::<A>(tenant, call, id, false).await?; // erased or outdated: fold it all
                    Loaded::default()
                }
            },
        };
        let loaded = self.fold(id, from, parts.tail).await?;
        Ok(Basis { loaded, stored: parts.stored })
    }

    async fn read<A: Aggregate>(
        &self,
        tenant: TenantId,
        call: Option<&Call>,
        id: &str,
        with_snapshot: bool,
    ) -> Result<Parts, Error> {
        let repeat = call.and_then(|call| Some((call, call.idempotency.as_ref()?)));
        let rows = sqlx::query(LOAD)
            .bind(A::TYPE)
            .bind(id)
            .bind(with_snapshot)
            .bind(tenant.to_string())
            .bind(repeat.map(|(call, _)| call.actor.as_str()))
            .bind(repeat.map(|(_, repeat)| repeat.operation))
            .bind(repeat.map(|(_, repeat)| repeat.key.as_str()))
            .bind(self.config.answers_for.as_secs_f64())
            .fetch_all(&self.pool)
            .await?;
        Parts::sorted(&rows, &tenant.to_string(), A::TYPE)
    }

    async fn fold<A: Aggregate>(&self, id: &str, from: Loaded<A>, mut tail: Vec<Tail>) -> Result<Loaded<A>, Error> {
        self.keys.open_many(tail.iter_mut().map(|event| (&mut event.payload, id))).await?;
        tail.into_iter().try_fold(from, |Loaded { state, version }, event| {
            if event.sequence != version + 1 {
                return Err(Error::Corrupt(format!("{id} has no event {}", version + 1)));
            }
            let fact = A::Event::from_parts(&event.event_type, event.payload)?;
            Ok(Loaded { state: state.apply(&fact), version: event.sequence })
        })
    }
}

impl<A: Default> Default for Loaded<A> {
    fn default() -> Self {
        Self { state: A::default(), version: 0 }
    }
}

/// The rows of the one read, told apart.
#[derive(Default)]
struct Parts {
    snapshot: Option<(i64, Value)>,
    tail: Vec<Tail>,
    stored: Option<Stored>,
}

struct Tail {
    sequence: i64,
    event_type: String,
    payload: Value,
}

impl Parts {
    fn sorted(rows: &[PgRow], tenant: &str, kind: &'static str) -> Result<Self, Error> {
        let mut parts = Self::default();
        for row in rows {
            if row.try_get::<&str, _>("tenant_id")? != tenant {
                return Err(Rejection::NotFound(kind).into());
            }
            parts.add(row)?;
        }
        Ok(parts)
    }

    fn add(&mut self, row: &PgRow) -> Result<(), Error> {
        let (sequence, payload) = (row.try_get("sequence")?, row.try_get("payload")?);
        match row.try_get::<i32, _>("part")? {
            1 => self.snapshot = Some((sequence, payload)),
            2 => self.tail.push(Tail { sequence, event_type: row.try_get("event_type")?, payload }),
            _ => {
                self.stored = Some(Stored {
                    version: sequence,
                    answer: payload,
                    body: row.try_get("body")?,
                    expired: row.try_get("expired")?,
                });
            }
        }
        Ok(())
    }
}
