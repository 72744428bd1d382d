//! A native server: how it is started, where it answers, and its process while it has one.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::launch::Launch;
use crate::options::Patience;
use crate::orphans;
use crate::process::Process;
use crate::ready::Address;

pub(crate) struct Server {
    launch: Launch,
    address: Address,
    /// What its processes carry on their command line.
    mark: String,
    patience: Patience,
    process: Mutex<Option<Arc<Process>>>,
}

impl Server {
    /// Starts it and waits until it answers.
    pub(crate) async fn start(launch: Launch, address: Address, mark: String, patience: Patience) -> Result<Self> {
        let server = Self { launch, address, mark, patience, process: Mutex::default() };
        server.launch().await?;
        Ok(server)
    }

    async fn launch(&self) -> Result<()> {
        let process = Arc::new(Process::start(&self.launch).await?);
        tokio::select! {
            answer = self.address.answers(self.patience.ready) => answer?,
            () = process.ended() => return Err(self.died()),
        }
        self.hold(Some(process));
        Ok(())
    }

    fn died(&self) -> Error {
        Error::Ended { name: self.launch.name, log: self.launch.log.clone(), tail: self.launch.last_words() }
    }

    /// Ends it cleanly if it runs, and starts it with the same port and data.
    pub(crate) async fn restart(&self) -> Result<()> {
        self.stop().await;
        self.launch().await
    }

    /// What `kill -9` of the server and of all its children does.
    pub(crate) async fn kill(&self) {
        if let Some(process) = self.hold(None) {
            process.kill().await;
        }
        orphans::kill(&self.mark, self.patience.stop).await;
    }

    pub(crate) async fn stop(&self) {
        if let Some(process) = self.hold(None) {
            process.end(self.patience.stop).await;
        }
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.as_ref().filter(|process| process.is_running()).map(|process| process.pid())
    }

    /// Keeps another process, or none, and gives the one kept so far.
    fn hold(&self, process: Option<Arc<Process>>) -> Option<Arc<Process>> {
        std::mem::replace(&mut *self.process.lock().unwrap_or_else(PoisonError::into_inner), process)
    }
}
