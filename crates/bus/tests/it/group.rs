//! Several members share the work.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bus::{Assignment, Consumer};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use tokio::sync::watch;

use crate::broker::{PATIENCE, committed, config, is_quiet, join, next, next_text, numbered, send, take, text, topic};

async fn until(assignment: &mut watch::Receiver<Assignment>, is: impl FnMut(&Assignment) -> bool) -> Assignment {
    tokio::time::timeout(PATIENCE, assignment.wait_for(is)).await.expect("assigned in time").unwrap().clone()
}

/// Finishes what comes until the numbers are all there or it is told to end.
async fn work(
    mut consumer: Consumer,
    seen: tokio::sync::mpsc::UnboundedSender<usize>,
    stop: tokio_util::sync::CancellationToken,
) {
    loop {
        let work = tokio::select! {
            work = consumer.next() => work.unwrap(),
            () = stop.cancelled() => return consumer.close().await.unwrap(),
        };
        seen.send(text(&work).parse().unwrap()).unwrap();
        consumer.finished(work);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_and_go_and_nothing_is_lost() {
    let config = config();
    let topic = topic(&config, 6).await;
    let total = 3_000;
    let stream = tokio::spawn({
        let (config, topic) = (config.clone(), topic.clone());
        async move {
            let producer = bus::Producer::new(&config).unwrap();
            for (key, payload) in numbered(total) {
                producer.send(crate::broker::message(&topic, &key, payload)).await.unwrap().await.unwrap();
            }
        }
    });

    let (say, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let stops: Vec<_> = (0..3).map(|_| tokio_util::sync::CancellationToken::new()).collect();
    let first = join(&config, &topic);
    let mut assigned = first.assignment();
    let first = tokio::spawn(work(first, say.clone(), stops[0].clone()));
    until(&mut assigned, |a| a.partitions.len() == 6).await;

    let second = join(&config, &topic);
    let mut second_assigned = second.assignment();
    let second = tokio::spawn(work(second, say.clone(), stops[1].clone()));
    until(&mut second_assigned, |a| a.partitions.len() == 3).await;
    let after = until(&mut assigned, |a| a.partitions.len() == 3).await;
    assert_eq!(after.losses, 0, "they were handed over, not lost");

    stops[0].cancel();
    first.await.unwrap();
    until(&mut second_assigned, |a| a.partitions.len() == 6).await;
    let third = tokio::spawn(work(join(&config, &topic), say, stops[2].clone()));

    stream.await.unwrap();
    let (mut numbers, mut count) = (BTreeSet::new(), 0);
    while numbers.len() < total {
        let number = tokio::time::timeout(PATIENCE, seen.recv()).await.expect("all of them in time").unwrap();
        numbers.insert(number);
        count += 1;
    }
    stops.iter().for_each(tokio_util::sync::CancellationToken::cancel);
    second.await.unwrap();
    third.await.unwrap();
    assert!(count < total + 300, "{count} for {total}: repeats are for what was under way");
    assert_eq!(committed(&config, &topic, 6).await.values().sum::<i64>(), total as i64);
}

/// Returns when a member that asks for no more work has lost its place, by the same timeouts in a group of its own.
async fn a_silent_member_is_expelled(config: &bus::Config, topic: &str) {
    let group = format!("{}silent", config.prefix);
    let mut settings = bus::client(config);
    settings.set("group.id", &group).set("session.timeout.ms", "6000").set("auto.offset.reset", "earliest");
    let member: Arc<BaseConsumer> = Arc::new(settings.create().unwrap());
    member.subscribe(&[topic]).unwrap();
    let polled = member.clone();
    tokio::task::spawn_blocking(move || while polled.poll(PATIENCE).is_none() {}).await.unwrap();

    let expelled = async {
        loop {
            let (member, group) = (member.clone(), group.clone());
            let is_empty = move || {
                let groups = member.client().fetch_group_list(Some(&group), PATIENCE).unwrap();
                groups.groups()[0].members().is_empty()
            };
            if tokio::task::spawn_blocking(is_empty).await.unwrap() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, expelled).await.expect("expelled in time");
}

#[tokio::test]
async fn an_answer_may_take_longer_than_every_timeout_of_the_group() {
    let mut config = config();
    config.consumer.session_timeout = Duration::from_secs(6);
    config.consumer.heartbeat = Duration::from_secs(1);
    config.properties.insert("max.poll.interval.ms".to_owned(), "6000".to_owned().into());
    let topic = topic(&config, 2).await;
    send(&config, &topic, numbered(1)).await;

    let mut consumer = join(&config, &topic);
    let work = next(&mut consumer).await;
    let before = consumer.assignment().borrow().clone();
    a_silent_member_is_expelled(&config, &topic).await;
    assert_eq!(*consumer.assignment().borrow(), before, "still a member");
    consumer.finished(work);
    consumer.close().await.unwrap();
    assert_eq!(committed(&config, &topic, 2).await.values().sum::<i64>(), 1);
}

#[tokio::test]
async fn a_partition_that_goes_takes_its_waiting_work_along_and_what_is_out_may_end() {
    let config = config();
    let topic = topic(&config, 2).await;
    // Ten of one key: one is out, nine wait behind it; and the same in the other partition.
    let keys = ["a", "b", "c", "d"].map(|key| (key, bus::partition_of(key.as_bytes(), 2)));
    let key_of = |n| keys.iter().find(|(_, partition)| *partition == n).unwrap().0.to_owned();
    let records = (0..10).flat_map(|i| [0, 1].map(|n| (key_of(n), format!("{n}-{i}"))));
    send(&config, &topic, records.collect::<Vec<_>>()).await;

    let mut old = join(&config, &topic);
    let out = take(&mut old, 2).await;
    let mut assigned = old.assignment();
    let mut new = join(&config, &topic);
    let left = until(&mut assigned, |a| a.partitions.len() == 1).await;
    let kept = left.partitions.first().unwrap().number;

    let moved = next(&mut new).await;
    assert_eq!(text(&moved), format!("{}-0", 1 - kept), "its new owner begins at the oldest unfinished");

    for work in out {
        old.finished(work); // one of them is not ours any more; that is no mistake
    }
    assert_eq!(next_text(&mut old).await, format!("{kept}-1"), "we go on with what we kept");
    assert!(is_quiet(&mut old).await, "and with nothing else");
    new.finished(moved);
    assert_eq!(next_text(&mut new).await, format!("{}-1", 1 - kept));
}

#[tokio::test]
async fn failed_work_of_a_partition_that_went_does_not_come_again_here() {
    let mut config = config();
    config.consumer.retry_first = Duration::from_secs(4);
    let topic = topic(&config, 2).await;
    let keys: Vec<_> = (0..20).map(|i| format!("key-{i}")).collect();
    let one_each = [0, 1].map(|n| keys.iter().find(|k| bus::partition_of(k.as_bytes(), 2) == n).unwrap().clone());
    send(&config, &topic, one_each.map(|key| (key.clone(), key))).await;

    let mut old = join(&config, &topic);
    for work in take(&mut old, 2).await {
        old.again(work, &"not now").await.unwrap();
    }
    let mut assigned = old.assignment();
    let mut new = join(&config, &topic);
    let kept = until(&mut assigned, |a| a.partitions.len() == 1).await.partitions.pop_first().unwrap();

    let (here, there) = (next(&mut old).await, next(&mut new).await);
    assert_eq!((here.partition.number, here.tries), (kept.number, 2));
    assert_eq!((there.partition.number, there.tries), (1 - kept.number, 1));
    assert!(is_quiet(&mut old).await);
}
