use domain::{Aggregate, Event, Rejection, Session, TenantId};
use store::{Call, Config, Error, Store};

use crate::{Alice, Database, config, race};

#[tokio::test]
async fn what_was_appended_is_loaded_again() {
    let database = Database::fresh().await;
    let alice = Alice::with_a_session(&database.store()).await;

    let posted = alice.does(&database.store(), alice.posts("a button")).await.unwrap();

    assert_eq!(posted.version, 4);
    let names: Vec<_> = posted.events.iter().map(Event::event_type).collect();
    assert_eq!(names, ["MessagePosted", "GenerationQueued", "GenerationRequested"]);
    let loaded = alice.sees(&database.store()).await;
    assert_eq!((loaded.version, loaded.state), (4, posted.state));
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_behind() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;

    let refused = alice.calls(&store, &alice.repeatable("k", "b"), alice.posts(" ")).await;

    assert!(matches!(refused, Err(Error::Rejected(Rejection::EmptyPrompt))));
    assert_eq!(alice.sees(&store).await.version, 1);
    let accepted = alice.calls(&store, &alice.repeatable("k", "another body"), alice.posts("now")).await.unwrap();
    assert!(!accepted.replayed);
}

#[tokio::test]
async fn another_tenant_s_aggregate_is_not_there() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let mallory = Call { tenant: TenantId::generate(), ..alice.call() };
    let id = alice.session.to_string();

    let refused = [
        store.load::<Session>(mallory.tenant, &id).await.err(),
        store.history::<Session>(mallory.tenant, &id).await.err(),
        alice.calls(&store, &mallory, alice.renames("mine")).await.err(),
    ];

    for error in refused {
        assert!(matches!(error, Some(Error::Rejected(Rejection::NotFound("session")))), "{error:?}");
    }
    assert_eq!(alice.sees(&store).await.state.title, "first");
}

#[tokio::test]
async fn an_expected_version_is_kept_to() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let at = |version| Call { expected_version: Some(version), ..alice.call() };

    assert_eq!(alice.calls(&store, &at(1), alice.renames("second")).await.unwrap().version, 2);
    let refused = alice.calls(&store, &at(1), alice.renames("third")).await;

    assert!(matches!(refused, Err(Error::VersionMismatch { actual: 2 })), "{refused:?}");
}

#[tokio::test]
async fn two_who_race_both_arrive_one_after_the_other() {
    let database = Database::fresh().await;
    let alice = Alice::with_a_session(&database.store()).await;

    let [one, two] = race(&database, config(), renames(alice, alice.call())).await;

    let mut versions = [one.unwrap(), two.unwrap()];
    versions.sort_unstable();
    assert_eq!(versions, [2, 3]);
}

#[tokio::test]
async fn who_may_not_decide_anew_hears_of_the_conflict() {
    let database = Database::fresh().await;
    let alice = Alice::with_a_session(&database.store()).await;

    let [one, two] = race(&database, Config { races: 0, ..config() }, renames(alice, alice.call())).await;

    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won.unwrap(), 2);
    assert!(matches!(lost, Err(Error::Conflict)), "{lost:?}");
}

#[tokio::test]
async fn with_an_expected_version_the_slower_one_hears_the_actual_one() {
    let database = Database::fresh().await;
    let alice = Alice::with_a_session(&database.store()).await;
    let call = Call { expected_version: Some(1), ..alice.call() };

    let [one, two] = race(&database, config(), renames(alice, call)).await;

    let lost = if one.is_ok() { two } else { one };
    assert!(matches!(lost, Err(Error::VersionMismatch { actual: 2 })), "{lost:?}");
}

/// Two renames of the same session, each telling the version it led to.
fn renames(alice: Alice, call: Call) -> [impl FnOnce(Store) -> Outcome + Send + 'static; 2] {
    ["one", "two"].map(|title| {
        let call = call.clone();
        move |store: Store| -> Outcome {
            let renaming = async move { alice.calls(&store, &call, alice.renames(title)).await };
            Box::pin(async move { renaming.await.map(|executed| executed.version) })
        }
    })
}

type Outcome = std::pin::Pin<Box<dyn Future<Output = Result<i64, Error>>>>;

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_leave_no_gap_and_no_double() {
    let database = Database::fresh().await;
    let store = database.store_with(Config { races: 1_000, ..config() });
    let alice = Alice::with_a_session(&store).await;

    let writers = (0..4).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                alice.does(&store, alice.renames(&format!("{writer} {n}"))).await.unwrap();
            }
        })
    });
    futures::future::try_join_all(writers).await.unwrap();

    let history = store.history::<Session>(alice.tenant, &alice.session.to_string()).await.unwrap();
    let sequences: Vec<_> = history.iter().map(|(envelope, _)| envelope.sequence).collect();
    assert_eq!(sequences, (1..=41).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_append_is_announced_in_this_process_once_it_is_committed() {
    let database = Database::fresh().await;
    let store = database.store();
    let mut appends = store.subscribe_appends();

    let alice = Alice::with_a_session(&store).await;

    assert!(appends.has_changed().unwrap());
    appends.mark_unchanged();
    alice.does(&store, alice.renames("first")).await.unwrap(); // changes nothing
    assert!(!appends.has_changed().unwrap());
}

/// A trigger on every table of an append notes transaction and statement, and whether it is the first write.
const PROBE: &str = "
create table store.probe (at regclass, is_first boolean, xid xid8, query text);
create function store.probe() returns trigger language plpgsql security definer as $$
declare is_first boolean := pg_current_xact_id_if_assigned() is null;
begin
    insert into store.probe values (tg_relid, is_first, pg_current_xact_id(), current_query());
    return null;
end $$;";

#[tokio::test]
async fn an_append_is_one_statement_and_the_first_write_of_its_transaction() {
    let database = Database::fresh().await;
    let every = std::num::NonZeroU64::MIN;
    let store = database.store_with(Config { snapshot_every: every, ..config() });
    sqlx::raw_sql(PROBE).execute(&database.owner).await.unwrap();
    for table in ["events", "unique_claims", "idempotency", "snapshots"] {
        let trigger = format!("create trigger probe before insert on store.{table} execute function store.probe()");
        sqlx::raw_sql(&trigger).execute(&database.owner).await.unwrap();
    }

    crate::claims::registers(&store, &Alice::new().repeatable("k", "b"), "a@b.c").await.unwrap();

    let query = "select count(*), count(*) filter (where is_first), count(distinct xid), count(distinct query) from store.probe";
    let seen: (i64, i64, i64, i64) = sqlx::query_as(query).fetch_one(&database.owner).await.unwrap();
    assert_eq!(seen, (4, 1, 1, 1), "writes, first ones, transactions, statements");
}

#[tokio::test]
async fn each_row_holds_the_digest_of_its_record() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let history = store.history::<Session>(alice.tenant, &alice.session.to_string()).await.unwrap();

    let query = "select payload, schema_id, digest from store.events";
    let (payload, schema, digest): (serde_json::Value, i32, Vec<u8>) =
        sqlx::query_as(query).fetch_one(&database.pool).await.unwrap();

    let contract = events::by_id(schema.try_into().unwrap()).unwrap();
    let record = contract.encode(&history[0].0, &payload).unwrap();
    assert_eq!(digest, events::digest(&record));
}

#[tokio::test]
async fn events_are_never_changed_by_the_store_s_own_role() {
    let database = Database::fresh().await;
    Alice::with_a_session(&database.store()).await;

    for statement in ["update store.events set actor = 'x'", "delete from store.events", "truncate store.events"] {
        let refused = sqlx::query(statement).execute(&database.pool).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
}

#[tokio::test]
async fn a_session_that_folds_is_the_session_that_was_decided() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    let posted = alice.does(&store, alice.posts("x")).await.unwrap();

    let history = store.history::<Session>(alice.tenant, &alice.session.to_string()).await.unwrap();

    let folded = history.iter().fold(Session::default(), |state, (_, event)| state.apply(event));
    assert_eq!(folded, posted.state);
}
