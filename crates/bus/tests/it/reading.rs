//! Readers: alone, from where they like.

use std::time::Duration;

use bus::{Config, Error, Partition, Reader, Start};

use crate::broker::{PATIENCE, config, message, numbered, send, text, topic};

async fn next(reader: &Reader) -> String {
    text(&tokio::time::timeout(PATIENCE, reader.next()).await.expect("a record in time").unwrap())
}

async fn one_partition(records: usize) -> (Config, Partition) {
    let config = config();
    let topic = topic(&config, 1).await;
    send(&config, &topic, numbered(records)).await;
    (config, Partition::new(topic.as_str(), 0))
}

async fn add(config: &Config, partition: &Partition, payload: &str) {
    send(config, &partition.topic, [("key".to_owned(), payload.to_owned())]).await;
}

#[tokio::test]
async fn a_reader_begins_where_it_is_told() {
    let (config, partition) = one_partition(5).await;
    let from = |start| {
        let (config, partition) = (config.clone(), partition.clone());
        async move { Reader::open(&config, &[(partition, start)]).await.unwrap() }
    };

    assert_eq!(next(&from(Start::Beginning).await).await, "0");
    assert_eq!(next(&from(Start::At(3)).await).await, "3");
    let (end, five) = (from(Start::End).await, from(Start::At(5)).await);
    add(&config, &partition, "new").await;
    assert_eq!(next(&end).await, "new", "what is written after `open` is not missed");
    assert_eq!(next(&five).await, "new");
}

#[tokio::test]
async fn an_offset_that_is_not_there_is_an_error() {
    let (config, partition) = one_partition(5).await;
    let reader = Reader::new(&config).unwrap();
    let error = reader.add(&partition, Start::At(6)).await.unwrap_err();
    assert!(matches!(error, Error::OutOfRange { offset: 6, low: 0, high: 5, .. }), "{error}");
    let nowhere = Partition::new(config.topics().named("missing"), 0);
    assert!(matches!(reader.add(&nowhere, Start::End).await, Err(Error::UnknownTopic(_))));
}

#[tokio::test]
async fn partitions_are_added_and_removed_while_reading() {
    let config = config();
    let topic = topic(&config, 2).await;
    let of = |number| Partition::new(topic.as_str(), number);
    let key = |number| (0..).map(|i| format!("k{i}")).find(|k| bus::partition_of(k.as_bytes(), 2) == number).unwrap();
    let reader = Reader::open(&config, &[(of(0), Start::End)]).await.unwrap();
    send(&config, &topic, [(key(1), "unheard".to_owned()), (key(0), "first".to_owned())]).await;
    assert_eq!(next(&reader).await, "first");

    assert_eq!(reader.add(&of(1), Start::Beginning).await.unwrap(), 0);
    assert_eq!(next(&reader).await, "unheard");

    reader.remove(&of(0)).unwrap();
    send(&config, &topic, [(key(0), "gone".to_owned()), (key(1), "still here".to_owned())]).await;
    assert_eq!(next(&reader).await, "still here");
}

#[tokio::test]
async fn a_time_is_found() {
    let (config, partition) = one_partition(2).await;
    let reader = Reader::open(&config, &[(partition.clone(), Start::Beginning)]).await.unwrap();
    next(&reader).await;
    let second = tokio::time::timeout(PATIENCE, reader.next()).await.unwrap().unwrap().timestamp.unwrap();
    // Timestamps are milliseconds; the next record needs one of its own.
    while chrono::Utc::now() < second + chrono::TimeDelta::milliseconds(1) {
        tokio::task::yield_now().await;
    }
    add(&config, &partition, "third").await;

    let after = second + chrono::TimeDelta::milliseconds(1);
    assert_eq!(reader.offset_at(&partition, after).await.unwrap(), 2);
    assert_eq!(reader.offset_at(&partition, chrono::DateTime::UNIX_EPOCH).await.unwrap(), 0);
    let future = second + chrono::TimeDelta::days(1);
    assert_eq!(reader.offset_at(&partition, future).await.unwrap(), 3, "where the next one will be");
}

#[tokio::test]
async fn two_readers_see_everything_each_and_commit_nothing() {
    let (config, partition) = one_partition(3).await;
    for _ in 0..2 {
        let reader = Reader::open(&config, &[(partition.clone(), Start::Beginning)]).await.unwrap();
        for number in 0..3 {
            assert_eq!(next(&reader).await, number.to_string());
        }
    }
}

#[tokio::test]
async fn a_record_arrives_soon_after_it_was_sent() {
    let (config, partition) = one_partition(0).await;
    let reader = Reader::open(&config, &[(partition.clone(), Start::End)]).await.unwrap();
    let producer = bus::Producer::new(&config).unwrap();
    let mut times = Vec::new();
    for _ in 0..50 {
        let begun = std::time::Instant::now();
        let sent = producer.send(message(&partition.topic, "key", "x")).await.unwrap();
        next(&reader).await;
        times.push(begun.elapsed());
        sent.await.unwrap();
    }
    times.sort();
    println!("sent to read: median {:?}, slowest {:?}", times[25], times[49]);
    assert!(times[25] < Duration::from_millis(100), "nothing waits for a timer: {:?}", times[25]);
}
