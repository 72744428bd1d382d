//! Word to a worker of this process that an answer is wanted, ahead of the record that says so for good.

use domain::session::Event;
use domain::{Session, SessionId};
use rpc::Hint;
use store::{Call, Executed};

use crate::Commands;
use crate::conversation::of_a_first_prompt;

impl Commands {
    /// Tells of every answer whose turn has come. A worker that is busy hears it from Kafka.
    pub(crate) fn hint(&self, call: &Call, session: SessionId, done: &Executed<Session>) {
        let Some(worker) = &self.hints else { return };
        for hint in hints(call, session, done) {
            let conversation = of_a_first_prompt(done, hint.generation).map(|told| self.bounded(told));
            let _ = worker.try_send(Hint { conversation, ..hint });
        }
    }
}

fn hints(call: &Call, session: SessionId, done: &Executed<Session>) -> impl Iterator<Item = Hint> {
    let events = done.events.iter().zip(&done.event_ids);
    events.filter_map(move |(event, id)| match event {
        Event::GenerationRequested(requested) => Some(Hint {
            tenant: call.tenant,
            session,
            generation: requested.generation_id,
            cause: id.clone(),
            traceparent: call.traceparent.clone(),
            conversation: None,
        }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use domain::session::{Command, Previous};
    use domain::{Aggregate, GenerationId, MessageId, ProjectId, TenantId, UserId, WorkerId};
    use serde_json::Value;

    use super::*;

    fn call() -> Call {
        let tenant = TenantId::generate();
        let (actor, correlation_id) = (UserId::generate().to_string(), "cor_1".to_owned());
        let (causation_id, traceparent) = (None, Some("00-1-2-01".to_owned()));
        let (origin, expected_version, idempotency) = (None, None, None);
        Call { tenant, actor, correlation_id, causation_id, traceparent, origin, expected_version, idempotency }
    }

    fn after(state: &Session, command: Command) -> Executed<Session> {
        let events = state.decide(command, Utc::now()).unwrap();
        let state = events.iter().fold(state.clone(), Session::apply);
        let event_ids = (0..events.len()).map(|n| format!("evt_{n}")).collect();
        let (answer, occurred_at) = (Value::Null, Utc::now());
        Executed { version: 0, state, events, event_ids, answer, replayed: false, occurred_at }
    }

    #[test]
    fn a_worker_hears_of_an_answer_when_its_turn_has_come() {
        let (call, by, session_id) = (call(), UserId::generate(), SessionId::generate());
        let (first, second) = (GenerationId::generate(), GenerationId::generate());
        let posts = |generation_id| {
            let (message_id, content) = (MessageId::generate(), "a page".to_owned());
            Command::Post { by, message_id, generation_id, content, model: None, base_version: None }
        };
        let heard = |done: &Executed<Session>| hints(&call, session_id, done).collect::<Vec<_>>();

        let title = "a session".to_owned();
        let opened = after(
            &Session::default(),
            Command::Open { session_id, project_id: ProjectId::generate(), owner: by, title },
        );
        assert!(heard(&opened).is_empty());

        let asked = after(&opened.state, posts(first));
        let hint = heard(&asked).pop().expect("the first answer is wanted at once");
        let requested = asked.events.iter().position(|event| matches!(event, Event::GenerationRequested(_))).unwrap();
        assert_eq!((hint.generation, hint.cause), (first, format!("evt_{requested}")));
        assert_eq!((hint.tenant, hint.session, hint.traceparent), (call.tenant, session_id, call.traceparent.clone()));

        let told = of_a_first_prompt(&asked, first).expect("nothing was said before");
        let said: Vec<_> = told.turns.iter().map(|turn| (turn.role.as_str(), turn.content.as_str())).collect();
        assert_eq!((said, told.owner, told.attempts), (vec![("user", "a page")], by.to_string(), 0));

        let queued = after(&asked.state, posts(second));
        assert!(heard(&queued).is_empty(), "the second waits for its turn");

        let start = |generation_id| Command::Start {
            generation_id,
            worker: WorkerId::generate(),
            model: "m".to_owned(),
            provider: "p".to_owned(),
            previous: Previous::Alive,
        };
        let started = after(&queued.state, start(first));
        let stopping = after(&started.state, Command::Cancel { by, generation_id: first });
        assert!(heard(&stopping).is_empty());

        let stopped = after(&asked.state, Command::Cancel { by, generation_id: first });
        let again = after(&stopped.state, posts(second));
        assert!(of_a_first_prompt(&again, second).is_none(), "something was said before, which only the store has");
    }
}
