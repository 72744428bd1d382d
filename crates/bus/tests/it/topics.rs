//! Topics as declared.

use bus::admin::{Difference, apply, plan};
use bus::{Config, declared};
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;

use crate::broker::{PATIENCE, config, message};

fn admin(config: &Config) -> AdminClient<DefaultClientContext> {
    bus::client(config).create().unwrap()
}

#[tokio::test]
async fn applying_creates_everything_and_again_nothing() {
    let config = config();
    let planned = plan(&config).await.unwrap();
    assert_eq!((planned.create.len(), planned.differs.len()), (declared().len(), 0));
    assert!(planned.to_string().contains(&format!("create {}", config.topics().sessions())));

    assert_eq!(apply(&config).await.unwrap(), planned);
    assert!(plan(&config).await.unwrap().is_empty());
    assert!(apply(&config).await.unwrap().is_empty());

    let producer = bus::Producer::new(&config).unwrap();
    producer.send(message(&config.topics().audit_roots(), "1", "root")).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn another_partition_count_is_reported_and_left_alone() {
    let config = config();
    let sessions = config.topics().sessions();
    let three = NewTopic::new(&sessions, 3, TopicReplication::Fixed(1));
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    admin(&config).create_topics([&three], &options).await.unwrap();

    let wrong = Difference::Partitions { topic: sessions, declared: 12, actual: 3 };
    assert!(apply(&config).await.unwrap().differs.contains(&wrong));
    let after = plan(&config).await.unwrap();
    assert_eq!((after.create.len(), after.differs), (0, vec![wrong]));
}

#[tokio::test]
async fn another_setting_is_put_right_and_what_we_do_not_declare_is_kept() {
    let config = config();
    apply(&config).await.unwrap();
    let stream = config.topics().session_stream();
    let change = AlterConfig::new(ResourceSpecifier::Topic(&stream))
        .set("retention.ms", "1000")
        .set("file.delete.delay.ms", "61000");
    admin(&config).alter_configs([&change], &AdminOptions::new()).await.unwrap()[0].as_ref().unwrap();

    // Brokers learn of a change a little after it was taken.
    let planned = loop {
        let planned = plan(&config).await.unwrap();
        if !planned.is_empty() {
            break planned;
        }
    };
    let [Difference::Settings { topic, settings }] = &planned.differs[..] else { panic!("{planned}") };
    assert_eq!((topic, settings["retention.ms"].as_str()), (&stream, "86400000"));

    apply(&config).await.unwrap();
    assert!(plan(&config).await.unwrap().is_empty());
    let described =
        admin(&config).describe_configs([&ResourceSpecifier::Topic(&stream)], &AdminOptions::new()).await.unwrap();
    let kept = described[0].as_ref().unwrap().get("file.delete.delay.ms").unwrap().value.clone();
    assert_eq!(kept.as_deref(), Some("61000"));
}
