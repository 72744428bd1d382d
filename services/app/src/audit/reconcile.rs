//! `atelier audit reconcile`.

use anyhow::bail;
use audit::Reconciled;
use audit::reconcile::Parts;
use clap::Args;

use super::meter::Meter;
use crate::config::Config;

/// Proves that store, Kafka and read models hold the same events, or names what differs, and where.
///
/// The log is compared with the topics by counts and digests over ranges of positions, and one by one where
/// these differ. Each read model is folded anew from its topic, in a database that is made for it and dropped
/// afterwards, up to where the live one stands, and compared row by row.
#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier audit reconcile
  atelier audit reconcile --json
  atelier audit reconcile --scratch-url postgres://me@spare-server/postgres

Exit codes: 0 the same everywhere, 1 differences are named (or nothing could be proved), 2 wrong usage.")]
pub struct Reconcile {
    /// One JSON object, and no words.
    #[arg(long)]
    json: bool,

    /// A Postgres server where a database may be made for a while; left out, the installation's own.
    #[arg(long, value_name = "URL")]
    scratch_url: Option<String>,
}

impl Reconcile {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let Some(kek) = &config.keys else { bail!("[keys] kek is missing: read models hold texts in the clear") };
        let parts = Parts {
            owner: super::owner(config).await?,
            kafka: config.kafka.clone(),
            keys: keys::Keys::connect(crate::platform::pool(config, "keys", 2)?, kek)?,
            scratch: self.scratch_url.map_or_else(|| config.database_url().map(str::to_owned), Ok)?,
        };
        let meter = Meter::new(self.json);
        let found = audit::reconcile(&parts, &|what, done, all| meter.tell(what, done, all)).await?;
        meter.end();
        if self.json {
            println!("{}", serde_json::to_string(&found)?);
        } else {
            tell(&found);
        }
        if found.count > 0 {
            bail!("{} differences", found.count);
        }
        Ok(())
    }
}

fn tell(found: &Reconciled) {
    println!("{} positions of the log compared with the topics ({} repeats of the relay)", found.events, found.repeats);
    for model in &found.read_models {
        println!("{}: {} rows are what {} records come to", model.projection, model.rows, model.folded);
    }
    for difference in &found.differences {
        println!("{difference}");
    }
    match found.count - found.differences.len() {
        0 if found.count == 0 => println!("store, Kafka and read models hold the same"),
        0 => {}
        more => println!("and {more} more"),
    }
}
