//! Events as JSON lines on standard output.

use std::io::{BufWriter, ErrorKind, Write};

use anyhow::Context;
use replay::{Entry, Until};

use super::read::Reading;

/// Everything that is there.
pub async fn show(reading: Reading, ordered: Option<usize>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let read = async {
        reading.each(ordered, |entries| lines(&mut out, entries)).await?;
        out.flush().context(UNWRITABLE)
    };
    tokio::select! {
        done = read => quietly(done),
        stopped = runtime::signal() => stopped.context("cannot listen for signals"),
    }
}

/// What comes, until a signal.
pub async fn follow(reading: Reading) -> anyhow::Result<()> {
    tokio::select! {
        done = tail(&reading) => quietly(done),
        stopped = runtime::signal() => stopped.context("cannot listen for signals"),
    }
}

async fn tail(reading: &Reading) -> anyhow::Result<()> {
    let mut log = reading.open(Until::Forever).await?;
    let (mut batch, mut unreadable) = (Vec::new(), 0);
    eprintln!("waiting for events; Ctrl-C ends it");
    while let Some(record) = log.next().await? {
        match Entry::read(log.topics(), &record) {
            Ok(entry) if reading.choice.takes(&entry) => batch.push(entry),
            Ok(_) => {}
            Err(error) => reading.unreadable(error, &mut unreadable)?,
        }
        let mut print = |entries: &[Entry]| {
            let mut out = std::io::stdout().lock();
            lines(&mut out, entries)?;
            out.flush().context(UNWRITABLE)
        };
        reading.hand_over(&mut batch, &mut print).await?;
    }
    Ok(())
}

const UNWRITABLE: &str = "cannot write to standard output";

fn lines(out: &mut impl Write, entries: &[Entry]) -> anyhow::Result<()> {
    entries.iter().try_for_each(|entry| writeln!(out, "{}", entry.to_json()).context(UNWRITABLE))
}

/// Whoever reads us may stop when it has enough: `atelier events show | head`.
fn quietly(done: anyhow::Result<()>) -> anyhow::Result<()> {
    let enough = |error: &anyhow::Error| {
        error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    };
    match done {
        Err(error) if enough(&error) => Ok(()),
        done => done,
    }
}
