//! What the store knows of a person, and what it forgets.

use domain::session::Command as InSession;
use domain::user::Command;
use domain::{Session, User, UserId};
use serde_json::json;
use store::{Call, Error, Store};

use crate::claims::registers;
use crate::{Alice, Database, version};

const EMAIL: &str = "alice@example.org";

/// Registers, opens a session, says something with an idempotency key.
async fn lives(store: &Store) -> (UserId, Alice) {
    let mut alice = Alice::new();
    let User::Registered { user_id, .. } = registers(store, &alice.call(), EMAIL).await.unwrap().state else {
        panic!("not registered")
    };
    alice.id = user_id;
    alice.does(store, alice.opens("first")).await.unwrap();
    alice.calls(store, &alice.repeatable("k", "body"), alice.posts("prompt")).await.unwrap();
    (user_id, alice)
}

async fn erase(store: &Store, alice: &Alice) -> store::Executed<User> {
    let call = Call { actor: "operator".to_owned(), ..alice.call() };
    let command = Command::Erase { transfer_to: None };
    store.execute::<User>(&call, &alice.id.to_string(), command, version).await.unwrap()
}

#[tokio::test]
async fn an_erased_person_s_address_is_free_in_the_same_append() {
    let database = Database::fresh().await;
    let store = database.store();
    let (_, alice) = lives(&store).await;

    assert_eq!(erase(&store, &alice).await.events.len(), 1);

    assert_eq!(store.claimed("email", EMAIL).await.unwrap(), None);
    let again = registers(&store, &Alice::new().call(), EMAIL).await.unwrap();
    assert!(matches!(again.state, User::Registered { user_id, .. } if user_id != alice.id));
    assert!(erase(&store, &alice).await.events.is_empty(), "twice is once");
    assert!(store.claimed("email", EMAIL).await.unwrap().is_some(), "and takes nobody else's address");
}

#[tokio::test]
async fn everything_of_a_person_is_found_and_counted_and_nothing_of_others() {
    let database = Database::fresh().await;
    let store = database.store();
    let (user, alice) = lives(&store).await;
    Alice::with_a_session(&store).await;

    let owned = store.ever_owned(alice.tenant, user).await.unwrap();
    assert_eq!((owned.projects.len(), owned.sessions.clone()), (0, vec![alice.session.to_string()]));
    let traces = store.traces(alice.tenant, user, &owned).await.unwrap();
    let of = |name: &str| traces.events.iter().find(|events| events.event_type == name).map(|events| events.stored);
    assert_eq!((of("UserRegistered"), of("MessagePosted"), of("SessionOpened")), (Some(1), Some(1), Some(1)));
    assert_eq!((traces.unique_claims, traces.idempotency_answers), (1, 1));

    assert_eq!(store.forget_person(alice.tenant, user, &owned).await.unwrap().0, 1);
    assert_eq!(store.traces(alice.tenant, user, &owned).await.unwrap().idempotency_answers, 0);
}

#[tokio::test]
async fn what_was_handed_over_belongs_to_the_heir_too() {
    let store = Database::fresh().await.store();
    let (alice, heir) = (Alice::with_a_session(&store).await, UserId::generate());
    let command = InSession::ErasePerson { person: alice.id, to: Some(heir) };
    let call = Call { actor: "erasure".to_owned(), ..alice.call() };
    store.execute::<Session>(&call, &alice.session.to_string(), command, version).await.unwrap();

    assert_eq!(store.ever_owned(alice.tenant, heir).await.unwrap().sessions, [alice.session.to_string()]);
}

#[tokio::test]
async fn an_erasure_is_owed_until_its_receipt_is_written_once() {
    let store = Database::fresh().await.store();
    let (user, alice) = lives(&store).await;
    assert!(store.erasure(user).await.unwrap().is_none());
    erase(&store, &alice).await;

    let owed = store.unfinished_erasures().await.unwrap();
    assert_eq!(owed.iter().map(|erasure| erasure.user_id.as_str()).collect::<Vec<_>>(), [user.to_string()]);
    let erasure = store.erasure(user).await.unwrap().unwrap();
    store.begin_erasure(&erasure, &json!({ "first": true })).await.unwrap();
    store.begin_erasure(&erasure, &json!({ "second": true })).await.unwrap();
    store.note_step(user, "auth", &json!({ "tokens": 2 })).await.unwrap();
    store.finish_erasure(user, &json!({ "receipt": 1 })).await.unwrap();
    store.finish_erasure(user, &json!({ "receipt": 2 })).await.unwrap();

    let done = store.erasure(user).await.unwrap().unwrap();
    assert_eq!((done.found, done.receipt), (Some(json!({ "first": true })), Some(json!({ "receipt": 1 }))));
    assert_eq!(done.steps, Some(json!({ "auth": { "tokens": 2 } })));
    assert!(store.unfinished_erasures().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_person_whose_key_is_destroyed_appends_nothing_more() {
    let database = Database::fresh().await;
    let store = database.store();
    let (user, alice) = lives(&store).await;
    store.keys().destroy(&user.to_string()).await.unwrap();
    store.forget_hot();

    for command in [alice.renames("again"), alice.posts("more")] {
        let refused = alice.does(&store, command).await;
        assert!(matches!(refused, Err(Error::Rejected(domain::Rejection::Erased))), "{refused:?}");
    }
    let elsewhere = Alice { session: domain::SessionId::generate(), ..alice };
    let refused = elsewhere.does(&store, elsewhere.opens("new")).await;
    assert!(matches!(refused, Err(Error::Rejected(domain::Rejection::Erased))), "{refused:?}");
}
