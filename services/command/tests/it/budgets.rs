//! The keeper of budgets: what nobody settles does not stay reserved, and what is needed does.

use std::time::Duration;

use command::budgets::Config;
use domain::session::Command;
use domain::{GenerationId, MessageId, ProjectId, Session, SessionId, TenantId, UserId};
use serde_json::Value;
use store::{Call, DailyLimits, Reservation};

use crate::house::House;

const BOUNDED: &str = "person_tokens_per_day = 1000\nanswer_tokens = 100";

struct Story {
    house: House,
    tenant: TenantId,
    ada: UserId,
    session: SessionId,
}

impl Story {
    async fn begin() -> Self {
        let house = House::with(toml::from_str::<Config>(BOUNDED).unwrap()).await;
        let story =
            Self { house, tenant: TenantId::generate(), ada: UserId::generate(), session: SessionId::generate() };
        let (session_id, project_id) = (story.session, ProjectId::generate());
        story.does(Command::Open { session_id, project_id, owner: story.ada, title: "A session".into() }).await;
        story
    }

    async fn does(&self, command: Command) {
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
        self.house.store.execute::<Session>(&call, &self.session.to_string(), command, |_| Value::Null).await.unwrap();
    }

    /// Kept free as the command role does before a prompt.
    async fn reserves(&self) -> GenerationId {
        let generation = GenerationId::generate();
        let kept =
            Reservation { generation, session: self.session, tenant: self.tenant, person: self.ada, tokens: 100 };
        assert_eq!(self.house.store.reserve(&kept, DailyLimits::default()).await.unwrap(), None);
        generation
    }

    async fn posts(&self, generation_id: GenerationId) {
        let (message_id, content) = (MessageId::generate(), "a page".to_owned());
        self.does(Command::Post { by: self.ada, message_id, generation_id, content, model: None, base_version: None })
            .await;
    }

    /// As if it had been reserved so long ago.
    async fn ages(&self, generation: GenerationId, time: &str) {
        sqlx::query("update store.reservations set made_at = now() - $2::interval where generation_id = $1")
            .bind(generation.to_string())
            .bind(time)
            .execute(&self.house.pool)
            .await
            .unwrap();
    }

    async fn looks(&self) -> Vec<GenerationId> {
        self.house.commands.keeper().look(Duration::ZERO).await.unwrap();
        let kept = self.house.store.unsettled(Duration::ZERO, 10).await.unwrap();
        kept.into_iter().map(|it| it.generation).collect()
    }
}

#[tokio::test]
async fn tokens_stay_reserved_while_an_answer_needs_them_and_no_longer() {
    let story = Story::begin().await;
    let (running, stopped, lost) = (story.reserves().await, story.reserves().await, story.reserves().await);
    story.posts(running).await;
    story.posts(stopped).await;
    story.does(Command::Cancel { by: story.ada, generation_id: stopped }).await;

    assert_eq!(story.looks().await, [running, lost], "one is over; a prompt may still be on its way");
    for generation in [running, lost] {
        story.ages(generation, "6 minutes").await;
    }
    assert_eq!(story.looks().await, [running], "the other was never posted");
    story.ages(running, "49 hours").await;
    assert!(story.looks().await.is_empty(), "its day is over");
}
