//! How a server is started, so that it can be started again.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::account::Account;
use crate::error::{At, Result};
use crate::tool::{self, last_lines};

/// What servers see of our environment. Not the rest: it holds keys.
const ENVIRONMENT: [&str; 8] = ["PATH", "HOME", "JAVA_HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH"];

/// How a server is started.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub name: &'static str,
    pub program: PathBuf,
    pub args: Vec<OsString>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Where its output goes.
    pub log: PathBuf,
    /// Who runs it, when not we.
    pub account: Option<Account>,
    /// How it is asked to end; also what the kernel sends it when we die, more than once if we have several threads.
    pub ending: Ending,
}

/// The signal that ends a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Terminate,
    Interrupt,
    Quit,
    Kill,
}

impl Ending {
    pub(crate) fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
            Self::Quit => Signal::QUIT,
            Self::Kill => Signal::KILL,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Interrupt => "INT",
            Self::Quit => "QUIT",
            Self::Kill => "KILL",
        }
    }
}

impl Launch {
    /// The command: `setpriv` asks the kernel for the signal, changes the user, and becomes the server.
    ///
    /// It has a process group of its own, so that Ctrl-C reaches us only, and the order of the end is ours.
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new(tool::SETPRIV.path()?);
        command
            .args(self.account.iter().flat_map(|account| account.flags()))
            .arg(format!("--pdeathsig={}", self.ending.name()))
            .arg("--")
            .arg(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))))
            .current_dir(&self.folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(self.output()?)
            .stderr(self.output()?);
        Ok(command)
    }

    fn output(&self) -> Result<File> {
        OpenOptions::new().create(true).append(true).open(&self.log).at(&self.log)
    }

    /// The end of the log.
    pub(crate) fn last_words(&self) -> String {
        last_lines(&fs::read_to_string(&self.log).unwrap_or_default())
    }
}
