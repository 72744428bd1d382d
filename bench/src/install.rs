//! `atelier up`, as a user starts it, with a played model behind it.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::Client;
use tempfile::TempDir;
use testkit::{Model, Person, Process, eventually};
use url::Url;

pub struct Install {
    pub url: Url,
    pub model: Model,
    pub client: Client,
    pub pid: u32,
    process: Process,
    folder: TempDir,
}

impl Install {
    /// Everything fresh, ready to be used.
    pub async fn start() -> anyhow::Result<Self> {
        let model = Model::start().await?;
        let folder = tempfile::tempdir()?;
        let state = folder.path().join("state");
        let settings = [
            ("ATELIER_LLM_URL", model.url.to_string()),
            ("ATELIER_LLM_MODEL", "played".to_owned()),
            ("ATELIER_LISTEN", "127.0.0.1:0".to_owned()),
            ("ATELIER_OPERATIONS_LISTEN", "127.0.0.1:0".to_owned()),
            ("ATELIER_LIMITS_ANONYMOUS_PER_MINUTE", "10000000".to_owned()),
            ("ATELIER_LIMITS_SIGNED_IN_PER_MINUTE", "10000000".to_owned()),
            ("ATELIER_LIMITS_DEVICE_PER_MINUTE", "10000000".to_owned()),
            ("ATELIER_LIMITS_TENANT_PER_MINUTE", "10000000".to_owned()),
            ("ATELIER_LIMITS_SIGN_IN_PER_MINUTE", "10000000".to_owned()),
            ("ATELIER_GATEWAY_FREE_PROJECTS", "10000000".to_owned()),
            ("ATELIER_EDGE_STREAMS_PER_USER", "20000".to_owned()),
            ("ATELIER_EDGE_STREAMS_PER_TENANT", "20000".to_owned()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let arguments = ["up", "--state", state.to_str().context("the temporary folder has a name in UTF-8")?];
        let mut process = Process::new("up", &arguments, settings, folder.path());
        process.start()?;
        let (url, pid) = ready(&state).await?;
        Ok(Self {
            url,
            pid,
            client: Client::builder().read_timeout(Duration::from_secs(60)).pool_max_idle_per_host(64).build()?,
            model,
            process,
            folder,
        })
    }

    /// Ends it, starts it with what it has kept, and tells how long the start took.
    pub async fn again(&mut self) -> anyhow::Result<Duration> {
        let state = self.folder.path().join("state");
        self.process.terminate().await;
        std::fs::remove_file(state.join("env")).or_else(|gone| match gone.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(gone),
        })?;
        let begun = Instant::now();
        self.process.start()?;
        (self.url, self.pid) = ready(&state).await?;
        Ok(begun.elapsed())
    }

    pub async fn sign_up(&self, name: &str) -> Person {
        Person::sign_up(&self.url, &self.client, name).await
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `atelier up` tells others, for example `DATABASE_URL`.
    pub fn environment(&self, name: &str) -> anyhow::Result<String> {
        let env = environment(&self.folder.path().join("state")).context("it is ready")?;
        env.get(name).cloned().with_context(|| format!("the env file names {name}"))
    }

    pub async fn metrics(&self) -> anyhow::Result<String> {
        let url = Url::parse(&self.environment("ATELIER_OPS_URL")?)?.join("metrics")?;
        Ok(self.client.get(url).send().await?.text().await?)
    }

    pub async fn stop(mut self) {
        self.process.terminate().await;
    }
}

/// Where it answers, and which process it is, once it is ready.
async fn ready(state: &Path) -> anyhow::Result<(Url, u32)> {
    let env = eventually("`atelier up` is ready", || async { environment(state) }).await;
    let url = env.get("ATELIER_URL").context("the env file names the URL")?.parse()?;
    Ok((url, env.get("ATELIER_PID").context("the env file names the process")?.parse()?))
}

fn environment(state: &Path) -> Option<HashMap<String, String>> {
    let text = std::fs::read_to_string(state.join("env")).ok()?;
    Some(text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}
