//! Keeps one role alive, and ends it again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use rand::Rng;
use serde_json::{Value, json};
use tokio::process::Child;
use tokio::time::sleep;

use super::life::Life;

/// How a life ends.
#[derive(Clone, Copy)]
pub enum Fate {
    /// Killed at a random moment.
    Sudden,
    /// By itself at this place in the code, which it passes so many times at most.
    At(&'static str, u32),
}

impl Fate {
    pub const AT_WRITERS: &'static [Self] = &[Self::Sudden, Self::At("store.committed", 60_000)];
    pub const AT_RELAY: &'static [Self] =
        &[Self::Sudden, Self::At("relay.produced", 400), Self::At("relay.noted", 400)];
    pub const AT_PROJECTOR: &'static [Self] =
        &[Self::Sudden, Self::At("projector.folded", 2_000), Self::At("projector.committed", 2_000)];

    const fn name(self) -> &'static str {
        match self {
            Self::Sudden => "any moment",
            Self::At(place, _) => place,
        }
    }
}

/// How long a life is left alone, in seconds: long enough to join its group and do something.
const SUDDEN: std::ops::Range<f64> = 4.0..15.0;

pub struct Keeper {
    life: Life,
    fates: &'static [Fate],
    ended: BTreeMap<&'static str, u32>,
    lives: usize,
}

impl Keeper {
    pub const fn new(life: Life) -> Self {
        Self { life, fates: &[], ended: BTreeMap::new(), lives: 0 }
    }

    pub fn with(self, fates: &'static [Fate]) -> Self {
        Self { fates, ..self }
    }

    /// How often it ended, by how.
    pub fn ends(&self) -> Value {
        json!(self.ended)
    }

    /// One life without harm, to its own end.
    pub async fn through(&self) -> anyhow::Result<()> {
        let status = self.life.command()?.spawn()?.wait().await?;
        anyhow::ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    /// One life without harm, until something is reached.
    pub async fn until(&self, reached: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        let mut child = self.life.command()?.spawn()?;
        tokio::select! {
            status = child.wait() => anyhow::bail!("it ended by itself with {}", status?),
            outcome = reached => outcome?,
        }
        child.kill().await.context("a process that we started can be killed")
    }

    /// Life after life, until one has done all of its work.
    pub async fn until_done(&mut self) -> anyhow::Result<()> {
        while !self.live().await? {}
        Ok(())
    }

    /// Life after life, until something is reached.
    pub async fn killed_until(&mut self, reached: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        tokio::select! {
            outcome = self.until_done() => outcome?,
            outcome = reached => return outcome,
        }
        anyhow::bail!("it ended by itself")
    }

    /// One life, in turn with each fate. True: it did all of its work.
    async fn live(&mut self) -> anyhow::Result<bool> {
        let fate = self.fates.get(self.lives % self.fates.len().max(1)).copied();
        self.lives += 1;
        let mut command = self.life.command()?;
        if let Some(Fate::At(place, most)) = fate {
            let times = rand::rng().random_range(1..most);
            command.env("ATELIER_CRASH_AT", format!("{place}:{times}"));
        }
        let mut child = command.spawn()?;
        let done = match fate {
            Some(Fate::Sudden) => killed_soon(&mut child).await?,
            _ => child.wait().await?.success(),
        };
        if let (false, Some(fate)) = (done, fate) {
            *self.ended.entry(fate.name()).or_default() += 1;
        }
        Ok(done)
    }
}

async fn killed_soon(child: &mut Child) -> anyhow::Result<bool> {
    let after = Duration::from_secs_f64(rand::rng().random_range(SUDDEN));
    tokio::select! {
        status = child.wait() => return Ok(status?.success()),
        () = sleep(after) => {}
    }
    child.kill().await?;
    Ok(false)
}
