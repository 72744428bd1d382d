use domain::session::{AbandonReason, Command, Previous};
use domain::{EventId, GenerationId, MessageId, ProjectId, Session, SessionId, TenantId, Usage, UserId, WorkerId};
use events::Envelope;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::{Call, Executed, Store};

/// Somebody with a session.
pub struct Alice {
    pub tenant: TenantId,
    pub id: UserId,
    pub session: SessionId,
}

impl Alice {
    pub fn new() -> Self {
        Self { tenant: TenantId::generate(), id: UserId::generate(), session: SessionId::generate() }
    }

    pub async fn with_a_session(store: &Store) -> Self {
        let alice = Self::new();
        let (session_id, owner) = (alice.session, alice.id);
        let open = Command::Open { session_id, project_id: ProjectId::generate(), owner, title: "first".to_owned() };
        alice.does(store, open).await;
        alice
    }

    pub async fn does(&self, store: &Store, command: Command) -> Executed<Session> {
        let call = Call {
            tenant: self.tenant,
            actor: self.id.to_string(),
            correlation_id: "cor_1".to_owned(),
            causation_id: Some("cause".to_owned()),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            origin: None,
            expected_version: None,
            idempotency: None,
        };
        store.execute(&call, &self.session.to_string(), command, |_| Value::Null).await.unwrap()
    }

    pub async fn renames(&self, store: &Store, title: &str) {
        self.does(store, Command::Rename { by: self.id, title: title.to_owned() }).await;
    }

    /// Three events if it is its turn at once.
    pub async fn posts(&self, store: &Store) -> GenerationId {
        let generation_id = GenerationId::generate();
        let post = Command::Post {
            by: self.id,
            message_id: MessageId::generate(),
            generation_id,
            content: "a button".to_owned(),
            model: None,
            base_version: None,
        };
        self.does(store, post).await;
        generation_id
    }

    pub async fn cancels(&self, store: &Store, generation_id: GenerationId) {
        self.does(store, Command::Cancel { by: self.id, generation_id }).await;
    }

    pub async fn is_answered_by(&self, store: &Store, worker: WorkerId, generation_id: GenerationId) {
        let (model, provider) = ("demo".to_owned(), "demo".to_owned());
        self.does(store, Command::Start { generation_id, worker, model, provider, previous: Previous::Gone }).await;
    }

    pub async fn is_given_back(&self, store: &Store, generation_id: GenerationId) {
        let (reason, usage) = (AbandonReason::Released, Usage::default());
        self.does(store, Command::Abandon { generation_id, attempt: 1, reason, usage }).await;
    }

    /// The first event, by hand, in a transaction of the caller's.
    pub async fn opens_in(&self, tx: &mut PgConnection) {
        let payload = json!({ "session_id": self.session, "project_id": ProjectId::generate(), "owner": self.id,
                              "sealed": null, "key_id": null });
        let envelope = Envelope {
            event_id: EventId::generate(),
            tenant_id: self.tenant,
            aggregate_type: "session".to_owned(),
            aggregate_id: self.session.to_string(),
            sequence: 1,
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            actor: "test".to_owned(),
            correlation_id: "cor_2".to_owned(),
            causation_id: None,
        };
        let contract = events::latest("SessionOpened").unwrap();
        let digest = events::digest(&contract.encode(&envelope, &payload).unwrap());
        sqlx::query(
            "insert into store.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                                       tenant_id, event_id, occurred_at, actor, schema_id, digest)
             values ('session', $1, 1, 'SessionOpened', '1', $2, '{\"correlation_id\": \"cor_2\"}', $3, $4, $5, 'test', $6, $7)",
        )
        .bind(&envelope.aggregate_id)
        .bind(payload)
        .bind(self.tenant.to_string())
        .bind(envelope.event_id.to_string())
        .bind(envelope.occurred_at)
        .bind(contract.id as i32)
        .bind(digest.as_slice())
        .execute(tx)
        .await
        .unwrap();
    }
}
