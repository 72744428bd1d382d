//! Producers.

use std::collections::BTreeMap;
use std::time::Duration;

use bus::{Config, Error, Headers, Partition, Producer, Reader, Start, headers, partition_of};
use rdkafka::mocking::MockCluster;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use crate::broker::{self, PATIENCE, config, message, numbered, text, topic};

#[tokio::test]
async fn records_of_one_key_keep_their_order_even_with_little_room() {
    let mut config = config();
    config.producer.queue_records = 7;
    let topic = topic(&config, 4).await;
    let records: Vec<_> = (0..400).map(|i| (format!("key-{}", i % 5), i.to_string())).collect();
    broker::send(&config, &topic, records).await;

    let starts: Vec<_> = (0..4).map(|n| (Partition::new(topic.as_str(), n), Start::Beginning)).collect();
    let reader = Reader::open(&config, &starts).await.unwrap();
    let mut last: BTreeMap<String, i32> = BTreeMap::new();
    for _ in 0..400 {
        let record = tokio::time::timeout(PATIENCE, reader.next()).await.unwrap().unwrap();
        let number: i32 = text(&record).parse().unwrap();
        let before = last.insert(record.key_text().to_owned(), number);
        assert_eq!(number, before.map_or(number % 5, |before| before + 5), "in order, each once");
    }
}

#[tokio::test]
async fn a_key_goes_where_we_say_it_goes() {
    let config = config();
    let topic = topic(&config, 24).await;
    let keys: Vec<_> = (0..200).map(|_| domain_like_id()).collect();
    let placed = broker::send(&config, &topic, keys.iter().map(|key| (key.clone(), String::new()))).await;
    for (key, placed) in keys.iter().zip(placed) {
        assert_eq!(placed.partition, partition_of(key.as_bytes(), 24), "{key}");
    }
}

/// `ses_` and random hex, of varying length so that every tail of the hash is met.
fn domain_like_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    let number = RandomState::new().hash_one(0);
    format!("ses_{number:x}{}", "x".repeat((number % 5) as usize))
}

#[tokio::test]
async fn headers_travel_along() {
    let config = config();
    let topic = topic(&config, 1).await;
    let sent = Headers::new()
        .with(headers::EVENT_TYPE, "SessionOpened")
        .with(headers::POSITION, 42)
        .with(headers::SEQUENCE, 7)
        .with_some(headers::CAUSATION_ID, None::<String>)
        .with(headers::TRACEPARENT, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let producer = Producer::new(&config).unwrap();
    let with_headers = bus::Message { headers: sent.clone(), ..message(&topic, "k", "v") };
    producer.send(with_headers).await.unwrap().await.unwrap();

    let reader = Reader::open(&config, &[(Partition::new(topic.as_str(), 0), Start::Beginning)]).await.unwrap();
    let record = reader.next().await.unwrap();
    assert_eq!(record.headers, sent);
    assert_eq!((record.headers.position(), record.headers.sequence()), (Some(42), Some(7)));
    assert!(record.headers.traceparent().unwrap().starts_with("00-0af7"));
    assert_eq!(record.headers.get(headers::CAUSATION_ID), None);
    assert!(record.timestamp.is_some());
}

#[tokio::test]
async fn a_record_that_is_too_large_is_refused_and_harms_nobody() {
    let config = Config { max_record_bytes: 10_000, ..config() };
    let topic = topic(&config, 1).await;
    let producer = Producer::new(&config).unwrap();
    let error = producer.send(message(&topic, "k", "x".repeat(20_000))).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge(20_000)), "{error}");
    producer.send(message(&topic, "k", "small")).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_an_error_and_is_not_made() {
    let mut config = config();
    config.properties.insert("topic.metadata.propagation.max.ms".to_owned(), "500".to_owned().into());
    let missing = config.topics().named("missing");
    let producer = Producer::new(&config).unwrap();
    let sent = async { producer.send(message(&missing, "k", "v")).await?.await };
    let error = tokio::time::timeout(PATIENCE, sent).await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::UnknownTopic(topic) if *topic == missing), "{error}");
}

/// Nobody listens on port 9 of this machine.
fn without_brokers() -> Config {
    Config { bootstrap: "127.0.0.1:9".to_owned(), ..Config::default() }
}

#[tokio::test]
async fn waiting_for_room_has_an_end() {
    let mut config = without_brokers();
    config.producer.queue_records = 3;
    config.producer.room_timeout = Duration::from_millis(200);
    let producer = Producer::new(&config).unwrap();
    let mut deliveries = Vec::new();
    let error = loop {
        match producer.send(message("t", "k", "v")).await {
            Ok(delivery) => deliveries.push(delivery),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::QueueFull(_)), "{error}");
    assert_eq!(deliveries.len(), 3);
}

#[tokio::test]
async fn purging_ends_every_delivery() {
    let producer = Producer::new(&without_brokers()).unwrap();
    let mut deliveries = Vec::new();
    for _ in 0..10 {
        deliveries.push(producer.send(message("t", "k", "v")).await.unwrap());
    }
    producer.purge();
    for delivery in deliveries {
        assert!(matches!(tokio::time::timeout(PATIENCE, delivery).await.unwrap(), Err(Error::Purged)));
    }
}

#[tokio::test]
async fn a_delivery_that_takes_too_long_has_failed() {
    let mut config = without_brokers();
    config.producer.delivery_timeout = Duration::from_millis(300);
    let producer = Producer::new(&config).unwrap();
    let delivery = producer.send(message("t", "k", "v")).await.unwrap();
    let error = tokio::time::timeout(PATIENCE, delivery).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::NotDelivered { .. }), "{error}");
}

#[tokio::test]
async fn flushing_waits_for_all_deliveries() {
    let config = config();
    let topic = topic(&config, 1).await;
    let producer = Producer::new(&config).unwrap();
    for (key, payload) in numbered(100) {
        drop(producer.send(message(&topic, &key, payload)).await.unwrap());
    }
    producer.flush(PATIENCE).await.unwrap();

    let reader = Reader::new(&config).unwrap();
    assert_eq!(reader.range(&Partition::new(topic.as_str(), 0)).await.unwrap(), (0, 100));
}

/// The one test that needs a broker which misbehaves to order.
#[tokio::test]
async fn a_broken_producer_says_so_and_a_new_one_works() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    cluster.request_errors(RDKafkaApiKey::InitProducerId, &[denied; 20]);
    let config = Config { bootstrap: cluster.bootstrap_servers(), ..Config::default() };

    let broken = Producer::new(&config).unwrap();
    let sent = async { broken.send(message("t", "k", "v")).await?.await };
    let error = tokio::time::timeout(PATIENCE, sent).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Fatal(_)), "{error:?}");
    assert!(matches!(broken.fatal(), Some(Error::Fatal(_))));
    assert!(matches!(broken.send(message("t", "k", "v")).await, Err(Error::Fatal(_))));

    cluster.clear_request_errors(RDKafkaApiKey::InitProducerId);
    let fresh = Producer::new(&config).unwrap();
    assert!(fresh.fatal().is_none());
    fresh.send(message("t", "k", "v")).await.unwrap().await.unwrap();
}
