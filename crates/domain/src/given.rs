//! Given what has happened, when this is asked, then that happens.

use chrono::{DateTime, Utc};

use crate::{Aggregate, Event as _, Rejection};

/// The time of every decision in tests.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_262_400, 0).unwrap()
}

/// An aggregate with a past.
pub struct Given<A: Aggregate> {
    past: Vec<A::Event>,
}

/// What came of a command.
pub struct When<A: Aggregate> {
    before: A,
    outcome: Result<Vec<A::Event>, Rejection>,
}

impl<A: Aggregate> Given<A> {
    pub fn events(past: impl IntoIterator<Item = A::Event>) -> Self {
        Self { past: past.into_iter().collect() }
    }

    /// Lets one more command happen, which must succeed.
    pub fn and(mut self, command: A::Command) -> Self {
        let events = self.state().decide(command, noon()).expect("part of the past");
        self.past.extend(events);
        self
    }

    pub fn past(&self) -> &[A::Event] {
        &self.past
    }

    /// Where the past has led, also by way of stored records and a stored snapshot.
    pub fn state(&self) -> A {
        self.past.iter().fold(A::default(), |state, event| {
            let stored = A::Event::from_parts(event.event_type(), event.payload()).unwrap();
            assert_eq!(stored, *event, "an event is the same after it was stored");
            let snapshot = serde_json::to_value(state.apply(&stored)).unwrap();
            serde_json::from_value(snapshot).unwrap()
        })
    }

    pub fn when(self, command: A::Command) -> When<A> {
        let before = self.state();
        let outcome = before.decide(command, noon());
        When { before, outcome }
    }
}

impl<A: Aggregate> When<A> {
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) {
        assert_eq!(self.outcome.unwrap(), expected.into_iter().collect::<Vec<_>>());
    }

    #[track_caller]
    pub fn then_nothing(self) {
        self.then([]);
    }

    #[track_caller]
    pub fn then_rejected(self, expected: Rejection) {
        assert_eq!(self.outcome.unwrap_err(), expected);
    }

    /// The state after it.
    #[track_caller]
    pub fn then_state(self) -> A {
        self.outcome.unwrap().iter().fold(self.before, Aggregate::apply)
    }
}
