//! `atelier projections`: the read models, folded again beside the live ones and exchanged.

use anyhow::Context;
use clap::{Args, Subcommand};
use projector::rebuild::{self, Listed, Operator, TableDiff, Tools};
use runtime::postgres::{self, Limits};
use sqlx::PgPool;

use crate::config::Config;
use crate::progress_bar::Bar;

/// The read models: how far they are, and how to fold one again while everyone goes on reading it.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Projections {
    /// Lists the read models and their copies: how many events each has folded, and how many it is behind.
    List(List),
    /// Fills a copy beside the live one, from the first event on. Goes on where it was interrupted.
    Rebuild(Rebuild),
    /// Shows where the copy differs from what is live, with both at the same events.
    Diff(Diff),
    /// Exchanges the copy with what is live, in one moment. Readers notice nothing.
    Swap(Swap),
    /// Drops the copies of a read model, the one to go back to included.
    Drop(Drop),
}

const EXAMPLES: &str = "\
Examples:
  atelier projections list
  atelier projections rebuild sessions
  atelier projections diff sessions
  atelier projections swap sessions
  atelier projections swap sessions --back     what was live before is live again, caught up
  atelier projections rebuild sessions --swap  all of it in one go

Where the read models have a database cluster of their own, [projector] rebuild_batch_events = 5000 is faster.";

#[derive(Args)]
pub struct List {
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Rebuild {
    /// The read model, for example `sessions`.
    projection: String,
    /// Throw away what an interrupted rebuild has filled.
    #[arg(long)]
    afresh: bool,
    /// Exchange it with what is live when it is ready.
    #[arg(long)]
    swap: bool,
}

#[derive(Args)]
pub struct Diff {
    /// The read model, for example `sessions`.
    projection: String,
    /// Rows to name of each table.
    #[arg(long, default_value_t = 10)]
    examples: i64,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Swap {
    /// The read model, for example `sessions`.
    projection: String,
    /// What was live before the last swap is live again.
    #[arg(long)]
    back: bool,
}

#[derive(Args)]
pub struct Drop {
    /// The read model, for example `sessions`.
    projection: String,
}

impl Projections {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let tools = tools(config)?;
        let operator = |projection: &str| Operator::of(projection, config.projector.clone(), tools.clone());
        match self {
            Self::List(list) => list.run(config, &tools).await,
            Self::Rebuild(rebuild) => rebuild.run(&operator(&rebuild.projection)?).await,
            Self::Diff(diff) => diff.run(&operator(&diff.projection)?).await,
            Self::Swap(swap) => swap.run(&operator(&swap.projection)?).await,
            Self::Drop(drop) => {
                operator(&drop.projection)?.discard().await?;
                println!("the copies of {} are gone; what is live stays", drop.projection);
                Ok(())
            }
        }
    }
}

fn tools(config: &Config) -> anyhow::Result<Tools> {
    let url = config.database_url()?;
    let limits = Limits { connections: config.projector.rebuild_workers as u32 + 2, wait: config.database.wait };
    let pool = |owner| postgres::pool(url, owner, limits).context("[database] url is not a Postgres URL");
    let keys_config = config.keys.as_ref().context("[keys] kek is missing")?;
    Ok(Tools {
        owner: PgPool::connect_lazy(url).context("[database] url is not a Postgres URL")?,
        fill: pool("rebuild")?,
        compare: pool("compare")?,
        bus: config.kafka.clone(),
        keys: keys::Keys::connect(pool("keys")?, keys_config)?,
    })
}

impl List {
    async fn run(self, config: &Config, tools: &Tools) -> anyhow::Result<()> {
        let listed = rebuild::list(&config.projector, tools).await?;
        if !self.json {
            println!(
                "{:<10} {:<9} {:<8} {:>12} {:>9} {:>7}  topic",
                "name", "copy", "state", "folded", "behind", "parked"
            );
        }
        for one in &listed {
            println!("{}", if self.json { serde_json::to_string(one)? } else { line(one) });
        }
        Ok(())
    }
}

fn line(one: &Listed) -> String {
    let Listed { projection, copy, state, folded, behind, parked, topic, .. } = one;
    format!("{projection:<10} {copy:<9} {state:<8} {folded:>12} {behind:>9} {parked:>7}  {topic}")
}

impl Rebuild {
    async fn run(&self, operator: &Operator) -> anyhow::Result<()> {
        let name = &self.projection;
        let bar = Bar::new(format!("rebuilding {name}"));
        let rebuilt = operator.rebuild(self.afresh, &|progress| bar.show(progress)).await?;
        bar.end();
        if rebuilt.resumed_at > 0 {
            println!("went on after {} events that an earlier run had folded", rebuilt.resumed_at);
        }
        let goal: Vec<_> = rebuilt.goal.iter().map(|(partition, offset)| format!("{partition}:{offset}")).collect();
        println!("filled to the offsets {}, and caught up since", goal.join(" "));
        let rate = rebuilt.folded as f64 / rebuilt.took.as_secs_f64().max(0.001);
        println!("{} events in {:.1} s, {rate:.0} a second", rebuilt.folded, rebuilt.took.as_secs_f64());
        Diff { projection: name.clone(), examples: 10, json: false }.run(operator).await?;
        if self.swap {
            return Swap { projection: name.clone(), back: false }.run(operator).await;
        }
        println!("`atelier projections swap {name}` makes it live");
        Ok(())
    }
}

impl Diff {
    async fn run(&self, operator: &Operator) -> anyhow::Result<()> {
        let bar = Bar::new(format!("catching up {}", self.projection));
        let differences = operator.diff(self.examples, &|progress| bar.show(progress)).await?;
        bar.end();
        for table in &differences {
            if self.json {
                println!("{}", serde_json::to_string(table)?);
            } else {
                show(table);
            }
        }
        if !self.json && differences.iter().all(TableDiff::is_same) {
            println!("no row differs");
        }
        Ok(())
    }
}

fn show(table: &TableDiff) {
    let TableDiff { table: name, live_rows, copy_rows, missing, added, changed, examples } = table;
    println!(
        "{name}: {live_rows} rows live, {copy_rows} in the copy; {changed} changed, {added} added, {missing} missing"
    );
    for example in examples {
        println!("    {}  {}", example.key, example.what);
    }
}

impl Swap {
    async fn run(&self, operator: &Operator) -> anyhow::Result<()> {
        let bar = Bar::new(format!("catching up {}", self.projection));
        let held = operator.swap(self.back, &|progress| bar.show(progress)).await?;
        bar.end();
        let (name, held) = (&self.projection, held.as_millis());
        println!("swapped: the copy of {name} is live; folding stood still for {held} ms, reading did not");
        println!(
            "`atelier projections swap {name} --back` undoes it, `atelier projections drop {name}` frees the space"
        );
        Ok(())
    }
}
