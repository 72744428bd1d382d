//! The closer: what no worker will end is ended, and what somebody is at is not.

use std::time::Duration;

use command::budgets;
use command::closer::Config;
use domain::session::{Command, Previous};
use domain::{GenerationId, MessageId, ProjectId, Session, SessionId, TenantId, UserId, WorkerId};
use serde_json::Value;
use store::Call;

use crate::house::House;

struct Story {
    house: House,
    tenant: TenantId,
    ada: UserId,
    worker: WorkerId,
}

impl Story {
    async fn begin() -> Self {
        let house = House::with(budgets::Config::default()).await;
        let story = Self { house, tenant: TenantId::generate(), ada: UserId::generate(), worker: WorkerId::generate() };
        story.house.store.renew_lease(story.worker, Duration::from_secs(600)).await.unwrap();
        story
    }

    async fn does(&self, session: SessionId, command: Command) {
        let call = Call {
            tenant: self.tenant,
            actor: self.ada.to_string(),
            correlation_id: "cor_1".into(),
            causation_id: None,
            traceparent: None,
            origin: None,
            expected_version: None,
            idempotency: None,
        };
        self.house.store.execute::<Session>(&call, &session.to_string(), command, |_| Value::Null).await.unwrap();
    }

    /// A session of its own with a prompt in it.
    async fn asks(&self) -> (SessionId, GenerationId) {
        let (session_id, generation_id) = (SessionId::generate(), GenerationId::generate());
        let opened =
            Command::Open { session_id, project_id: ProjectId::generate(), owner: self.ada, title: "A session".into() };
        self.does(session_id, opened).await;
        let (message_id, content) = (MessageId::generate(), "a page".to_owned());
        let post = Command::Post { by: self.ada, message_id, generation_id, content, model: None, base_version: None };
        self.does(session_id, post).await;
        (session_id, generation_id)
    }

    async fn is_begun(&self) -> (SessionId, GenerationId) {
        let (session, generation_id) = self.asks().await;
        let (model, provider) = ("m".to_owned(), "p".to_owned());
        let start = Command::Start { generation_id, worker: self.worker, model, provider, previous: Previous::Alive };
        self.does(session, start).await;
        (session, generation_id)
    }

    async fn stops(&self, (session, generation_id): (SessionId, GenerationId)) {
        self.does(session, Command::Cancel { by: self.ada, generation_id }).await;
    }

    /// How each of these ended; empty: it is open.
    async fn ends(&self, asked: &[(SessionId, GenerationId)]) -> Vec<String> {
        let mut ends = Vec::new();
        for (session, _) in asked {
            let history = self.house.store.history::<Session>(self.tenant, &session.to_string()).await.unwrap();
            let (_, last) = history.last().unwrap();
            let last = domain::Event::event_type(last);
            let over = ["GenerationFailed", "GenerationCancelled"].contains(&last);
            ends.push(if over { last.to_owned() } else { String::new() });
        }
        ends
    }
}

fn patient_for(patience: Duration) -> Config {
    Config { patience, ..Config::default() }
}

#[tokio::test]
async fn what_was_stopped_after_its_worker_was_lost_is_cancelled_and_what_is_being_written_is_left_alone() {
    let story = Story::begin().await;
    let (writes, stopped, waits) = (story.is_begun().await, story.is_begun().await, story.asks().await);
    story.stops(stopped).await;
    let asked = [writes, stopped, waits];
    let mut closer = story.house.commands.closer(Config::default());

    closer.look().await.unwrap();
    assert_eq!(story.ends(&asked).await, ["", "", ""], "its worker is there and stops it");

    story.house.store.end_lease(story.worker).await.unwrap();
    closer.look().await.unwrap();
    assert_eq!(story.ends(&asked).await, ["", "GenerationCancelled", ""], "the others are for the next worker");
    closer.look().await.unwrap();
}

#[tokio::test]
async fn what_nobody_took_up_in_time_fails_and_what_somebody_is_at_does_not() {
    let story = Story::begin().await;
    let (writes, waits) = (story.is_begun().await, story.asks().await);
    story.house.commands.closer(patient_for(Duration::from_secs(60))).look().await.unwrap();
    assert_eq!(story.ends(&[writes, waits]).await, ["", ""]);

    story.house.commands.closer(patient_for(Duration::ZERO)).look().await.unwrap();
    assert_eq!(story.ends(&[writes, waits]).await, ["", "GenerationFailed"]);
}
