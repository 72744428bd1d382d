//! From start to stop.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use devstack::{Keep, Options, Source, Stack};
use redis::AsyncCommands;

use crate::ask;
use crate::held::{all_ended, runs};

#[tokio::test]
async fn all_three_answer_until_they_are_stopped_and_leave_nothing() {
    let options = Options { source: Source::Native, ..Options::test() };
    let state = options.state.clone();
    devstack::prepare(super::say).await.unwrap();
    let said = Mutex::new(Vec::new());
    let stack = Stack::start(options, |line| said.lock().unwrap().push(line.to_owned())).await.unwrap();
    let said = said.into_inner().unwrap();
    assert!(said.len() == 3 && said.iter().all(|line| line.contains("ready after")), "{said:?}");

    assert_eq!(ask::sql::<i32>(&stack, "select 1").await, 1);
    ask::run_sql(
        &stack,
        "create extension vector; create table points (at vector(2)); insert into points values ('[1,2]')",
    )
    .await;
    assert_eq!(ask::sql::<i32>(&stack, "select (at <-> '[4,6]')::int from points").await, 5);
    ask::create_topic(&stack, "sessions").await;
    assert!(ask::topics(&stack).await.contains(&"sessions".to_owned()));
    let pong: String = redis::cmd("PING").query_async(&mut ask::redis(&stack).await).await.unwrap();
    assert_eq!(pong, "PONG");

    let pids = [stack.kafka_pid(), stack.postgres_pid(), stack.redis_pid()].map(Option::unwrap);
    assert!(pids.iter().all(|pid| runs(*pid)));
    stack.stop().await;
    assert!(!pids.iter().any(|pid| runs(*pid)), "{pids:?}");
    assert!(!state.exists());
}

#[tokio::test]
async fn a_stack_that_is_dropped_ends_as_well() {
    let stack = super::native().await;
    let pids = [stack.kafka_pid(), stack.postgres_pid(), stack.redis_pid()].map(Option::unwrap);

    drop(stack);

    assert!(all_ended(&pids, Duration::ZERO).await.is_some(), "{pids:?}");
}

fn closed_folder() -> tempfile::TempDir {
    let closed = Permissions::from_mode(0o700);
    tempfile::Builder::new().permissions(closed).tempdir().unwrap()
}

#[tokio::test]
async fn kept_data_is_there_at_the_next_start() {
    // Closed to other users: root's Postgres then keeps its data elsewhere.
    let folder = closed_folder();
    let state = folder.path().join("state");
    let options = || Options { state: state.clone(), keep: Keep::Data, source: Source::Native, ..Options::test() };

    let first = Stack::start(options(), super::say).await.unwrap();
    ask::run_sql(&first, "create table kept (n int); insert into kept values (42)").await;
    ask::create_topic(&first, "kept").await;
    let () = ask::redis(&first).await.set("kept", "yes").await.unwrap();
    let begun = Instant::now();
    first.stop().await;
    eprintln!("stopped after {:?}", begun.elapsed());

    let begun = Instant::now();
    let second = Stack::start(options(), super::say).await.unwrap();
    eprintln!("with data, all ready after {:?}", begun.elapsed());
    assert_eq!(ask::sql::<i32>(&second, "select n from kept").await, 42);
    assert!(ask::topics(&second).await.contains(&"kept".to_owned()));
    assert_eq!(ask::redis(&second).await.get::<_, String>("kept").await.unwrap(), "yes");
    second.stop().await;
    std::fs::remove_dir_all(std::fs::canonicalize(state.join("postgres")).unwrap()).unwrap();
}
