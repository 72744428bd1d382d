//! What an operator does between releases: schemas, topics, repairs.

use anyhow::Context;
use runtime::postgres;
use sqlx::migrate::Migrator;

use crate::config::Config;

/// Each owner's schema; `read` and the others can move to a cluster of their own.
const OWNERS: [(&str, &Migrator); 4] = [
    ("keys", &keys::MIGRATIONS),
    ("store", &store::MIGRATIONS),
    ("auth", &auth::MIGRATIONS),
    ("read", &projections::MIGRATIONS),
];

/// Brings every schema up to date; what has run is not run again.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let url = config.database_url()?;
    for (owner, migrator) in OWNERS {
        postgres::migrate(url, owner, migrator).await.with_context(|| format!("cannot migrate the schema {owner}"))?;
    }
    Ok(())
}

pub async fn plan_topics(config: &Config) -> anyhow::Result<()> {
    println!("{}", bus::admin::plan(&config.kafka).await?);
    Ok(())
}

pub async fn apply_topics(config: &Config) -> anyhow::Result<()> {
    println!("{}", bus::admin::apply(&config.kafka).await?);
    Ok(())
}

/// After a restore: the relay goes on in this database, from what its log says was published.
pub async fn rebase(config: &Config) -> anyhow::Result<()> {
    let owner = sqlx::PgPool::connect(config.database_url()?).await.context("the database does not answer")?;
    let rebased = relay::rebase(&owner).await?;
    println!("the relay goes on after position {}; {} stored events come first", rebased.position, rebased.backlog);
    Ok(())
}
