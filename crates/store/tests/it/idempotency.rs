use std::time::Duration;

use domain::session::Command;
use domain::{ProjectId, Session, SessionId, UserId};
use serde_json::json;
use store::{Call, Config, Error, Executed, housekeeping};

use crate::{Alice, Database, config};

#[tokio::test]
async fn a_repeat_hears_the_same_and_changes_nothing() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let call = alice.repeatable("k1", "post");
    let first = alice.calls(&store, &call, alice.posts("one")).await.unwrap();
    alice.does(&store, alice.renames("meanwhile")).await.unwrap();

    // The server made other ids for the repeat; they do not matter.
    let again = alice.calls(&database.store(), &call, alice.posts("one")).await.unwrap();

    assert!(again.replayed && !first.replayed);
    assert_eq!((again.version, &again.answer), (first.version, &first.answer));
    assert!(again.events.is_empty());
    assert_eq!(alice.sees(&store).await.version, 5);
}

#[tokio::test]
async fn a_repeated_creation_hears_of_what_the_first_has_made() {
    let database = Database::fresh().await;
    let store = database.store();
    let (alice, other_id) = (Alice::new(), SessionId::generate());
    let call = alice.repeatable("k1", "open");
    let answer = |done: &Executed<Session>| json!({ "version": done.version, "title": done.state.title });
    let create = async |id: SessionId, call: &Call| {
        let command = Command::Open {
            session_id: id,
            project_id: ProjectId::generate(),
            owner: alice.id,
            title: "first".to_owned(),
        };
        store.create::<Session>(call, &id.to_string(), command, answer).await
    };
    let first = create(alice.session, &call).await.unwrap();
    assert_eq!((first.version, first.replayed), (1, false));

    let again = create(other_id, &call).await.unwrap();
    assert!(again.replayed && again.events.is_empty());
    assert_eq!(again.answer, first.answer);
    assert_eq!(store.load::<Session>(alice.tenant, &other_id.to_string()).await.unwrap().version, 0);

    let taken = create(alice.session, &alice.repeatable("k2", "open")).await;
    assert!(matches!(taken, Err(Error::Rejected(_))), "{taken:?}");
    assert_eq!(alice.sees(&store).await.version, 1);
}

#[tokio::test]
async fn another_body_is_refused() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    alice.calls(&store, &alice.repeatable("k1", "one"), alice.renames("one")).await.unwrap();

    let refused = alice.calls(&store, &alice.repeatable("k1", "two"), alice.renames("two")).await;

    assert!(matches!(refused, Err(Error::KeyReused)), "{refused:?}");
    assert_eq!(alice.sees(&store).await.state.title, "one");
}

#[tokio::test]
async fn the_same_key_of_another_actor_or_operation_is_another_call() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let call = alice.repeatable("k1", "x");
    alice.calls(&store, &call, alice.renames("one")).await.unwrap();

    let other_actor = Call { actor: UserId::generate().to_string(), ..call.clone() };
    let mut other_operation = call;
    other_operation.idempotency.as_mut().unwrap().operation = "another";

    assert!(!alice.calls(&store, &other_actor, alice.renames("two")).await.unwrap().replayed);
    assert!(!alice.calls(&store, &other_operation, alice.renames("three")).await.unwrap().replayed);
}

#[tokio::test]
async fn a_command_that_changes_nothing_has_an_answer_too() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let call = alice.repeatable("k1", "x");

    let first = alice.calls(&store, &call, alice.renames("first")).await.unwrap();
    alice.does(&store, alice.renames("second")).await.unwrap();
    let again = alice.calls(&store, &call, alice.renames("first")).await.unwrap();

    assert_eq!((first.version, again.version, again.replayed), (1, 1, true));
    assert_eq!(alice.sees(&store).await.state.title, "second");
}

#[tokio::test]
async fn a_repeat_comes_before_the_expected_version() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let call = Call { expected_version: Some(1), ..alice.repeatable("k1", "x") };

    alice.calls(&store, &call, alice.renames("second")).await.unwrap();

    assert!(alice.calls(&store, &call, alice.renames("second")).await.unwrap().replayed);
}

#[tokio::test]
async fn an_old_answer_is_forgotten() {
    let database = Database::fresh().await;
    let store = database.store_with(Config { answers_for: Duration::ZERO, ..config() });
    let alice = Alice::with_a_session(&store).await;

    for title in ["one", "two"] {
        let done = alice.calls(&store, &alice.repeatable("k1", title), alice.renames(title)).await.unwrap();
        assert!(!done.replayed);
    }

    assert!(!housekeeping::forget_answers(&database.pool, Duration::ZERO).await.unwrap());
    let left: i64 =
        sqlx::query_scalar("select count(*) from store.idempotency").fetch_one(&database.pool).await.unwrap();
    assert_eq!(left, 0);
}
