//! `atelier events export`: a file that is whole or not there.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::asked::{self, Asked, Time};
use super::read::Reading;

#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier events export --format parquet --out events.parquet
  atelier events export --format avro --out november.avro --from 2026-11-01 --to 2026-12-01
  duckdb -c \"select model, sum(total_tokens) from 'events.parquet' group by 1\"")]
pub struct Export {
    #[command(flatten)]
    asked: Asked,

    /// Only events decided before this time; as --from.
    #[arg(long, value_parser = asked::time)]
    to: Option<Time>,

    /// What the file is.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,

    /// The file; it appears under this name when it is whole.
    #[arg(long)]
    out: PathBuf,

    /// Replaces a file that is there.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One JSON object a line.
    Json,
    /// An Avro object container file.
    Avro,
    /// Parquet with typed columns.
    Parquet,
}

impl From<Format> for replay::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => Self::Json,
            Format::Avro => Self::Avro,
            Format::Parquet => Self::Parquet,
        }
    }
}

impl Export {
    pub async fn run(self, file: &Path) -> anyhow::Result<()> {
        let reading = Reading::prepare(file, &self.asked, self.to)?;
        let mut export = replay::Export::create(&self.out, self.format.into(), self.force)?;
        let write = async {
            let count =
                reading.each(None, |entries| Ok(entries.iter().try_for_each(|entry| export.write(entry))?)).await?;
            export.finish()?;
            anyhow::Ok(count)
        };
        let written = tokio::select! {
            written = write => Some(written?),
            stopped = runtime::signal() => { stopped.context("cannot listen for signals")?; None }
        };
        let Some(count) = written else { bail!("stopped; there is no {}", self.out.display()) };
        eprintln!("{count} events in {}", self.out.display());
        Ok(())
    }
}
