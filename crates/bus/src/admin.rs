//! Creates what is declared, and says what differs from it.

mod cluster;
mod plan;

pub use plan::{Difference, Plan, Topic};

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::{Config, Error};
use cluster::Cluster;

/// What would be done to bring the cluster to `infra/kafka/topics.yaml`; changes nothing.
pub async fn plan(config: &Config) -> Result<Plan, Error> {
    plan::compare(config, &Cluster::connect(config)?).await
}

/// Creates missing topics and sets what may be set, and returns what that was. Afterwards every topic can
/// be written and read. Doing it again changes nothing. Partition counts are only reported: they never change.
pub async fn apply(config: &Config) -> Result<Plan, Error> {
    let cluster = Cluster::connect(config)?;
    let plan = plan::compare(config, &cluster).await?;
    cluster.create(&plan.create, config.replication).await?;
    for difference in &plan.differs {
        if let Difference::Settings { topic, settings } = difference {
            cluster.set(topic, settings).await?;
        }
    }
    done(config, &cluster).await?;
    Ok(plan)
}

/// How often we ask whether the brokers know what was ordered; there is nothing to wait on.
const ASK_AGAIN: Duration = Duration::from_millis(20);

async fn done(config: &Config, cluster: &Cluster) -> Result<(), Error> {
    let known = async {
        while !plan::compare(config, cluster).await?.is_done() {
            tokio::time::sleep(ASK_AGAIN).await;
        }
        Ok(())
    };
    let late = || Error::Unavailable(KafkaError::AdminOp(RDKafkaErrorCode::OperationTimedOut));
    tokio::time::timeout(config.request_timeout, known).await.unwrap_or_else(|_| Err(late()))
}
