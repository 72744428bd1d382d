//! `atelier up`: everything on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};
use devstack::{Options, Source, Stack};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::platform::Platform;
use crate::roles::{self, Role};
use crate::secrets::Secrets;
use crate::serve::until_signalled;
use crate::{maintenance, operations, ports};

/// Starts everything on this machine: Kafka, Postgres, Redis and every role. Prints the URL.
#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier up
  ATELIER_LLM_URL=http://localhost:8000/v1 atelier up      with a model server of your own
  ATELIER_LLM_DEMO_PACE=0 atelier up                       the built-in demo, without delay

Kafka, Postgres and Redis are taken from KAFKA_BOOTSTRAP, DATABASE_URL and REDIS_URL where these are set; else they run
in containers where Docker or podman answers, else as processes of this machine.")]
pub struct Up {
    /// Data, logs and secrets of this installation.
    #[arg(long, default_value = ".atelier")]
    state: PathBuf,

    /// The public port; a free one is taken if this one is not.
    #[arg(long, env = "ATELIER_LISTEN")]
    listen: Option<SocketAddr>,

    /// Where Kafka, Postgres and Redis come from.
    #[arg(long, env = "ATELIER_SERVERS", value_enum, default_value_t)]
    servers: Servers,
}

/// Data that a state folder has is always looked for where it is.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Servers {
    /// What the environment names; for the rest containers if an engine answers, else native processes.
    #[default]
    Auto,
    /// Processes of this machine, whatever the environment says.
    Native,
    /// Containers, by the engine at DOCKER_HOST or at its usual socket.
    Containers,
    /// KAFKA_BOOTSTRAP, DATABASE_URL and REDIS_URL, all three.
    Environment,
}

impl From<Servers> for Source {
    fn from(servers: Servers) -> Self {
        match servers {
            Servers::Auto => Self::Auto,
            Servers::Native => Self::Native,
            Servers::Containers => Self::Containers,
            Servers::Environment => Self::Environment,
        }
    }
}

impl Up {
    pub async fn run(self, file: &Path) -> anyhow::Result<()> {
        let begun = Instant::now();
        std::fs::create_dir_all(&self.state).with_context(|| format!("cannot create {}", self.state.display()))?;
        let secrets = Secrets::load_or_create(&self.state.join("secrets.toml"))?;
        let mut config = Config::load_with(file, &secrets)?;
        let telemetry = runtime::telemetry::start(&config.telemetry)?;
        let options = Options { source: self.servers.into(), ..Options::up(&self.state) };
        let stack = Stack::start(options, |line| eprintln!("  {line}")).await?;

        config.database.url = Some(SecretString::from(stack.postgres.to_string()));
        config.kafka.bootstrap.clone_from(&stack.kafka);
        config.redis.url = Some(SecretString::from(stack.redis.to_string()));
        config.auth.first_account_administers = true;
        config.gateway.listen = ports::free(self.listen.unwrap_or(config.gateway.listen)).await?;
        config.registry.listen = ports::free(config.registry.listen).await?;
        if config.mail.outbox == mail::Config::default().outbox {
            config.mail.outbox = self.state.join("outbox");
        }
        maintenance::migrate(&config).await?;
        bus::admin::apply(&config.kafka).await.context("cannot create the topics")?;

        let operations = ports::listen(config.operations.listen).await?;
        config.operations.listen = operations.local_addr()?;
        let environment = environment(&config, &stack);
        let outcome = self.serve(config, operations, telemetry.metrics.clone(), &environment, begun).await;
        stack.stop().await;
        outcome
    }

    async fn serve(
        &self,
        config: Config,
        listener: tokio::net::TcpListener,
        metrics: metrics_exporter_prometheus::PrometheusHandle,
        environment: &str,
        begun: Instant,
    ) -> anyhow::Result<()> {
        let url = public_url(&config);
        let demo = config.llm.url.is_none();
        let outbox = mail::Mailer::new(config.mail.clone())?.outbox().cloned();
        let mails = outbox.as_ref().map(|_| format!("http://{}/outbox", config.operations.listen));
        let platform = Platform::new(config, &Role::ALL)?;
        let shutdown = CancellationToken::new();
        let (health, keys) = (platform.health.clone(), platform.token_keys());
        let operations = operations::serve(listener, health, move || metrics.render(), outbox, keys, shutdown.clone());
        let announce = async {
            platform.health.is_ready().await;
            std::fs::write(self.state.join("env"), environment).context("cannot write the env file")?;
            announce(&url, mails.as_deref(), demo, begun);
            anyhow::Ok(())
        };
        until_signalled(&shutdown, async {
            let roles = roles::run(Role::ALL.to_vec(), &platform, &shutdown);
            tokio::pin!(roles);
            let early = tokio::select! {
                ended = &mut roles => Some(ended),
                announced = announce => { announced?; None }
            };
            let ended = async {
                match early {
                    Some(ended) => ended,
                    None => roles.await,
                }
            };
            let (roles, operations) = tokio::join!(ended, operations);
            roles.and(operations)
        })
        .await
    }
}

fn public_url(config: &Config) -> String {
    let listening = || format!("http://{}", config.gateway.listen);
    config.gateway.public_url.as_ref().map_or_else(listening, ToString::to_string)
}

fn announce(url: &str, mails: Option<&str>, demo: bool, begun: Instant) {
    println!("\n  Atelier is ready after {:.1} s:  {url}\n", begun.elapsed().as_secs_f64());
    println!("  Sign up there with any e-mail address; nothing leaves this machine.");
    if let Some(mails) = mails {
        println!("  Mails stay here too:  {mails}");
    }
    println!("  From a terminal:  atelier generate \"a pricing page\"");
    if demo {
        println!("  Answers come from the built-in demo. For a real model set ATELIER_LLM_URL, for example");
        println!("  ATELIER_LLM_URL=http://localhost:8000/v1 (vLLM or any OpenAI-compatible server).");
    }
    println!("  Stop with Ctrl-C; everything is kept.\n");
}

/// For scripts: where everything is.
fn environment(config: &Config, stack: &Stack) -> String {
    let pid = |pid: Option<u32>| pid.map(|pid| pid.to_string()).unwrap_or_default();
    let lines = [
        ("ATELIER_URL", public_url(config)),
        ("ATELIER_OPS_URL", format!("http://{}", config.operations.listen)),
        ("REGISTRY_URL", format!("http://{}", config.registry.listen)),
        ("KAFKA_BOOTSTRAP", stack.kafka.clone()),
        ("DATABASE_URL", stack.postgres.to_string()),
        ("REDIS_URL", stack.redis.to_string()),
        ("ATELIER_PID", std::process::id().to_string()),
        ("KAFKA_PID", pid(stack.kafka_pid())),
        ("POSTGRES_PID", pid(stack.postgres_pid())),
    ];
    lines.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}
