//! The Hertz server of `bench/hertz`, built and started here.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, ensure};
use testkit::eventually;
use tokio::process::{Child, Command};
use url::Url;

use super::wrk::Target;
use crate::install::Install;

pub struct Rival {
    url: Url,
    /// Ended when this is dropped.
    child: Child,
}

/// Whoever knows it may ask.
const TOKEN: &str = "a token for the other one";
/// The very script that our own limits run.
const LIMITS: &str = include_str!("../../../services/gateway/src/limit/count.lua");

impl Rival {
    /// `cache`: how long it keeps answers.
    pub async fn start(install: &Install, cache: &str) -> anyhow::Result<Self> {
        let binary = build().await?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(binary).arg(address.to_string());
        for name in ["DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP"] {
            command.env(name, install.environment(name)?);
        }
        command.envs([("TOKEN", TOKEN), ("COUNT", LIMITS), ("CACHE", cache)]);
        let log = std::fs::File::create(install.folder().join(format!("hertz-{cache}.log")))?;
        let child = command.stdout(log.try_clone()?).stderr(Stdio::from(log)).kill_on_drop(true).spawn()?;
        let url: Url = format!("http://{address}").parse()?;
        let health = url.join("health")?;
        eventually("Hertz answers", || async { install.client.get(health.clone()).send().await.ok() }).await;
        Ok(Self { url, child })
    }

    pub fn target(&self) -> Target {
        Target::new(&self.url, self.child.id().unwrap_or_default(), TOKEN, false)
    }
}

async fn build() -> anyhow::Result<PathBuf> {
    let source = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/hertz"));
    let binary = std::env::temp_dir().join("atelier-bench-hertz");
    let build = Command::new("go").args(["build", "-o"]).arg(&binary).arg(".").current_dir(source).status().await;
    ensure!(build.context("go is missing")?.success(), "the Hertz server does not build");
    Ok(binary)
}
