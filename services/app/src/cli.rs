//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::roles::Role;
use crate::{
    acls, audit, config_docs, dead_letters, event_log, forget, generate, keyring, maintenance, read_models, schemas,
    serve, up,
};

/// Atelier turns prompts into working user-interface code. Nothing is ever lost, and any stream resumes anywhere.
#[derive(Parser)]
#[command(name = "atelier", version, after_help = EXAMPLES)]
pub struct Cli {
    /// Settings; environment variables and flags win over it.
    #[arg(long, global = true, env = "ATELIER_CONFIG", default_value = "atelier.toml")]
    config: PathBuf,

    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  atelier up                                   everything on this machine
  atelier generate \"a pricing page\" --out ./page
  ATELIER_LLM_URL=http://localhost:8000/v1 atelier up
  atelier events tail                          what happens, as JSON lines
  atelier serve --roles gateway,edge           one part of a larger installation
  atelier config docs                          every setting, with its default

Exit codes: 0 done, 1 failed, 2 wrong usage.";

#[derive(Subcommand)]
enum Command {
    /// Starts everything on this machine: Kafka, Postgres, Redis and every role. Prints the URL.
    Up(up::Up),
    /// Plays the given roles, against a Kafka, Postgres and Redis that run already.
    Serve(serve::Serve),
    /// Brings the database schemas up to date.
    Migrate,
    /// The Kafka topics, as declared in infra/kafka/topics.yaml.
    #[command(subcommand)]
    Topics(Topics),
    /// A prompt from the terminal: streams the answer and writes its files.
    Generate(generate::Generate),
    /// The domain's events: follow, show, replay and export them.
    #[command(subcommand)]
    Events(event_log::EventLog),
    /// The event schemas: check them, freeze a release, register them elsewhere.
    #[command(subcommand)]
    Schemas(schemas::Schemas),
    /// Erases a person: destroys their key, ends their sign-ins, and writes a receipt.
    Forget(forget::Forget),
    /// The keys that personal texts are sealed with, and those of internal tokens.
    #[command(subcommand)]
    Keys(keyring::Keyring),
    /// What happened, and whether it is still what was written.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Repairs of the relay.
    #[command(subcommand)]
    Relay(Relay),
    /// The read models: list, rebuild, diff, swap.
    #[command(subcommand)]
    Projections(read_models::Projections),
    /// Events that a read model could not fold: list, show, retry.
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLetters),
    /// The settings.
    #[command(subcommand)]
    Config(Settings),
}

#[derive(Subcommand)]
enum Topics {
    /// Shows what `apply` would do.
    Plan,
    /// Creates the topics that are missing; never changes a partition count.
    Apply,
    /// Prints who may do what on the brokers, for Kafka's own tool.
    Acls(acls::Acls),
}

#[derive(Subcommand)]
enum Relay {
    /// After a restore: accepts this database as the one to relay from, above all that Kafka has.
    Rebase(maintenance::Rebase),
}

#[derive(Subcommand)]
enum Settings {
    /// Reads the settings and says what is wrong with them.
    Check,
    /// Prints the settings that are not defaults, and where each comes from. Secrets are masked.
    Print,
    /// Prints every setting with its meaning and default.
    Docs(Docs),
}

#[derive(Args)]
struct Docs {}

impl Cli {
    pub async fn run(self) -> anyhow::Result<()> {
        let settings = || Config::load(&self.config);
        match self.command {
            Command::Up(up) => up.run(&self.config).await,
            Command::Serve(serve) => serve.run(settings()?).await,
            Command::Migrate => maintenance::migrate(&settings()?).await,
            Command::Topics(Topics::Plan) => maintenance::plan_topics(&settings()?).await,
            Command::Topics(Topics::Apply) => maintenance::apply_topics(&settings()?).await,
            Command::Topics(Topics::Acls(acls)) => acls.run(&settings()?),
            Command::Generate(generate) => generate.run().await,
            Command::Events(events) => events.run(&self.config).await,
            Command::Schemas(schemas) => schemas.run().await,
            Command::Forget(forget) => forget.run(settings()?).await,
            Command::Keys(keyring) => keyring.run(&settings()?).await,
            Command::Projections(projections) => projections.run(&settings()?).await,
            Command::DeadLetters(letters) => letters.run(&settings()?).await,
            Command::Audit(audit) => audit.run(&settings()?).await,
            Command::Relay(Relay::Rebase(rebase)) => rebase.run(&settings()?).await,
            Command::Config(Settings::Check) => {
                settings()?.check(&Role::ALL)?;
                println!("the settings are complete");
                Ok(())
            }
            Command::Config(Settings::Print) => config_docs::print(&self.config),
            Command::Config(Settings::Docs(_)) => {
                print!("{}", config_docs::markdown());
                Ok(())
            }
        }
    }
}
