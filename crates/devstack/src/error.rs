//! What can go wrong, told so that the reader knows what to do next.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::tool::{self, Tool};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why there is no stack.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Programs that have to be installed first.
    #[error("{}", tool::missing(.0))]
    Missing(Vec<Tool>),

    /// The folder belongs to a stack that is still alive.
    #[error("already running: process {pid} uses {}", .state.display())]
    AlreadyRunning {
        /// The folder.
        state: PathBuf,
        /// The process that holds it.
        pid: u32,
    },

    /// `Source::Environment` without all of its variables.
    #[error("not set in the environment: {}", .0.join(", "))]
    Unset(Vec<&'static str>),

    /// A variable that is set, but not to something we can use.
    #[error("{name} is not a usable address: {reason}")]
    Address {
        /// The variable.
        name: &'static str,
        /// Why not. Never the value: it may hold a password.
        reason: String,
    },

    /// Native servers were asked for where the data is in containers, or the other way round.
    #[error("the data of {} is with servers of the other kind (its file `servers` says which): begin another folder with --state", .state.display())]
    KeptElsewhere {
        /// The folder.
        state: PathBuf,
    },

    /// `Source::Containers`, and nobody is there to run them.
    #[error("no container engine answers{}", if cfg!(feature = "containers") { "" } else { " (built without the feature `containers`)" })]
    NoEngine,

    /// A server ended instead of starting.
    #[error("{name} ended at its start; {} says:\n{tail}", .log.display())]
    Ended {
        /// Which one.
        name: &'static str,
        /// Its log.
        log: PathBuf,
        /// The end of its log.
        tail: String,
    },

    /// A server is there but does not answer.
    #[error("{name} does not answer after {after:?}: {cause}")]
    NotReady {
        /// Which one.
        name: &'static str,
        /// How long we waited.
        after: Duration,
        /// What the last attempt said.
        cause: String,
    },

    /// A tool that we ran failed.
    #[error("{tool} failed: {said}")]
    Tool {
        /// Its name.
        tool: String,
        /// The end of its output.
        said: String,
    },

    /// Only what we started can be killed and started again.
    #[error("{0} is not ours to kill or start: it comes from the environment")]
    NotOurs(&'static str),

    /// The container engine refused.
    #[error("{name} in a container: {cause}")]
    Container {
        /// Which server.
        name: &'static str,
        /// What the engine said.
        cause: String,
    },

    /// A file or folder that we cannot use.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Says which file an I/O error is about.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::File { path: path.to_owned(), source })
    }
}
