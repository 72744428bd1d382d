use std::num::NonZeroU64;

use domain::session::Command;
use domain::{Aggregate, Session};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::{Config, Store};

use crate::{Alice, Database, config};

fn every(events: u64) -> Config {
    Config { snapshot_every: NonZeroU64::new(events).unwrap(), ..config() }
}

/// What somebody may do next, refused or not.
#[derive(Clone, Debug)]
enum Step {
    Rename(String),
    Post,
    CancelNewest,
    Delete,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => "[a-z]{1,8}".prop_map(Step::Rename),
        4 => Just(Step::Post),
        3 => Just(Step::CancelNewest),
        1 => Just(Step::Delete),
    ]
}

impl Step {
    fn command(&self, alice: &Alice, state: &Session) -> Option<Command> {
        let by = alice.id;
        match self {
            Self::Rename(title) => Some(alice.renames(title)),
            Self::Post => Some(alice.posts("more")),
            Self::CancelNewest => {
                let queued = state.queue.back().map(|queued| queued.generation_id);
                let generation_id = queued.or_else(|| Some(state.running.as_ref()?.generation_id))?;
                Some(Command::Cancel { by, generation_id })
            }
            Self::Delete => Some(Command::Delete { by }),
        }
    }
}

async fn walk(store: &Store, steps: &[Step]) {
    let alice = Alice::with_a_session(store).await;
    for step in steps {
        let state = alice.sees(store).await.state;
        if let Some(command) = step.command(&alice, &state) {
            let _ = alice.does(store, command).await; // a refusal is fine here
        }
    }
    let history = store.history::<Session>(alice.tenant, &alice.session.to_string()).await.unwrap();
    let folded = history.iter().fold(Session::default(), |state, (_, event)| state.apply(event));
    let loaded = alice.sees(store).await;
    assert_eq!((loaded.state, loaded.version), (folded, history.len() as i64));
}

#[test]
fn a_snapshot_and_its_tail_say_what_the_whole_stream_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::fresh());
    let walks = (1_u64..6, prop::collection::vec(step(), 1..30));
    let cases = ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(cases)
        .run(&walks, |(interval, steps)| {
            runtime.block_on(walk(&database.store_with(every(interval)), &steps));
            Ok(())
        })
        .unwrap();
    let query = "select count(*) from store.snapshots";
    let snapshots: i64 = runtime.block_on(sqlx::query_scalar(query).fetch_one(&database.pool)).unwrap();
    assert!(snapshots > 0);
}

#[tokio::test]
async fn a_load_begins_at_the_snapshot() {
    let database = Database::fresh().await;
    let store = database.store_with(every(2));
    let alice = Alice::with_a_session(&store).await;
    alice.does(&store, alice.renames("second")).await.unwrap();
    alice.does(&store, alice.renames("third")).await.unwrap();

    sqlx::query("delete from store.events where sequence <= 2").execute(&database.owner).await.unwrap();

    let loaded = alice.sees(&store).await;
    assert_eq!((loaded.version, loaded.state.title.as_str()), (3, "third"));
}

#[tokio::test]
async fn a_missing_event_is_noticed_and_not_folded_over() {
    let database = Database::fresh().await;
    let store = database.store();
    let alice = Alice::with_a_session(&store).await;
    alice.does(&store, alice.renames("second")).await.unwrap();
    sqlx::query("delete from store.events where sequence = 1").execute(&database.owner).await.unwrap();

    let refused = store.load::<Session>(alice.tenant, &alice.session.to_string()).await;

    assert!(matches!(refused, Err(store::Error::Corrupt(_))), "{refused:?}");
}
