//! Programs of the system that we call, and what to install when one is not there.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::error::{Error, Result};

/// A program of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool {
    /// What it is called; any of these will do.
    pub names: &'static [&'static str],
    /// The Debian and Ubuntu package that brings it.
    pub package: &'static str,
}

pub(crate) const JAVA: Tool = Tool { names: &["java"], package: "openjdk-17-jre-headless" };
pub(crate) const MAVEN: Tool = Tool { names: &["mvn"], package: "maven" };
pub(crate) const PIP: Tool = Tool { names: &["pip3", "pip"], package: "python3-pip" };
pub(crate) const REDIS: Tool = Tool { names: &["redis-server"], package: "redis-server" };
pub(crate) const SETPRIV: Tool = Tool { names: &["setpriv"], package: "util-linux" };
pub(crate) const USERADD: Tool = Tool { names: &["useradd"], package: "passwd" };

/// Folders of programs that an ordinary user's `PATH` may leave out.
const SYSTEM: [&str; 2] = ["/usr/sbin", "/sbin"];

impl Tool {
    /// Where it is.
    pub(crate) fn path(self) -> Result<PathBuf> {
        self.find().ok_or_else(|| Error::Missing(vec![self]))
    }

    fn find(self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<_> = env::split_paths(&path).chain(SYSTEM.map(PathBuf::from)).collect();
        let candidates = self.names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        candidates.into_iter().find(|file| file.is_file())
    }
}

/// Fails with the whole list of what is missing, so that one install is enough.
pub(crate) fn require(tools: &[Tool]) -> Result<()> {
    let missing: Vec<_> = tools.iter().copied().filter(|tool| tool.find().is_none()).collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::Missing(missing)) }
}

/// What to tell a person who lacks these tools.
pub(crate) fn missing(tools: &[Tool]) -> String {
    let names: Vec<_> = tools.iter().map(|tool| tool.names[0]).collect();
    let packages: Vec<_> = tools.iter().map(|tool| tool.package).collect();
    format!("not installed: {} (try: apt-get install {})", names.join(", "), packages.join(" "))
}

/// Runs a tool to its end and gives what it printed. It is killed when we stop waiting.
pub(crate) async fn run<A: AsRef<OsStr>>(
    program: &Path,
    args: impl IntoIterator<Item = A>,
    limit: Duration,
) -> Result<String> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).kill_on_drop(true);
    let failed = |said: String| Error::Tool { tool: program.display().to_string(), said };

    let output = tokio::time::timeout(limit, command.output())
        .await
        .map_err(|_| failed(format!("not done after {limit:?}")))?
        .map_err(|error| failed(error.to_string()))?;

    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let said = stdout + &String::from_utf8_lossy(&output.stderr);
    Err(failed(format!("{}\n{}", output.status, last_lines(&said))))
}

/// The end of a text, which is where programs say what went wrong.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Tool = Tool { names: &["no-such-program"], package: "no-such-package" };

    #[test]
    fn a_missing_tool_is_named_with_the_command_that_installs_it() {
        let error = require(&[SETPRIV, NOWHERE, Tool { names: &["nor-this"], package: "nor-that" }]).unwrap_err();

        assert_eq!(
            error.to_string(),
            "not installed: no-such-program, nor-this (try: apt-get install no-such-package nor-that)"
        );
    }

    #[test]
    fn redis_is_installed_from_the_package_redis_server() {
        assert_eq!(missing(&[REDIS]), "not installed: redis-server (try: apt-get install redis-server)");
    }

    #[tokio::test]
    async fn a_failing_tool_says_what_it_said() {
        let error =
            run(Path::new("/bin/sh"), ["-c", "echo over there >&2; exit 3"], Duration::from_secs(5)).await.unwrap_err();

        assert!(error.to_string().contains("over there"), "{error}");
    }

    #[tokio::test]
    async fn a_tool_that_hangs_is_given_up() {
        let error = run(Path::new("/bin/sh"), ["-c", "sleep 60"], Duration::from_millis(50)).await.unwrap_err();

        assert!(error.to_string().contains("not done after 50ms"), "{error}");
    }
}
