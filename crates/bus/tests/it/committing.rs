//! A crash repeats and never skips.

use bus::Error;

use crate::broker::{committed, config, join, next_text, numbered, send, take, text, topic, until_committed};

#[tokio::test]
async fn the_offset_stays_below_the_oldest_unfinished_and_a_crash_repeats_from_there() {
    let config = config();
    let topic = topic(&config, 1).await;
    send(&config, &topic, numbered(10)).await;

    let mut consumer = join(&config, &topic);
    let mut out = take(&mut consumer, 10).await;
    let unfinished = out.remove(3);
    out.into_iter().rev().for_each(|work| consumer.finished(work));
    until_committed(&config, &topic, 3).await;

    drop(consumer); // nothing more is said to it: all that others know is what it has committed
    drop(unfinished);
    let mut heir = join(&config, &topic);
    let again: Vec<_> = take(&mut heir, 7).await.iter().map(|work| text(work)).collect();
    assert_eq!(again, ["3", "4", "5", "6", "7", "8", "9"]);
}

#[tokio::test]
async fn when_the_oldest_is_finished_all_behind_it_is_committed() {
    let config = config();
    let topic = topic(&config, 1).await;
    send(&config, &topic, numbered(10)).await;

    let mut consumer = join(&config, &topic);
    let mut out = take(&mut consumer, 10).await;
    let oldest = out.remove(0);
    out.into_iter().for_each(|work| consumer.finished(work));
    assert_eq!(committed(&config, &topic, 1).await.get(&0), None);
    consumer.finished(oldest);
    until_committed(&config, &topic, 10).await;
}

#[tokio::test]
async fn closing_commits_at_once_and_the_next_member_need_not_wait() {
    let mut config = config();
    config.consumer.commit_every = std::time::Duration::from_secs(3_600);
    let topic = topic(&config, 1).await;
    send(&config, &topic, numbered(10)).await;

    let mut consumer = join(&config, &topic);
    for work in take(&mut consumer, 4).await {
        consumer.finished(work);
    }
    consumer.close().await.unwrap();
    assert_eq!(committed(&config, &topic, 1).await.get(&0), Some(&4));

    let begun = std::time::Instant::now();
    let mut heir = join(&config, &topic);
    assert_eq!(next_text(&mut heir).await, "4");
    assert!(begun.elapsed() < config.consumer.session_timeout, "the group was left, not abandoned");
}

#[tokio::test]
async fn a_stopped_consumer_hands_out_nothing_but_takes_what_is_finished() {
    let config = config();
    let topic = topic(&config, 1).await;
    send(&config, &topic, numbered(5)).await;

    let mut consumer = join(&config, &topic);
    let out = take(&mut consumer, 2).await;
    consumer.stop();
    assert!(matches!(consumer.next().await, Err(Error::Stopped)));
    out.into_iter().for_each(|work| consumer.finished(work));
    until_committed(&config, &topic, 2).await;
    consumer.close().await.unwrap();
}
