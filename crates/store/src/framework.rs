//! The event store as `cqrs-es` wants it, over the same load and append.

use std::collections::HashMap;

use cqrs_es::{AggregateContext, AggregateError, EventEnvelope, EventStore};
use domain::{Aggregate, Rejection};
use events::Envelope;
use serde_json::Value;

use crate::append::Failure;
use crate::era::Era;
use crate::{Call, Clock, Error, Executed, Fact, Loaded, Root, Store};

/// The store on behalf of one caller: `cqrs-es` itself has no tenants and no callers.
///
/// ```ignore
/// let framework = CqrsFramework::new(store.on_behalf_of(call), vec![], store.services());
/// framework.execute("ses_…", command).await?;
/// ```
pub struct Desk {
    store: Store,
    call: Call,
}

/// An aggregate between load and commit.
pub struct Context<A: Aggregate> {
    id: String,
    root: Root<A>,
    version: i64,
    era: Era,
}

impl Store {
    /// For `cqrs_es::CqrsFramework`. Expected version and idempotency key belong to [`Store::execute`].
    pub fn on_behalf_of(&self, call: Call) -> Desk {
        Desk { store: self.clone(), call: Call { idempotency: None, expected_version: None, ..call } }
    }

    /// What [`Root`] asks of its surroundings.
    pub fn services(&self) -> Clock {
        self.clock()
    }
}

impl<A: Aggregate> AggregateContext<Root<A>> for Context<A> {
    fn aggregate(&mut self) -> &mut Root<A> {
        &mut self.root
    }
}

impl<A: Aggregate> EventStore<Root<A>> for Desk {
    type AC = Context<A>;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<Root<A>>>, AggregateError<Rejection>> {
        let history = self.store.history::<A>(self.call.tenant, id).await?;
        Ok(history.into_iter().map(|(envelope, event)| enveloped(envelope, event)).collect())
    }

    async fn load_aggregate(&self, id: &str) -> Result<Context<A>, AggregateError<Rejection>> {
        let era = self.store.era().await?;
        let Loaded { state, version } = self.store.load(self.call.tenant, id).await?;
        Ok(Context { id: id.to_owned(), root: Root(state), version, era })
    }

    /// The context's aggregate is already the state after `events`.
    async fn commit(
        &self,
        events: Vec<Fact<A::Event>>,
        context: Context<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Root<A>>>, AggregateError<Rejection>> {
        let Context { id, root: Root(state), version: after, era } = context;
        let executed = Executed {
            version: after + events.len() as i64,
            state,
            event_ids: Vec::new(),
            events: events.into_iter().map(|Fact(event)| event).collect(),
            answer: Value::Null,
            replayed: false,
            occurred_at: self.store.now(),
        };
        self.store.commit(&self.call, &id, (&era, after), &executed).await?;
        let envelopes = executed.events.into_iter().zip(after + 1..);
        Ok(envelopes
            .map(|(event, sequence)| EventEnvelope {
                aggregate_id: id.clone(),
                sequence: sequence as usize,
                payload: Fact(event),
                metadata: metadata.clone(),
            })
            .collect())
    }
}

fn enveloped<A: Aggregate>(envelope: Envelope, event: A::Event) -> EventEnvelope<Root<A>> {
    let metadata = [
        ("event_id", envelope.event_id.to_string()),
        ("tenant_id", envelope.tenant_id.to_string()),
        ("occurred_at", envelope.occurred_at.to_rfc3339()),
        ("actor", envelope.actor),
        ("correlation_id", envelope.correlation_id),
    ];
    EventEnvelope {
        aggregate_id: envelope.aggregate_id,
        sequence: envelope.sequence as usize,
        payload: Fact(event),
        metadata: metadata.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

impl From<Error> for AggregateError<Rejection> {
    fn from(error: Error) -> Self {
        match error {
            Error::Rejected(rejection) => Self::UserError(rejection),
            Error::Conflict | Error::VersionMismatch { .. } => Self::AggregateConflict,
            Error::Unavailable(cause) => Self::DatabaseConnectionError(cause),
            Error::Corrupt(_) => Self::DeserializationError(error.into()),
            other => Self::UnexpectedError(other.into()),
        }
    }
}

impl From<Failure> for AggregateError<Rejection> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Lost | Failure::Taken => Self::AggregateConflict,
            Failure::Other(error) => error.into(),
        }
    }
}
