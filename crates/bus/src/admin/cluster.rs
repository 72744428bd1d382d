//! Questions to the brokers about topics, and orders.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigEntry, ConfigResource, ConfigSource, NewTopic,
    OwnedResourceSpecifier, ResourceSpecifier, TopicReplication,
};
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::plan::{Settings, Topic};
use crate::connection::{Voice, client};
use crate::{Config, Error};

pub struct Cluster {
    admin: Arc<AdminClient<Voice>>,
    timeout: Duration,
}

impl Cluster {
    pub fn connect(config: &Config) -> Result<Self, Error> {
        let admin = AdminClient::from_config_and_context(&client(config), Voice::default())
            .map_err(|error| Error::settings(&error))?;
        Ok(Self { admin: Arc::new(admin), timeout: config.request_timeout })
    }

    /// Every topic of the cluster with its number of partitions.
    pub async fn topics(&self) -> Result<BTreeMap<String, u32>, Error> {
        let (admin, timeout) = (Arc::clone(&self.admin), self.timeout);
        let ask = move || admin.inner().fetch_metadata(None, timeout);
        let metadata = tokio::task::spawn_blocking(ask).await.map_err(|error| Error::Fatal(error.to_string()))??;
        let topics = metadata.topics().iter().filter(|topic| topic.error().is_none());
        Ok(topics.map(|topic| (topic.name().to_owned(), topic.partitions().len() as u32)).collect())
    }

    /// The settings in force of each topic, the broker's defaults included.
    pub async fn settings(&self, topics: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, String>>, Error> {
        let all = self.describe(topics).await?.into_iter();
        Ok(all.map(|(topic, settings)| (topic, settings.into_iter().map(|s| (s.name, s.value)).collect())).collect())
    }

    pub async fn create(&self, topics: &[Topic], replication: u8) -> Result<(), Error> {
        if topics.is_empty() {
            return Ok(());
        }
        let new: Vec<_> = topics.iter().map(|topic| new_topic(topic, replication)).collect();
        let options = self.options().operation_timeout(Some(self.timeout));
        for created in self.admin.create_topics(&new, &options).await? {
            match created {
                // Somebody else was as quick as we were.
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, cause)) => return Err(Error::Unavailable(KafkaError::AdminOp(cause))),
            }
        }
        Ok(())
    }

    /// Sets these and keeps what else was set on the topic: the request replaces all of it.
    pub async fn set(&self, topic: &str, settings: &Settings) -> Result<(), Error> {
        let there = self.describe(&[topic]).await?;
        let own = there.values().flatten().filter(|setting| setting.own);
        let mut change = AlterConfig::new(ResourceSpecifier::Topic(topic));
        change.entries.extend(own.map(|setting| (setting.name.as_str(), setting.value.as_str())));
        change.entries.extend(settings.iter().map(|(name, value)| (*name, value.as_str())));
        for altered in self.admin.alter_configs([&change], &self.options()).await? {
            altered.map_err(|(_, cause)| Error::Unavailable(KafkaError::AdminOp(cause)))?;
        }
        Ok(())
    }

    async fn describe(&self, topics: &[&str]) -> Result<BTreeMap<String, Vec<Setting>>, Error> {
        let topics: Vec<_> = topics.iter().map(|topic| ResourceSpecifier::Topic(topic)).collect();
        if topics.is_empty() {
            return Ok(BTreeMap::new());
        }
        let described = self.admin.describe_configs(&topics, &self.options()).await?.into_iter();
        described
            .map(|resource| match resource {
                Ok(ConfigResource { specifier: OwnedResourceSpecifier::Topic(topic), entries }) => {
                    Ok((topic, entries.into_iter().filter_map(Setting::read).collect()))
                }
                Ok(_) => Err(Error::Unavailable(KafkaError::AdminOp(RDKafkaErrorCode::BadMessage))),
                Err(cause) => Err(Error::Unavailable(KafkaError::AdminOp(cause))),
            })
            .collect()
    }

    fn options(&self) -> AdminOptions {
        AdminOptions::new().request_timeout(Some(self.timeout))
    }
}

struct Setting {
    name: String,
    value: String,
    /// Set on the topic itself, and not a default.
    own: bool,
}

impl Setting {
    fn read(entry: ConfigEntry) -> Option<Self> {
        Some(Self { name: entry.name, value: entry.value?, own: entry.source == ConfigSource::DynamicTopic })
    }
}

fn new_topic(topic: &Topic, replication: u8) -> NewTopic<'_> {
    let replication = TopicReplication::Fixed(i32::from(replication));
    let new = NewTopic::new(&topic.name, topic.partitions as i32, replication);
    topic.settings.iter().fold(new, |new, (name, value)| new.set(name, value))
}
