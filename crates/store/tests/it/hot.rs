//! What a process remembers is never believed against the store.

use super::*;

#[tokio::test]
async fn another_process_is_noticed_by_the_next_command() {
    let database = Database::fresh().await;
    let (here, there) = (database.store(), database.store());
    let alice = Alice::with_a_session(&here).await;
    alice.does(&there, alice.renames("second")).await.unwrap();
    let third = alice.does(&here, alice.renames("third")).await.unwrap();
    assert_eq!((third.version, third.state.title.as_str()), (3, "third"));
}

#[tokio::test]
async fn an_outdated_refusal_is_not_the_last_word() {
    let database = Database::fresh().await;
    let (here, there) = (database.store(), database.store());
    let alice = Alice::with_a_session(&here).await;
    // To this process the title is the old one, so that renaming to it changes nothing.
    alice.does(&there, alice.renames("second")).await.unwrap();
    let back = alice.does(&here, alice.renames("first")).await.unwrap();
    assert_eq!((back.version, back.events.len()), (3, 1));
}

#[tokio::test]
async fn what_another_process_deleted_is_gone_here_too() {
    let database = Database::fresh().await;
    let (here, there) = (database.store(), database.store());
    let alice = Alice::with_a_session(&here).await;
    alice.does(&there, Command::Delete { by: alice.id }).await.unwrap();
    let refused = alice.does(&here, alice.renames("second")).await;
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn a_repeat_hears_the_first_answer_although_the_state_is_remembered() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let call = alice.repeatable("once", "the same");
    let first = alice.calls(&store, &call, alice.posts("hello")).await.unwrap();
    let again = alice.calls(&store, &call, alice.posts("hello")).await.unwrap();
    assert!(again.replayed && again.events.is_empty());
    assert_eq!(again.version, first.version);
    let other = alice.calls(&store, &alice.repeatable("once", "another"), alice.posts("hello")).await;
    assert!(matches!(other, Err(Error::KeyReused)), "{other:?}");
}

#[tokio::test]
async fn an_expected_version_is_compared_with_what_is_stored() {
    let database = Database::fresh().await;
    let (here, there) = (database.store(), database.store());
    let alice = Alice::with_a_session(&here).await;
    alice.does(&there, alice.renames("second")).await.unwrap();
    let expecting = |version| Call { expected_version: Some(version), ..alice.call() };
    let outdated = alice.calls(&here, &expecting(1), alice.renames("third")).await;
    assert!(matches!(outdated, Err(Error::VersionMismatch { actual: 2 })), "{outdated:?}");
    assert_eq!(alice.calls(&here, &expecting(2), alice.renames("third")).await.unwrap().version, 3);
}

#[tokio::test]
async fn a_command_on_a_remembered_aggregate_reads_nothing() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    // Whoever reads finds nothing; whoever remembers appends the next event.
    sqlx::query("update store.events set aggregate_type = 'hidden'").execute(&database.owner).await.unwrap();
    assert_eq!(alice.does(&store, alice.renames("second")).await.unwrap().version, 2);
}

/// The database as it was before the last event, and then as `atelier relay rebase` leaves it.
async fn restored(database: &Database) {
    sqlx::raw_sql("delete from store.events where sequence = 2; update store.rebases set count = count + 1")
        .execute(&database.owner)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_remembered_before_a_restore_is_read_again() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    assert_eq!(alice.does(&store, alice.renames("second")).await.unwrap().version, 2);
    restored(&database).await;
    let third = alice.does(&store, alice.renames("third")).await.unwrap();
    assert_eq!((third.version, third.state.title.as_str()), (2, "third"), "no gap, and nothing of what is lost");
    let fourth = alice.does(&store, alice.renames("fourth")).await.unwrap();
    assert_eq!(fourth.version, 3, "the new era goes on");
}

#[tokio::test]
async fn what_others_wrote_after_a_restore_is_not_taken_for_what_was_remembered() {
    let database = Database::fresh().await;
    let (here, there) = (database.store(), database.store());
    let alice = Alice::with_a_session(&here).await;
    alice.does(&here, alice.renames("second")).await.unwrap();
    restored(&database).await;
    // The same version, and another title.
    alice.does(&there, Command::Delete { by: alice.id }).await.unwrap();
    let refused = alice.does(&here, alice.renames("third")).await;
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
}
