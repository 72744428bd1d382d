//! Our aggregates as `cqrs-es` sees them. The domain never learns that it exists.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use cqrs_es::event_sink::EventSink;
use domain::{Aggregate, Event, Rejection};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What time it is.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// An aggregate of the domain as a `cqrs-es` aggregate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Root<A: Aggregate>(pub A);

impl<A: Aggregate> cqrs_es::Aggregate for Root<A> {
    const TYPE: &'static str = A::TYPE;
    type Command = A::Command;
    type Event = Fact<A::Event>;
    type Error = Rejection;
    type Services = Clock;

    async fn handle(&mut self, command: A::Command, clock: &Clock, sink: &EventSink<Self>) -> Result<(), Rejection> {
        for event in self.0.decide(command, clock())? {
            sink.write(Fact(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, Fact(event): Fact<A::Event>) {
        self.0 = std::mem::take(&mut self.0).apply(&event);
    }
}

/// An event of the domain as a `cqrs-es` event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "E: Serialize + DeserializeOwned")]
pub struct Fact<E>(pub E);

/// The only version of the JSON form: what changes is the schema, whose id is a column of its own.
pub const EVENT_VERSION: &str = "1";

impl<E: Event> DomainEvent for Fact<E> {
    fn event_type(&self) -> String {
        self.0.event_type().to_owned()
    }

    fn event_version(&self) -> String {
        EVENT_VERSION.to_owned()
    }
}
