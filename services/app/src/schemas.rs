//! `atelier schemas`: the contracts with every program that reads our topics.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use events::{Contract, Folder};
use registry::Pushed;
use url::Url;

/// The event schemas.
#[derive(Subcommand)]
pub enum Schemas {
    /// Says whether everything that was ever released can still be read; exits with 1 and the reasons if not.
    Check(Check),
    /// Keeps the schemas as they are now as a release, which no later version may break.
    Freeze(Freeze),
    /// Registers all schemas with an external registry, under the ids that records carry. Again is harmless.
    Push(Push),
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier schemas check                          those of this binary
  atelier schemas check --schemas ./schemas      those of a checkout, before it is built")]
pub struct Check {
    /// A folder with `avro/` and `released/`; without it, what this binary was built with.
    #[arg(long)]
    schemas: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Example:\n  atelier schemas freeze 0.2.0 --schemas ./schemas")]
pub struct Freeze {
    /// The release's name.
    release: String,

    /// The folder with `avro/` and `released/`.
    #[arg(long, default_value = "schemas")]
    schemas: PathBuf,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier schemas push --registry http://localhost:8081
  atelier schemas push --registry https://user:password@registry.example.org

The registry must allow mode IMPORT (Confluent: mode.mutability=true): ids are ours to give, because records
carry them.")]
pub struct Push {
    /// The registry's address.
    #[arg(long)]
    registry: Url,
}

impl Schemas {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(check) => check.run(),
            Self::Freeze(freeze) => freeze.run(),
            Self::Push(push) => push.run().await,
        }
    }
}

impl Check {
    fn run(self) -> anyhow::Result<()> {
        match &self.schemas {
            None => judge(events::registry(), events::releases()),
            Some(folder) => {
                let folder = Folder::read(folder)?;
                judge(&folder.registry, &folder.releases)
            }
        }
    }
}

fn judge(registry: &events::Registry, releases: &[events::Release]) -> anyhow::Result<()> {
    let problems = events::check(registry, releases);
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    ensure!(problems.is_empty(), "{} reason(s) why consumers would break; nothing may be released so", problems.len());
    let (versions, names) = (registry.all().count(), releases.iter().map(|release| release.name));
    let names: Vec<_> = names.collect();
    println!("{versions} schemas; everything since {} can be read", names.first().unwrap_or(&"the beginning"));
    Ok(())
}

impl Freeze {
    fn run(self) -> anyhow::Result<()> {
        let name_is_fine = self.release.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
        ensure!(
            name_is_fine && !self.release.starts_with('.'),
            "a release's name is made of letters, digits, `.`, `-`, `_`"
        );
        let folder = Folder::read(&self.schemas)?;
        judge(&folder.registry, &folder.releases)?;
        let target = self.schemas.join("released").join(&self.release);
        if target.exists() {
            bail!("{} is there already, and a release never changes", target.display());
        }
        let files = events::freeze(folder.registry.all());
        write(&target, &files).with_context(|| format!("cannot write {}", target.display()))?;
        println!("{} files in {}; keep them in version control", files.len(), target.display());
        Ok(())
    }
}

fn write(target: &Path, files: &[(String, String)]) -> std::io::Result<()> {
    std::fs::create_dir_all(target)?;
    files.iter().try_for_each(|(name, text)| std::fs::write(target.join(name), text))
}

impl Push {
    async fn run(self) -> anyhow::Result<()> {
        let contracts: Vec<_> = events::all().collect();
        let (mut done, mut new) = (0, 0);
        let on_terminal = std::io::stderr().is_terminal();
        let tell = |contract: &Contract, pushed: Pushed| {
            done += 1;
            new += usize::from(pushed == Pushed::Registered);
            if on_terminal {
                eprint!("\r\x1b[K[{done}/{}] {}", contracts.len(), contract.subject);
            }
        };
        let pushed = registry::push(&self.registry, &contracts, tell).await;
        if on_terminal {
            eprintln!();
        }
        pushed.with_context(|| format!("{done} of {} schemas are there; push again to go on", contracts.len()))?;
        println!("{done} schemas are there, {new} of them new");
        Ok(())
    }
}
