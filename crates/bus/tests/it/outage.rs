//! The broker goes and comes back. It has a Kafka of its own, so that nobody else is disturbed.

use std::time::Duration;

use bus::{Config, Consumer, Partition, Producer, Reader, Start};
use devstack::{Options, Stack};

use crate::broker::{PATIENCE, message, text, topic};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn producers_consumers_and_readers_survive_a_killed_broker() {
    let stack = Stack::start(Options::test(), |_| {}).await.unwrap();
    let config = Config { bootstrap: stack.kafka.clone(), prefix: "outage.".to_owned(), ..Config::default() };
    let topic = topic(&config, 1).await;
    let producer = Producer::new(&config).unwrap();
    let partition = Partition::new(topic.as_str(), 0);
    let reader = Reader::open(&config, &[(partition.clone(), Start::Beginning)]).await.unwrap();
    let mut consumer = Consumer::join(&config, "workers", &[&topic], producer.clone()).unwrap();

    send(&producer, &topic, 0..20).await.into_iter().for_each(drop);
    producer.flush(PATIENCE).await.unwrap();
    read(&reader, 0..20).await;
    take(&mut consumer, 0..20).await;

    stack.kill_kafka().await.unwrap();
    let waiting = send(&producer, &topic, 20..40).await;
    stack.restart_kafka().await.unwrap();

    for (delivery, offset) in waiting.into_iter().zip(20..) {
        let placed = tokio::time::timeout(PATIENCE, delivery).await.expect("delivered in time").unwrap();
        assert_eq!(placed.offset, offset, "in order, each once");
    }
    read(&reader, 20..40).await;
    take(&mut consumer, 20..40).await;
    assert!(producer.fatal().is_none());
    consumer.close().await.unwrap();
    stack.stop().await;
}

async fn send(producer: &Producer, topic: &str, numbers: std::ops::Range<u32>) -> Vec<bus::Delivery> {
    let mut deliveries = Vec::new();
    for number in numbers {
        deliveries.push(producer.send(message(topic, "key", number)).await.unwrap());
    }
    deliveries
}

async fn read(reader: &Reader, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let record = tokio::time::timeout(PATIENCE, reader.next()).await.expect("read in time").unwrap();
        assert_eq!(text(&record), number.to_string());
    }
}

/// Repeats are allowed here: the broker may have lost the last commit.
async fn take(consumer: &mut Consumer, numbers: std::ops::Range<u32>) {
    let mut next = numbers.start;
    while next < numbers.end {
        let work =
            tokio::time::timeout(PATIENCE + Duration::from_secs(30), consumer.next()).await.expect("work").unwrap();
        let number: u32 = text(&work).parse().unwrap();
        assert!(number <= next, "nothing is skipped");
        next = next.max(number + 1);
        consumer.finished(work);
    }
}

/// As the relay sends: now and then, to several topics, also while the broker is away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_around_a_restart_arrives_soon_after_it() {
    let stack = Stack::start(Options::test(), |_| {}).await.unwrap();
    let config =
        |prefix: &str| Config { bootstrap: stack.kafka.clone(), prefix: prefix.to_owned(), ..Config::default() };
    let topics =
        [topic(&config("one."), 12).await, topic(&config("two."), 12).await, topic(&config("three."), 1).await];
    let config = config("one.");
    for round in 0..rounds() {
        let producer = Producer::new(&config).unwrap();
        for delivery in send_to_all(&producer, &topics, 0).await {
            delivery.await.unwrap();
        }
        stack.kill_kafka().await.unwrap();
        let mut waiting = send_to_all(&producer, &topics, 1).await;
        stack.restart_kafka().await.unwrap();
        let back = std::time::Instant::now();
        waiting.extend(send_to_all(&producer, &topics, 2).await);
        for (number, delivery) in waiting.into_iter().enumerate() {
            let placed = tokio::time::timeout(PATIENCE, delivery).await;
            placed.unwrap_or_else(|_| panic!("record {number} of round {round} is stuck")).unwrap();
        }
        println!("round {round}: all delivered {:?} after the restart", back.elapsed());
    }
    stack.stop().await;
}

/// More by hand: `ATELIER_ROUNDS=20`.
fn rounds() -> usize {
    std::env::var("ATELIER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2)
}

async fn send_to_all(producer: &Producer, topics: &[String], number: u32) -> Vec<bus::Delivery> {
    let mut deliveries = Vec::new();
    for topic in topics {
        for key in 0..12 {
            deliveries.push(producer.send(message(topic, &format!("key {key}"), number)).await.unwrap());
        }
    }
    deliveries
}
