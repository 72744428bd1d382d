//! One process of the real binary, with some roles; it can be killed like any other.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use tokio::process::{Child, Command};

use crate::spawner::spawn;

pub struct Process {
    name: String,
    command: Vec<String>,
    environment: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    pub fn new(name: &str, arguments: &[&str], environment: Vec<(String, String)>, logs: &std::path::Path) -> Self {
        Self {
            name: name.to_owned(),
            command: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            environment,
            log: logs.join(format!("{name}.log")),
            child: None,
        }
    }

    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = std::fs::File::options().create(true).append(true).open(&self.log)?;
        // Also when the tests are killed: nobody is left behind.
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(binary()?)
            .args(&self.command)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .kill_on_drop(true);
        self.child = Some(spawn(command).with_context(|| format!("{} does not start", self.name))?);
        Ok(())
    }

    /// A setting by the name of its environment variable, for example `ATELIER_RPC_AUTH_URL`.
    pub fn setting(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("{} has no {name}", self.name), |(_, value)| value)
    }

    /// The address of its operations port.
    pub fn operations(&self) -> &str {
        let found = self.environment.iter().rev().find(|(known, _)| known == "ATELIER_OPERATIONS_LISTEN");
        found.map_or_else(|| panic!("{} has no operations port", self.name), |(_, value)| value)
    }

    /// Runs the binary once with other arguments and this process's settings, as an operator would.
    pub async fn runs(&self, arguments: &[&str]) -> anyhow::Result<std::process::Output> {
        let mut command = Command::new(binary()?);
        command.args(arguments).envs(self.environment.iter().cloned()).stdin(Stdio::null()).kill_on_drop(true);
        command.output().await.with_context(|| format!("{arguments:?} does not run"))
    }

    /// `kill -9`: no goodbye, nothing flushed.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("a process that we started can be killed");
        }
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal(&child, "TERM");
            child.wait().await.expect("a child can be waited for");
        }
    }

    /// Freezes the process (SIGSTOP): it lives, but does nothing.
    pub fn freeze(&self) {
        self.child.iter().for_each(|child| signal(child, "STOP"));
    }

    /// Lets a frozen process go on (SIGCONT).
    pub fn thaw(&self) {
        self.child.iter().for_each(|child| signal(child, "CONT"));
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| matches!(child.try_wait(), Ok(Some(_))))
    }

    pub fn log_file(&self) -> &Path {
        &self.log
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().expect("the child has not been waited for").to_string();
    let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -s {name} {pid}");
}

/// The real binary: beside the test binary, where `./test` builds it.
pub(crate) fn binary() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().find(|folder| folder.join("atelier").is_file());
    let folder = folder.context("the binary is missing: `cargo build --bin atelier` first, or run ./test")?;
    Ok(folder.join("atelier"))
}
