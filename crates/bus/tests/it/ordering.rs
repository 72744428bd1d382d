//! What one consumer hands out, and when.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::broker::{config, is_quiet, join, next, next_text, numbered, send, take, text, topic};

#[tokio::test]
async fn different_keys_are_out_at_once_and_one_key_in_order() {
    let config = config();
    let topic = topic(&config, 3).await;
    send(&config, &topic, (0..60).map(|i| (format!("key-{}", i % 6), i.to_string()))).await;

    let mut consumer = join(&config, &topic);
    let mut out = VecDeque::from(take(&mut consumer, 6).await);
    assert_eq!(out.iter().map(|work| work.key_text().to_owned()).collect::<BTreeSet<_>>().len(), 6);
    assert!(is_quiet(&mut consumer).await, "every key is busy");

    let mut seen: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    while let Some(work) = out.pop_front() {
        seen.entry(work.key_text().to_owned()).or_default().push(text(&work).parse().unwrap());
        consumer.finished(work);
        if seen.values().map(Vec::len).sum::<usize>() + out.len() < 60 {
            out.push_back(next(&mut consumer).await);
        }
    }
    for (key, numbers) in seen {
        let first = numbers[0] % 6;
        assert_eq!(numbers, (0..10).map(|i| first + 6 * i).collect::<Vec<_>>(), "{key}");
    }
}

#[tokio::test]
async fn failed_work_comes_again_after_a_growing_pause_and_holds_back_its_key() {
    let mut config = config();
    config.consumer.retry_first = Duration::from_millis(100);
    let topic = topic(&config, 1).await;
    let records = [("a", "1"), ("a", "2"), ("b", "3")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    send(&config, &topic, records).await;

    let mut consumer = join(&config, &topic);
    let first = next(&mut consumer).await;
    let begun = tokio::time::Instant::now();
    assert_eq!((text(&first).as_str(), first.tries), ("1", 1));
    consumer.again(first, &"the database is away").await.unwrap();

    let other = next(&mut consumer).await;
    assert_eq!(text(&other), "3", "other keys go on meanwhile");
    consumer.finished(other);

    let second = next(&mut consumer).await;
    assert_eq!((text(&second).as_str(), second.tries), ("1", 2));
    assert!(begun.elapsed() >= Duration::from_millis(100));
    let begun = tokio::time::Instant::now();
    consumer.again(second, &"still away").await.unwrap();

    let third = next(&mut consumer).await;
    assert_eq!((text(&third).as_str(), third.tries), ("1", 3));
    assert!(begun.elapsed() >= Duration::from_millis(200));
    consumer.finished(third);
    assert_eq!(next_text(&mut consumer).await, "2");
}

#[tokio::test]
async fn no_more_is_held_than_allowed_and_fetching_goes_on_when_there_is_room() {
    let mut config = config();
    config.consumer.in_hand = 5;
    let topic = topic(&config, 2).await;
    send(&config, &topic, numbered(60)).await;

    let mut consumer = join(&config, &topic);
    let mut out = take(&mut consumer, 5).await;
    assert!(is_quiet(&mut consumer).await, "five are enough");

    let mut seen = BTreeSet::new();
    while let Some(work) = out.pop() {
        assert!(seen.insert(text(&work)), "each once");
        consumer.finished(work);
        if out.is_empty() && seen.len() < 60 {
            out.push(next(&mut consumer).await);
        }
    }
    assert_eq!(seen.len(), 60);
}

#[tokio::test]
async fn what_is_finished_behind_something_unfinished_is_bounded_too() {
    let mut config = config();
    config.consumer.window = 10;
    let topic = topic(&config, 1).await;
    send(&config, &topic, numbered(40)).await;

    let mut consumer = join(&config, &topic);
    let oldest = next(&mut consumer).await;
    for work in take(&mut consumer, 9).await {
        consumer.finished(work);
    }
    assert!(is_quiet(&mut consumer).await, "a crash would repeat ten already");
    consumer.finished(oldest);
    take(&mut consumer, 10).await.into_iter().for_each(|work| consumer.finished(work));
}
