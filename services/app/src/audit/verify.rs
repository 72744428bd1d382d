//! `atelier audit verify`.

use anyhow::bail;
use audit::Report;
use audit::verify::Topic;
use clap::Args;

use super::meter::Meter;
use crate::config::Config;

/// Proves that the log is unbroken, or names the first wrong event.
///
/// Walks the log in its order: each row is encoded again and compared with its digest, the chain is computed
/// anew, positions and sequences must be dense, and the signed roots (in the store and on Kafka) must fit.
#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier audit verify
  atelier audit verify --from 1000000 --json
  atelier audit verify --without-kafka        roots of the store only

Exit codes: 0 unbroken, 1 the first wrong event is named (or nothing could be proved), 2 wrong usage.")]
pub struct Verify {
    /// The first position; what is before it is taken as it is.
    #[arg(long, value_name = "POSITION")]
    from: Option<i64>,

    /// The last position.
    #[arg(long, value_name = "POSITION")]
    to: Option<i64>,

    /// One JSON object, and no words.
    #[arg(long)]
    json: bool,

    /// Does not compare the stored roots with those on Kafka.
    #[arg(long)]
    without_kafka: bool,
}

impl Verify {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let owner = super::owner(config).await?;
        let trusted = config.audit.trusted()?;
        let topic = if self.without_kafka { Topic::Unread } else { Topic::Kafka(&config.kafka) };
        let meter = Meter::new(self.json);
        let report = audit::verify(&owner, topic, &trusted, (self.from, self.to), &|it| {
            meter.tell("positions", it.position - it.range.from + 1, it.range.to - it.range.from + 1);
        })
        .await?;
        meter.end();
        audit::verify::note(&owner, &report).await?;
        if self.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            tell(&report, trusted.is_empty());
        }
        match &report.first_wrong {
            Some(wrong) => bail!("the log is broken at {wrong}"),
            None => Ok(()),
        }
    }
}

fn tell(report: &Report, no_key: bool) {
    let Report { from, to, events, lost, seconds, events_per_second, roots, signed_up_to, .. } = report;
    println!("checked {events} events, positions {from} to {to}, in {seconds:.1} s ({events_per_second}/s)");
    if *lost > 0 {
        println!("{lost} of them were lost from the store in a restore; the log keeps their digests");
    }
    if report.first_wrong.is_some() {
        return;
    }
    println!("the log is unbroken");
    match (no_key, signed_up_to) {
        (true, _) => println!("no root was checked: set [audit] public_keys (or signing_key)"),
        (false, 0) => println!("no root is signed yet"),
        (false, signed) => println!("{roots} signed roots fit; signed up to position {signed}"),
    }
}
