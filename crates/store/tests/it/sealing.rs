use std::num::NonZeroU64;

use domain::session::{Command, Event};
use domain::{Session, TenantId};
use store::{Call, Config, Error, Store};

use crate::{Alice, Database, config};

const CANARY: &str = "canary";

async fn a_talkative_session(store: &Store) -> Alice {
    let alice = Alice::with_a_session(store).await;
    alice.does(store, alice.renames(&format!("{CANARY} title"))).await.unwrap();
    let call = alice.repeatable("k", &format!("{CANARY} body"));
    alice.calls(store, &call, alice.posts(&format!("{CANARY} prompt"))).await.unwrap();
    alice
}

fn snapshots_at_once() -> Config {
    Config { snapshot_every: NonZeroU64::MIN, ..config() }
}

#[tokio::test]
async fn nothing_personal_rests_in_the_clear() {
    let database = Database::fresh().await;
    let store = database.store_with(snapshots_at_once());
    a_talkative_session(&store).await;
    crate::claims::registers(&store, &Alice::new().call(), &format!("{CANARY}@example.org")).await.unwrap();

    let dump = database.dump().await;

    assert!(dump.contains("SessionRenamed") && dump.contains("sealed"));
    assert!(!dump.contains(CANARY));
    assert!(!dump.contains("Somebody"));
}

#[tokio::test]
async fn who_is_erased_opens_to_nothing_and_acts_no_more_and_the_session_still_works() {
    let database = Database::fresh().await;
    let store = database.store_with(snapshots_at_once());
    let alice = a_talkative_session(&store).await;
    let before = alice.sees(&store).await;

    database.keys(1).destroy(&alice.id.to_string()).await.unwrap();
    let store = database.store_with(snapshots_at_once());

    let after = alice.sees(&store).await;
    assert_eq!((after.version, after.state.title.as_str()), (before.version, ""));
    assert_eq!(after.state.running, before.state.running);
    let refused = alice.does(&store, alice.renames("after")).await;
    assert!(matches!(refused, Err(Error::Rejected(domain::Rejection::Erased))), "{refused:?}");
    let service = Call { actor: "erasure".to_owned(), ..alice.call() };
    let command = Command::ErasePerson { person: alice.id, to: None };
    let done = alice.calls(&store, &service, command).await.unwrap();
    assert!(done.version > before.version && done.state.erased);
    let history = store.history::<Session>(alice.tenant, &alice.session.to_string()).await.unwrap();
    assert!(history.iter().any(|(_, event)| matches!(event, Event::MessagePosted(posted) if posted.private.is_none())));
}

#[tokio::test]
async fn another_key_encryption_key_is_an_error_and_not_an_erasure() {
    let database = Database::fresh().await;
    let alice = a_talkative_session(&database.store()).await;
    let stranger = Store::connect(database.pool.clone(), &config(), database.keys(2)).unwrap();

    let refused = stranger.load::<Session>(alice.tenant, &alice.session.to_string()).await;

    let Err(Error::Corrupt(reason)) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("key-encryption key"), "{reason}");
}

#[tokio::test]
async fn a_sealed_part_does_not_open_in_another_session() {
    let database = Database::fresh().await;
    let store = database.store();
    let (alice, bob) = (Alice::with_a_session(&store).await, Alice::with_a_session(&store).await);
    sqlx::query("update store.events e set payload = o.payload from store.events o where e.aggregate_id = $1 and o.aggregate_id = $2")
        .bind(alice.session.to_string())
        .bind(bob.session.to_string())
        .execute(&database.owner)
        .await
        .unwrap();

    let refused = store.load::<Session>(alice.tenant, &alice.session.to_string()).await;

    assert!(matches!(refused, Err(Error::Corrupt(_))), "{refused:?}");
    assert!(store.load::<Session>(TenantId::generate(), &bob.session.to_string()).await.is_err());
}
