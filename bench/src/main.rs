//! What it costs, beside what it is compared with: each command prints one JSON line.
//!
//! `cargo build --release --bin atelier --bin bench && cargo run --release -p bench -- latency`

mod append;
mod direct;
mod fanout;
mod gateway;
mod install;
mod latency;
mod log;
mod numbers;
mod ordeal;
mod projection;
mod relay;
mod replay;
mod up;
mod verify;

use clap::{Parser, Subcommand};

/// Measures an installation of its own, on this machine, and ends it again.
#[derive(Parser)]
#[command(after_help = "\
Examples:
  cargo run --release -p bench -- latency
  cargo run --release -p bench -- fanout --watchers 5000
  cargo run --release -p bench -- append --seconds 8

Build the binary too: cargo build --release --bin atelier")]
struct Cli {
    #[command(subcommand)]
    measurement: Measurement,
}

#[derive(Subcommand)]
enum Measurement {
    /// Time added to the first token and to each chunk, over asking the model server directly.
    Latency(latency::Latency),
    /// Many generations and many watchers at once: completeness, throughput, memory.
    Fanout(fanout::Fanout),
    /// Reads and small commands by wrk, beside a Hertz (Go) server with the same middleware; token checks, sign-ins.
    Gateway(gateway::Gateway),
    /// Commands a second, beside bare INSERTs of the same payload.
    Append(append::Append),
    /// Events a second from the store to Kafka, beside reading the rows alone; none lost, none twice.
    Relay(relay::Relay),
    /// Events a second into a read model, beside COPY of the same rows.
    Projection(projection::Projection),
    /// Events a second out of Kafka for a counting consumer, beside a bare client on the same records.
    Replay(replay::Replay),
    /// The whole log under kills: writers, relay and projector end again and again, at named places too; then
    /// everything is counted, proved and folded anew. Also what an event costs early and late.
    Ordeal(ordeal::Ordeal),
    /// Seconds from `atelier up` to ready, and its memory when idle.
    Up(up::Up),
    /// One process of the ordeal.
    #[command(hide = true)]
    Life(ordeal::Life),
    /// Events a second that `audit verify` proves, beside reading the same rows.
    Verify(verify::Verify),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let line = match Cli::parse().measurement {
        Measurement::Latency(latency) => latency.run().await?,
        Measurement::Fanout(fanout) => fanout.run().await?,
        Measurement::Gateway(gateway) => gateway.run().await?,
        Measurement::Append(append) => append.run().await?,
        Measurement::Relay(relay) => relay.run().await?,
        Measurement::Projection(projection) => projection.run().await?,
        Measurement::Replay(replay) => replay.run().await?,
        Measurement::Verify(verify) => verify.run().await?,
        Measurement::Ordeal(ordeal) => ordeal.run().await?,
        Measurement::Up(up) => up.run().await?,
        Measurement::Life(life) => return life.run().await,
    };
    println!("{line}");
    Ok(())
}
