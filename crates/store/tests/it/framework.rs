use std::collections::HashMap;

use cqrs_es::{AggregateError, CqrsFramework, EventStore};
use domain::{Rejection, Session};
use store::{Desk, Root};

use crate::{Alice, Database};

type Framework = CqrsFramework<Root<Session>, Desk>;

fn framework(database: &Database, alice: &Alice) -> Framework {
    let store = database.store();
    CqrsFramework::new(store.on_behalf_of(alice.call()), Vec::new(), store.services())
}

#[tokio::test]
async fn cqrs_es_runs_on_this_store() {
    let database = Database::fresh().await;
    let alice = Alice::new();
    let id = alice.session.to_string();
    let framework = framework(&database, &alice);

    framework.execute(&id, alice.opens("first")).await.unwrap();
    framework.execute_with_metadata(&id, alice.renames("second"), HashMap::new()).await.unwrap();
    let refused = framework.execute(&id, alice.posts("")).await;

    assert!(matches!(refused, Err(AggregateError::UserError(Rejection::EmptyPrompt))));
    let loaded = alice.sees(&database.store()).await;
    assert_eq!((loaded.version, loaded.state.title.as_str()), (2, "second"));
}

#[tokio::test]
async fn a_commit_on_an_old_version_is_a_conflict() {
    let database = Database::fresh().await;
    let alice = Alice::with_a_session(&database.store()).await;
    let id = alice.session.to_string();
    let desk = database.store().on_behalf_of(alice.call());
    let old = EventStore::<Root<Session>>::load_aggregate(&desk, &id).await.unwrap();
    let renamed = alice.does(&database.store(), alice.renames("second")).await.unwrap();

    let facts = renamed.events.into_iter().map(store::Fact).collect();
    let refused = EventStore::<Root<Session>>::commit(&desk, facts, old, HashMap::new()).await;

    assert!(matches!(refused, Err(AggregateError::AggregateConflict)));
}

#[tokio::test]
async fn the_whole_stream_is_read_by_postgres_es() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    alice.does(&store, alice.posts("x")).await.unwrap();
    let id = alice.session.to_string();

    let history = store.history::<Session>(alice.tenant, &id).await.unwrap();
    let desk = store.on_behalf_of(alice.call());
    let enveloped = EventStore::<Root<Session>>::load_events(&desk, &id).await.unwrap();

    let (envelope, _) = &history[1];
    assert_eq!((envelope.sequence, envelope.actor.as_str()), (2, alice.id.to_string().as_str()));
    assert_eq!((envelope.aggregate_type.as_str(), envelope.correlation_id.as_str()), ("session", "cor_1"));
    let events: Vec<_> = enveloped.into_iter().map(|it| it.payload.0).collect();
    assert_eq!(events, history.into_iter().map(|(_, event)| event).collect::<Vec<_>>());
    assert!(store.history::<Session>(alice.tenant, "ses_unknown").await.unwrap().is_empty());
}
