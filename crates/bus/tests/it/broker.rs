//! One Kafka for all tests of this binary, and what a test needs around it.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bus::{Config, Consumer, Headers, Message, Placed, Producer, Work};
use devstack::{Options, Stack};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Runtime;

static STACK: LazyLock<(Runtime, Stack)> = LazyLock::new(|| {
    let start = || {
        let runtime = Runtime::new().unwrap();
        let stack = runtime.block_on(Stack::start(Options::test(), |_| {})).unwrap();
        (runtime, stack)
    };
    std::thread::spawn(start).join().unwrap()
});

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A prefix of its own for every test, so that none sees another's topics or groups.
pub fn config() -> Config {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("t{}.", TESTS.fetch_add(1, Ordering::Relaxed));
    Config { bootstrap: STACK.1.kafka.clone(), prefix, ..Config::default() }
}

/// Makes a topic and its dead letters, and returns its full name.
pub async fn topic(config: &Config, partitions: i32) -> String {
    let name = config.topics().named("work");
    let letters = bus::Topics::dead_letter(&name);
    let admin: AdminClient<DefaultClientContext> = bus::client(config).create().unwrap();
    let new = |name, partitions| NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    for made in admin.create_topics(&[new(&name, partitions), new(&letters, 1)], &options).await.unwrap() {
        made.unwrap();
    }
    name
}

pub fn message(topic: &str, key: &str, payload: impl ToString) -> Message {
    Message {
        topic: topic.to_owned(),
        key: key.to_owned(),
        payload: payload.to_string().into_bytes().into(),
        headers: Headers::new(),
    }
}

/// Sends one record per payload and key, and waits for all of them.
pub async fn send(config: &Config, topic: &str, records: impl IntoIterator<Item = (String, String)>) -> Vec<Placed> {
    let producer = Producer::new(config).unwrap();
    let mut deliveries = Vec::new();
    for (key, payload) in records {
        deliveries.push(producer.send(message(topic, &key, payload)).await.unwrap());
    }
    let mut placed = Vec::new();
    for delivery in deliveries {
        placed.push(delivery.await.unwrap());
    }
    placed
}

/// `n` records with payloads 0, 1, 2 … and a key each.
pub fn numbered(n: usize) -> impl Iterator<Item = (String, String)> {
    (0..n).map(|i| (format!("key-{i}"), i.to_string()))
}

pub fn join(config: &Config, topic: &str) -> Consumer {
    Consumer::join(config, "workers", &[topic], Producer::new(config).unwrap()).unwrap()
}

pub async fn next(consumer: &mut Consumer) -> Work {
    tokio::time::timeout(PATIENCE, consumer.next()).await.expect("work in time").unwrap()
}

/// The payload of the next piece of work, which is then left unfinished.
pub async fn next_text(consumer: &mut Consumer) -> String {
    let work = next(consumer).await;
    text(&work)
}

pub async fn take(consumer: &mut Consumer, n: usize) -> Vec<Work> {
    let mut works = Vec::new();
    for _ in 0..n {
        works.push(next(consumer).await);
    }
    works
}

/// Whether nothing comes for long enough to believe that nothing will.
pub async fn is_quiet(consumer: &mut Consumer) -> bool {
    tokio::time::timeout(Duration::from_millis(700), consumer.next()).await.is_err()
}

pub fn text(work: &bus::Record) -> String {
    String::from_utf8(work.payload.to_vec()).unwrap()
}

/// What the group has committed, by partition; asked of the broker by somebody else.
pub async fn committed(config: &Config, topic: &str, partitions: i32) -> BTreeMap<i32, i64> {
    let (config, topic) = (Config { properties: BTreeMap::new(), ..config.clone() }, topic.to_owned());
    let ask = move || {
        let mut settings = bus::client(&config);
        let asker: BaseConsumer = settings.set("group.id", format!("{}workers", config.prefix)).create().unwrap();
        let mut list = TopicPartitionList::new();
        list.add_partition_range(&topic, 0, partitions - 1);
        let offsets = asker.committed_offsets(list, PATIENCE).unwrap();
        let offset = |offset| if let Offset::Offset(offset) = offset { Some(offset) } else { None };
        offsets.elements().iter().filter_map(|e| Some((e.partition(), offset(e.offset())?))).collect()
    };
    tokio::task::spawn_blocking(ask).await.unwrap()
}

/// Waits until the group has committed this of partition 0.
pub async fn until_committed(config: &Config, topic: &str, offset: i64) {
    let reached = async {
        while committed(config, topic, 1).await.get(&0) != Some(&offset) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let reached = tokio::time::timeout(PATIENCE, reached).await;
    assert!(reached.is_ok(), "{offset} was never committed but {:?}", committed(config, topic, 1).await);
}
