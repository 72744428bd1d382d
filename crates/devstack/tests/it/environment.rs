//! Servers of somebody else, named by the environment.

use std::process::Stdio;

use crate::held::{hold, pids, runs};

#[tokio::test]
async fn servers_of_the_environment_are_used_and_left_alone() {
    let stack = super::native().await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = hold(folder.path(), "environment");
    command
        .env("KAFKA_BOOTSTRAP", &stack.kafka)
        .env("DATABASE_URL", stack.postgres.as_str())
        .env("REDIS_URL", stack.redis.as_str());
    let mut holder = command.spawn().unwrap();

    assert_eq!(pids(&mut holder).await, [0, 0, 0]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    holder.kill().await.unwrap();
    assert!(
        stack.kafka_pid().is_some_and(runs)
            && stack.postgres_pid().is_some_and(runs)
            && stack.redis_pid().is_some_and(runs)
    );
    stack.stop().await;
}

#[tokio::test]
async fn an_incomplete_environment_is_told_by_name() {
    let mut command = hold("unused".as_ref(), "environment");
    command
        .env_remove("KAFKA_BOOTSTRAP")
        .env_remove("DATABASE_URL")
        .env("REDIS_URL", "redis://127.0.0.1")
        .stderr(Stdio::piped());

    let output = command.spawn().unwrap().wait_with_output().await.unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("KAFKA_BOOTSTRAP") && said.contains("DATABASE_URL") && !said.contains("REDIS_URL"), "{said}");
}
