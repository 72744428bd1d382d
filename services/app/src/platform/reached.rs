//! A role is ready when what it stands on has answered once. From then on it answers for itself: with clear refusals
//! while something is away, and with what does not need it.

use bus::{Partition, Reader};
use runtime::{Pauses, RoleHealth};
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Says that the role is ready when the database answers.
pub async fn database(pool: PgPool, health: RoleHealth, shutdown: CancellationToken) {
    let mut pauses = Pauses::default();
    let asked = async {
        while let Err(error) = sqlx::query("select 1").execute(&pool).await {
            tracing::warn!(%error, "waiting for the database");
            health.unready("the database does not answer");
            sleep(pauses.take()).await;
        }
        health.ready();
    };
    shutdown.run_until_cancelled(asked).await;
}

/// Says that the role is ready when Kafka knows this partition.
pub async fn kafka(reader: Reader, partition: Partition, health: RoleHealth, shutdown: CancellationToken) {
    let mut pauses = Pauses::default();
    let asked = async {
        while let Err(error) = reader.range(&partition).await {
            tracing::warn!(%error, "waiting for Kafka");
            health.unready("Kafka does not answer");
            sleep(pauses.take()).await;
        }
        health.ready();
    };
    shutdown.run_until_cancelled(asked).await;
}
