//! Somebody who tries things at the broker's door, with credentials of their own or without.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bus::Config;
use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};
use testkit::PATIENCE;

/// How long one look at the client's events takes.
const LOOK: Duration = Duration::from_millis(50);

pub struct Visitor {
    client: ClientConfig,
}

impl Visitor {
    pub fn new(config: Config) -> Self {
        let mut client = bus::client(&config);
        // A name of nobody's: whoever may not read a topic learns that from the topic, not from the group.
        client.set("group.id", "visitor").set("enable.auto.commit", "false");
        Self { client }
    }

    /// Whether a record is taken. Not idempotent, because that is refused as a whole to who may write nothing.
    pub async fn writes(&self, topic: &str) -> bool {
        let producer: FutureProducer = self.client.create().unwrap();
        let record = FutureRecord::to(topic).key("visitor").payload("not Avro");
        match producer.send(record, PATIENCE).await {
            Ok(_) => true,
            Err((error, _)) => {
                assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::TopicAuthorizationFailed), "{topic}");
                false
            }
        }
    }

    /// Whether the record is given out that stands at the beginning.
    pub async fn reads(&self, topic: &str) -> bool {
        let (client, topic) = (self.client.clone(), topic.to_owned());
        tokio::task::spawn_blocking(move || reads(&client, &topic)).await.unwrap()
    }

    /// Why it cannot join a group to read this topic.
    pub async fn joins(self, group: &str, topic: &str) -> RDKafkaErrorCode {
        let (mut client, topic) = (self.client, topic.to_owned());
        client.set("group.id", group);
        let joins = move || {
            let consumer: BaseConsumer = client.create().unwrap();
            consumer.subscribe(&[&topic]).unwrap();
            loop_until(|| match consumer.poll(LOOK) {
                Some(Err(error)) => error.rdkafka_error_code(),
                Some(Ok(_)) => panic!("a record of {topic} came"),
                None => None,
            })
        };
        tokio::task::spawn_blocking(joins).await.unwrap()
    }

    /// Why the broker does not talk to it at all.
    pub async fn hears_why_not(self) -> RDKafkaErrorCode {
        let knocks = move || {
            let consumer: BaseConsumer<Ear> = self.client.create_with_context(Ear::default()).unwrap();
            let heard = Arc::clone(&consumer.context().0);
            let why = loop_until(|| {
                let _ = consumer.poll(LOOK);
                *heard.lock().unwrap()
            });
            assert!(consumer.fetch_metadata(None, LOOK).is_err());
            why
        };
        tokio::task::spawn_blocking(knocks).await.unwrap()
    }
}

fn reads(client: &ClientConfig, topic: &str) -> bool {
    let consumer: BaseConsumer = client.create().unwrap();
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
    if let Some(error) = metadata.topics()[0].error() {
        assert_eq!(error, RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "{topic}");
        return false;
    }
    let mut beginning = TopicPartitionList::new();
    beginning.add_partition_offset(topic, 0, Offset::Offset(0)).unwrap();
    consumer.assign(&beginning).unwrap();
    loop_until(|| match consumer.poll(LOOK)? {
        Ok(_) => Some(true),
        Err(KafkaError::MessageConsumption(RDKafkaErrorCode::TopicAuthorizationFailed)) => Some(false),
        Err(KafkaError::MessageConsumption(RDKafkaErrorCode::GroupAuthorizationFailed)) => None,
        Err(error) => panic!("{topic}: {error}"),
    })
}

fn loop_until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < until, "nothing was heard for {PATIENCE:?}");
    }
}

/// Keeps the first reason that it hears.
#[derive(Default)]
struct Ear(Arc<Mutex<Option<RDKafkaErrorCode>>>);

impl ClientContext for Ear {
    fn error(&self, error: KafkaError, _: &str) {
        self.0.lock().unwrap().get_or_insert(error.rdkafka_error_code().unwrap());
    }
}

impl ConsumerContext for Ear {}
