//! `atelier events`: the log, as it happens, as it was, in its order, and as a file.

mod asked;
mod export;
mod local;
mod output;
mod progress;
mod read;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use asked::Asked;
use read::Reading;

/// The domain's events, read from Kafka.
#[derive(Subcommand)]
pub enum EventLog {
    /// Shows events as they happen, until Ctrl-C.
    Tail(Tail),
    /// Shows the events that are there, in the order of each aggregate.
    Show(Show),
    /// Shows the events that are there in the order of the whole log; a missing one is an error.
    Replay(Replay),
    /// Writes the events that are there into a file. Usage, cost and envelope are typed columns.
    Export(export::Export),
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier events tail
  atelier events tail --type GenerationCompleted | jq .data.outcome.usage
  atelier events tail --from 10m                       begins ten minutes ago")]
pub struct Tail {
    #[command(flatten)]
    asked: Asked,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier events show --session ses_0199d3a0-0000-7000-8000-000000000003
  atelier events show --user usr_0199d3a0-0000-7000-8000-000000000004 --from 2026-11-01 --to 2026-12-01
  atelier events show --session ses_… --open           with the texts in the clear")]
pub struct Show {
    #[command(flatten)]
    asked: Asked,

    /// Only events decided before this time; as --from.
    #[arg(long, value_parser = asked::time)]
    to: Option<asked::Time>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier events replay | my-consumer
  atelier events replay --type GenerationCompleted,GenerationFailed")]
pub struct Replay {
    #[command(flatten)]
    asked: Asked,

    /// Only events decided before this time; as --from.
    #[arg(long, value_parser = asked::time)]
    to: Option<asked::Time>,

    /// How many events may wait for their turn; a partition that is ahead of the others is not read further then.
    #[arg(long, value_name = "EVENTS", default_value_t = replay::ROOM)]
    buffer: usize,
}

/// Where an installation on this machine keeps its state; shared by all of them.
fn state() -> PathBuf {
    PathBuf::from(".atelier")
}

impl EventLog {
    pub async fn run(self, file: &Path) -> anyhow::Result<()> {
        match self {
            Self::Tail(tail) => output::follow(Reading::prepare(file, &tail.asked, None)?).await,
            Self::Show(show) => output::show(Reading::prepare(file, &show.asked, show.to)?, None).await,
            Self::Replay(replay) => {
                output::show(Reading::prepare(file, &replay.asked, replay.to)?, Some(replay.buffer)).await
            }
            Self::Export(export) => export.run(file).await,
        }
    }
}
