//! Questions to the servers, in their own protocols.

use std::time::Duration;

use devstack::Stack;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use sqlx::{Connection, PgConnection};

pub async fn postgres(stack: &Stack) -> PgConnection {
    PgConnection::connect(stack.postgres.as_str()).await.unwrap()
}

pub async fn redis(stack: &Stack) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(stack.redis.clone()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

pub async fn sql<T>(stack: &Stack, question: &str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(question).fetch_one(&mut postgres(stack).await).await.unwrap()
}

pub async fn run_sql(stack: &Stack, statements: &str) {
    sqlx::raw_sql(statements).execute(&mut postgres(stack).await).await.unwrap();
}

pub async fn create_topic(stack: &Stack, name: &str) {
    let admin: AdminClient<DefaultClientContext> = kafka(stack).create().unwrap();
    let topic = NewTopic::new(name, 1, TopicReplication::Fixed(1));
    let created = admin.create_topics(&[topic], &AdminOptions::new()).await.unwrap();
    assert!(created[0].is_ok(), "{created:?}");
}

pub async fn topics(stack: &Stack) -> Vec<String> {
    let client: BaseConsumer = kafka(stack).create().unwrap();
    let metadata = tokio::task::spawn_blocking(move || client.fetch_metadata(None, Duration::from_secs(10)));
    metadata.await.unwrap().unwrap().topics().iter().map(|topic| topic.name().to_owned()).collect()
}

fn kafka(stack: &Stack) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &stack.kafka);
    config
}
