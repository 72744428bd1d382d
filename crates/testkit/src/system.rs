//! The whole system in three processes, as an installation would split it: core, front and worker.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use devstack::{Options, Stack};
use reqwest::Client;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use url::Url;

use crate::model::Model;
use crate::person::Person;
use crate::process::{Process, binary};
use crate::wait::eventually;

/// Secrets of a system that lives for one test run.
const KEK: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const PEPPER: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2A=";
const SEALING_KEY: &str = "MTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1A=";
const AUDIT_KEY: &str = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=";

/// Everything that runs; it ends when dropped.
pub struct System {
    pub url: Url,
    pub model: Model,
    pub stack: Stack,
    /// Where consumers find the schemas.
    pub registry: Url,
    /// auth, command, relay, projector, registry.
    pub core: Process,
    /// gateway and edge: what a browser talks to.
    pub front: Process,
    /// generation.
    pub worker: Process,
    /// A second generation worker, not started unless a story does.
    pub second_worker: Process,
    pub client: Client,
    pub folder: TempDir,
    operations: Vec<Url>,
    settings: Vec<(String, String)>,
}

impl System {
    /// Kafka, Postgres, Redis, three processes and a model; returns when all are ready.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_on(Options::test()).await
    }

    /// Likewise, on a stack of these options.
    pub async fn start_on(options: Options) -> anyhow::Result<Self> {
        Self::start_with(options, &[]).await
    }

    /// Likewise, and all processes are told this besides.
    pub async fn start_with(options: Options, besides: &[(&str, String)]) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir()?;
        let model = Model::start().await?;
        let stack = Stack::start(options, |_| {}).await.context("no Kafka, Postgres and Redis")?;
        let ports = Ports::free().await?;
        let logs = folder.path();
        let outbox = ("ATELIER_MAIL_OUTBOX".to_owned(), logs.join("outbox").display().to_string());
        let besides: Vec<_> = besides.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let settings = |operations: u16| {
            [ports.settings(&stack, &model, operations), vec![outbox.clone()], besides.clone()].concat()
        };

        prepare(&settings(0), logs).await?;
        let process = |name: &str, roles: &str, operations: u16| {
            Process::new(name, &["serve", "--roles", roles], settings(operations), logs)
        };
        let mut core_settings = settings(ports.core);
        core_settings.push(("ATELIER_RPC_COMMAND_LISTEN".into(), format!("127.0.0.1:{}", ports.rpc)));
        core_settings.push(("ATELIER_AUTH_LISTEN".into(), format!("127.0.0.1:{}", ports.auth)));
        core_settings.push(("ATELIER_REGISTRY_LISTEN".into(), format!("127.0.0.1:{}", ports.registry)));
        let mut system = Self {
            url: format!("http://127.0.0.1:{}", ports.public).parse()?,
            registry: format!("http://127.0.0.1:{}", ports.registry).parse()?,
            core: Process::new(
                "core",
                &["serve", "--roles", "auth,command,relay,projector,registry"],
                core_settings,
                logs,
            ),
            front: process("front", "gateway,edge", ports.front),
            worker: process("worker", "generation", ports.worker),
            second_worker: process("second-worker", "generation", ports.second_worker),
            settings: settings(0),
            model,
            stack,
            client: Client::builder().read_timeout(Duration::from_secs(40)).build()?,
            folder,
            operations: [ports.core, ports.front, ports.worker].map(operations).into(),
        };
        system.core.start()?;
        system.front.start()?;
        system.worker.start()?;
        system.is_ready().await;
        Ok(system)
    }

    /// Starts again whatever a story has killed, and waits until what is written can be read again: after a crash the
    /// next relay waits until the lease of the last one is over.
    pub async fn mend(&mut self) -> anyhow::Result<()> {
        if self.stack.kafka_pid().is_none() {
            self.stack.restart_kafka().await?;
        }
        if self.stack.postgres_pid().is_none() {
            self.stack.restart_postgres().await?;
        }
        if self.stack.redis_pid().is_none() {
            self.stack.restart_redis().await?;
        }
        self.second_worker.kill().await;
        for process in [&mut self.core, &mut self.front, &mut self.worker] {
            process.thaw();
            if process.has_ended() {
                process.start()?;
            }
        }
        self.is_ready().await;
        let somebody = self.sign_up("somebody").await;
        eventually("what is written is read", || async {
            (somebody.get("me").await.status.is_success()).then_some(())
        })
        .await;
        Ok(())
    }

    /// A command of the binary beside the system, with its settings; not started yet.
    pub fn atelier(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(binary()?);
        let settings = self.settings.iter().map(|(name, value)| (name, value));
        command.args(arguments).envs(settings).current_dir(self.folder.path()).kill_on_drop(true);
        Ok(command)
    }

    /// Another process beside the system, not started yet: its roles, and what it is told otherwise than the others.
    pub async fn beside(&self, name: &str, roles: &str, otherwise: &[(&str, String)]) -> anyhow::Result<Process> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let mut settings = self.settings.clone();
        settings.push(("ATELIER_OPERATIONS_LISTEN".into(), format!("127.0.0.1:{port}")));
        settings.extend(otherwise.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Ok(Process::new(name, &["serve", "--roles", roles], settings, self.folder.path()))
    }

    /// Starts a process from [`System::beside`], and waits until it is ready.
    pub async fn brings_up(&self, process: &mut Process) -> anyhow::Result<()> {
        process.start()?;
        let url = format!("http://{}/readyz", process.operations());
        eventually(&format!("{url} is ready"), || async {
            let response = self.client.get(&url).send().await.ok()?;
            response.status().is_success().then_some(())
        })
        .await;
        Ok(())
    }

    /// Waits until every process says so.
    pub async fn is_ready(&self) {
        for url in &self.operations {
            eventually(&format!("{url} is ready\n{}", self.logs()), || async {
                let response = self.client.get(url.clone()).send().await.ok()?;
                response.status().is_success().then_some(())
            })
            .await;
        }
    }

    /// Whether the process whose operations port is the n-th (core, front, worker) is ready now.
    pub async fn readiness(&self, process: usize) -> Option<u16> {
        let response = self.client.get(self.operations.get(process)?.clone()).send().await.ok()?;
        Some(response.status().as_u16())
    }

    pub async fn sign_up(&self, name: &str) -> Person {
        Person::sign_up(&self.url, &self.client, name).await
    }

    /// The secret of the link in the newest mail to this address with these words in its subject.
    pub async fn link(&self, to: &str, subject: &str) -> String {
        let outbox = self.folder.path().join("outbox");
        eventually(&format!("a mail \"{subject}\""), || async {
            let mut files: Vec<_> = std::fs::read_dir(&outbox).ok()?.flatten().map(|entry| entry.path()).collect();
            files.sort();
            let mails = files.iter().rev().filter_map(|file| std::fs::read_to_string(file).ok());
            let mut mails = mails.filter_map(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
            let mail =
                mails.find(|mail| mail["to"] == to && mail["subject"].as_str().is_some_and(|s| s.contains(subject)))?;
            let (_, secret) = mail["text"].as_str()?.split_once('#')?;
            secret.split_whitespace().next().map(str::to_owned)
        })
        .await
    }

    /// Where the processes log.
    pub fn log_files(&self) -> Vec<PathBuf> {
        let processes = [&self.core, &self.front, &self.worker, &self.second_worker];
        processes.map(|process| process.log_file().to_owned()).into()
    }

    /// The command line on this system, for example `["audit", "verify"]`.
    pub async fn runs(&self, arguments: &[&str]) -> std::process::Output {
        self.core.runs(arguments).await.expect("the command line runs")
    }

    /// What all processes have logged.
    pub fn logs(&self) -> String {
        let parts =
            [("core", &self.core), ("front", &self.front), ("worker", &self.worker), ("second", &self.second_worker)];
        parts.map(|(name, process)| format!("--- {name}\n{}", process.log())).join("\n")
    }
}

fn operations(port: u16) -> Url {
    format!("http://127.0.0.1:{port}/readyz").parse().expect("a port makes a URL")
}

/// Schemas and topics.
async fn prepare(settings: &[(String, String)], logs: &std::path::Path) -> anyhow::Result<()> {
    for (name, arguments) in [("migrate", &["migrate"][..]), ("topics", &["topics", "apply"])] {
        let mut process = Process::new(name, arguments, settings.to_vec(), logs);
        process.start()?;
        eventually(&format!("`atelier {}` ends", arguments.join(" ")), || {
            let ended = process.has_ended();
            async move { ended.then_some(()) }
        })
        .await;
        let log = process.log();
        anyhow::ensure!(!log.contains("atelier: "), "`atelier {}` failed: {log}", arguments.join(" "));
    }
    Ok(())
}

/// Free ports, found once so that a restarted process keeps its own.
struct Ports {
    public: u16,
    rpc: u16,
    auth: u16,
    core: u16,
    front: u16,
    worker: u16,
    second_worker: u16,
    registry: u16,
}

impl Ports {
    async fn free() -> anyhow::Result<Self> {
        let mut listeners = Vec::new();
        for _ in 0..8 {
            listeners.push(TcpListener::bind("127.0.0.1:0").await?);
        }
        let mut ports = listeners.iter().map(|listener| listener.local_addr().map(|address| address.port()));
        let mut next = || ports.next().context("eight ports")?.map_err(anyhow::Error::from);
        Ok(Self {
            public: next()?,
            rpc: next()?,
            auth: next()?,
            core: next()?,
            front: next()?,
            worker: next()?,
            second_worker: next()?,
            registry: next()?,
        })
    }

    fn settings(&self, stack: &Stack, model: &Model, operations: u16) -> Vec<(String, String)> {
        let set = |name: &str, value: String| (format!("ATELIER_{name}"), value);
        vec![
            set("DATABASE_URL", stack.postgres.to_string()),
            set("KAFKA_BOOTSTRAP", stack.kafka.clone()),
            set("REDIS_URL", stack.redis.to_string()),
            set("KEYS_KEK", KEK.into()),
            set("STORE_PEPPER", PEPPER.into()),
            set("AUTH_SEALING_KEY", SEALING_KEY.into()),
            set("AUDIT_SIGNING_KEY", AUDIT_KEY.into()),
            set("AUDIT_ROOT_EVERY", "200ms".into()),
            set("IDENTITY_INTERNAL_SECRET", "the internal secret of a test".into()),
            set("GATEWAY_LISTEN", format!("127.0.0.1:{}", self.public)),
            set("GATEWAY_PUBLIC_URL", format!("http://127.0.0.1:{}", self.public)),
            set("LIMITS_ANONYMOUS_PER_MINUTE", "100000".into()),
            set("LIMITS_SIGNED_IN_PER_MINUTE", "100000".into()),
            set("LIMITS_DEVICE_PER_MINUTE", "100000".into()),
            set("LIMITS_TENANT_PER_MINUTE", "100000".into()),
            set("LIMITS_SIGN_IN_PER_MINUTE", "100000".into()),
            set("GATEWAY_FREE_PROJECTS", "20".into()),
            set("GATEWAY_ANSWER_CACHE", "1h".into()),
            set("AUTH_ADMINISTRATORS", "[\"root@example.org\"]".into()),
            set("RPC_COMMAND_URL", format!("http://127.0.0.1:{}", self.rpc)),
            set("RPC_AUTH_URL", format!("http://127.0.0.1:{}", self.auth)),
            set("OPERATIONS_LISTEN", format!("127.0.0.1:{operations}")),
            set("AUTH_TOKEN_KEY_LEAD", "2s".into()),
            set("AUTH_TOKEN_KEYS_RELOAD", "500ms".into()),
            set("IDENTITY_KEYS_AGE", "1s".into()),
            set("LLM_URL", model.url.to_string()),
            set("LLM_PROMPT_PRICE", "\"0.25\"".into()),
            set("LLM_COMPLETION_PRICE", "\"1.5\"".into()),
            set("LLM_SILENCE", "5s".into()),
            set("GENERATION_LEASE", "3s".into()),
            set("GENERATION_HEARTBEAT", "1s".into()),
            set("ANSWERS_LOOK_EVERY", "1s".into()),
        ]
    }
}
