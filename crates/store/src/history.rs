//! Everything that has happened to an aggregate, through `postgres-es`.

use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use domain::{Aggregate, Event, Rejection, TenantId};
use events::Envelope;
use postgres_es::PostgresEventRepository;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Root, Store};

impl Store {
    /// All events of an aggregate in order, opened; nothing if it is unknown. Another tenant's is not there.
    pub async fn history<A: Aggregate>(&self, tenant: TenantId, id: &str) -> Result<Vec<(Envelope, A::Event)>, Error> {
        let mut stored = self.repository().get_events::<Root<A>>(id).await?;
        let envelopes: Vec<_> = stored.iter().map(envelope).collect::<Result<_, _>>()?;
        if envelopes.iter().any(|envelope| envelope.tenant_id != tenant) {
            return Err(Rejection::NotFound(A::TYPE).into());
        }
        self.keys.open_many(stored.iter_mut().map(|event| (&mut event.payload, id))).await?;
        let facts = stored.into_iter().map(|event| A::Event::from_parts(&event.event_type, event.payload));
        envelopes.into_iter().zip(facts).map(|(envelope, fact)| Ok((envelope, fact?))).collect()
    }

    fn repository(&self) -> PostgresEventRepository {
        PostgresEventRepository::new(self.pool.clone()).with_tables("store.history", "store.snapshots")
    }
}

fn envelope(event: &SerializedEvent) -> Result<Envelope, Error> {
    let field = |name: &str| event.metadata.get(name).cloned().unwrap_or(Value::Null);
    Ok(Envelope {
        event_id: parsed(field("event_id"))?,
        tenant_id: parsed(field("tenant_id"))?,
        aggregate_type: event.aggregate_type.clone(),
        aggregate_id: event.aggregate_id.clone(),
        sequence: event.sequence as i64,
        occurred_at: parsed(field("occurred_at"))?,
        actor: parsed(field("actor"))?,
        correlation_id: parsed(field("correlation_id"))?,
        causation_id: parsed(field("causation_id"))?,
    })
}

fn parsed<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::Corrupt(format!("an event's metadata: {error}")))
}

impl From<PersistenceError> for Error {
    fn from(error: PersistenceError) -> Self {
        match error {
            PersistenceError::OptimisticLockError => Self::Conflict,
            PersistenceError::DeserializationError(cause) => Self::Corrupt(cause.to_string()),
            PersistenceError::ConnectionError(cause) | PersistenceError::UnknownError(cause) => {
                Self::Unavailable(cause)
            }
        }
    }
}
