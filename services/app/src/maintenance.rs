//! What an operator does between releases: schemas, topics, repairs.

use anyhow::Context;
use clap::Args;
use relay::Lost;
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

/// After a restore: accepts this database as the one to relay from, above all that Kafka has.
///
/// Looks at the topics first. Events that are there and not in this store are named, and nothing is changed until
/// one of the flags says what is to become of them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier relay rebase
  atelier relay rebase --restore-lost        puts events that only Kafka has back into the store
  atelier relay rebase --abandon-lost        goes on without them; their aggregates are parked")]
pub struct Rebase {
    /// Puts events that only Kafka has back into the store.
    #[arg(long, conflicts_with = "abandon_lost")]
    restore_lost: bool,

    /// Goes on without events that only Kafka has. Nothing more of their aggregates is published.
    #[arg(long)]
    abandon_lost: bool,
}

impl Rebase {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let lost = match (self.restore_lost, self.abandon_lost) {
            (true, _) => Lost::Restore,
            (_, true) => Lost::Abandon,
            _ => Lost::Refuse,
        };
        let owner = sqlx::PgPool::connect(config.database_url()?).await.context("the database does not answer")?;
        let rebased = relay::rebase(&owner, &config.kafka, lost).await?;
        println!("the relay goes on after position {}; {} stored events come first", rebased.position, rebased.backlog);
        if rebased.adopted > 0 {
            println!("{} events were on Kafka already; the log knows them again", rebased.adopted);
        }
        match (rebased.lost, lost) {
            (0, _) => {}
            (count, Lost::Restore) => println!("{count} events came back from Kafka"),
            (count, _) => {
                println!("{count} events are on Kafka only; `select * from store.parked_aggregates` names theirs");
            }
        }
        Ok(())
    }
}
