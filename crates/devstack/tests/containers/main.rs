//! The three in containers. Skipped where no engine is named by `DOCKER_HOST`, and none is at its usual socket.
//!
//! `./test containers` makes an engine and images for it.

#[path = "../it/ask.rs"]
mod ask;

use std::io::Write;
use std::path::Path;

use devstack::{Keep, Options, Source, Stack};
use redis::AsyncCommands;
use testcontainers::bollard::query_parameters::RemoveVolumeOptions;
use testcontainers::core::client::docker_client_instance;

#[tokio::test]
async fn containers_answer_come_back_after_a_kill_and_keep_data() {
    if std::env::var_os("DOCKER_HOST").is_none() && !devstack::engine_answers().await {
        // The harness hides what `eprintln` writes in a test that passes.
        return writeln!(std::io::stderr(), "skipped: no container engine answers").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let options =
        || Options { state: folder.path().into(), keep: Keep::Data, source: Source::Containers, ..Options::test() };

    let first = Stack::start(options(), say).await.unwrap();
    ask::run_sql(&first, "create extension vector; create table kept (n int); insert into kept values (42)").await;
    ask::create_topic(&first, "kept").await;
    let () = ask::redis(&first).await.set("kept", "yes").await.unwrap();
    for part in 0..3 {
        kill_and_restart(&first, part).await;
    }
    has_all(&first).await;
    first.stop().await;

    let second = Stack::start(options(), say).await.unwrap();
    has_all(&second).await;
    second.stop().await;
    remove_volumes(folder.path()).await;
}

fn say(line: &str) {
    eprintln!("{line}");
}

/// What a kept stack leaves in the engine, by the mark of its folder.
async fn remove_volumes(state: &Path) {
    let docker = docker_client_instance().await.unwrap();
    let mark = std::fs::read_to_string(state.join("mark")).unwrap();
    for server in ["kafka", "postgres", "redis"] {
        docker.remove_volume(&format!("{mark}-{server}"), None::<RemoveVolumeOptions>).await.unwrap();
    }
}

async fn kill_and_restart(stack: &Stack, part: u8) {
    match part {
        0 => stack.kill_kafka().await.and(stack.restart_kafka().await),
        1 => stack.kill_postgres().await.and(stack.restart_postgres().await),
        _ => stack.kill_redis().await.and(stack.restart_redis().await),
    }
    .unwrap();
}

async fn has_all(stack: &Stack) {
    assert_eq!(ask::sql::<i32>(stack, "select n from kept").await, 42);
    assert!(ask::topics(stack).await.contains(&"kept".to_owned()));
    assert_eq!(ask::redis(stack).await.get::<_, String>("kept").await.unwrap(), "yes");
}
