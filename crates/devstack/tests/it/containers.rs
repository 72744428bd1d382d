//! The three in containers. Skipped where no engine answers.

use std::path::Path;

use devstack::{Keep, Options, Source, Stack};
use redis::AsyncCommands;
use testcontainers::bollard::query_parameters::RemoveVolumeOptions;
use testcontainers::core::client::docker_client_instance;

use crate::ask;

#[tokio::test]
async fn containers_answer_come_back_after_a_kill_and_keep_data() {
    if !devstack::engine_answers().await {
        eprintln!("skipped: no container engine answers (DOCKER_HOST or its usual socket)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let options =
        || Options { state: folder.path().into(), keep: Keep::Data, source: Source::Containers, ..Options::test() };

    let first = Stack::start(options(), super::say).await.unwrap();
    ask::run_sql(&first, "create extension vector; create table kept (n int); insert into kept values (42)").await;
    ask::create_topic(&first, "kept").await;
    let () = ask::redis(&first).await.set("kept", "yes").await.unwrap();
    for part in 0..3 {
        kill_and_restart(&first, part).await;
    }
    has_all(&first).await;
    first.stop().await;

    let second = Stack::start(options(), super::say).await.unwrap();
    has_all(&second).await;
    second.stop().await;
    remove_volumes(folder.path()).await;
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
