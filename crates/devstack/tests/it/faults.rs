//! Servers that die and come back. One stack for all three: starting one costs seconds of CPU.

use devstack::Stack;

use crate::ask;
use crate::held::runs;

#[tokio::test]
async fn each_comes_back_after_kill_minus_nine() {
    let stack = super::native().await;
    postgres_has_what_was_committed(&stack).await;
    kafka_has_its_topics(&stack).await;
    redis_answers(&stack).await;
    stack.stop().await;
}

async fn postgres_has_what_was_committed(stack: &Stack) {
    let before = stack.postgres_pid().unwrap();
    ask::run_sql(stack, "create table kept (n int); insert into kept values (42)").await;

    stack.kill_postgres().await.unwrap();
    assert_eq!((stack.postgres_pid(), runs(before)), (None, false));

    stack.restart_postgres().await.unwrap();
    assert_ne!(stack.postgres_pid(), Some(before));
    assert_eq!(ask::sql::<i32>(stack, "select n from kept").await, 42);
}

async fn kafka_has_its_topics(stack: &Stack) {
    let before = stack.kafka_pid().unwrap();
    ask::create_topic(stack, "kept").await;

    stack.kill_kafka().await.unwrap();
    assert_eq!((stack.kafka_pid(), runs(before)), (None, false));

    stack.restart_kafka().await.unwrap();
    assert!(ask::topics(stack).await.contains(&"kept".to_owned()));
}

async fn redis_answers(stack: &Stack) {
    stack.kill_redis().await.unwrap();
    assert_eq!(stack.redis_pid(), None);

    stack.restart_redis().await.unwrap();
    let pong: String = redis::cmd("PING").query_async(&mut ask::redis(stack).await).await.unwrap();
    assert_eq!(pong, "PONG");
}
