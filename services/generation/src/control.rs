//! Stop signals: which answers run here, and how word reaches them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::GenerationId;
use domain::session::CancellationRequested;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The pause after a failed read.
const PAUSE: Duration = Duration::from_millis(500);

/// The answers that run in this worker.
#[derive(Clone, Default)]
pub struct Running {
    stops: Arc<Mutex<HashMap<GenerationId, CancellationToken>>>,
}

/// An answer's entry; it leaves the list when this is dropped.
pub struct Registered {
    pub stop: CancellationToken,
    running: Running,
    generation: GenerationId,
}

impl Running {
    /// Before the claim, so that no stop signal that follows it can be missed.
    ///
    /// `None`: it is being answered here already; its record came a second time.
    pub fn register(&self, generation: GenerationId) -> Option<Registered> {
        match self.lock().entry(generation) {
            Entry::Occupied(_) => None,
            Entry::Vacant(vacant) => {
                let stop = vacant.insert(CancellationToken::new()).clone();
                Some(Registered { stop, running: self.clone(), generation })
            }
        }
    }

    fn stop(&self, generation: GenerationId) {
        if let Some(stop) = self.lock().get(&generation) {
            stop.cancel();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<GenerationId, CancellationToken>> {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.running.lock().remove(&self.generation);
    }
}

/// Reads every cancellation from now on; each worker reads them all.
pub async fn listen(control: bus::Reader, running: Running, shutdown: CancellationToken) {
    loop {
        let record = tokio::select! {
            () = shutdown.cancelled() => return,
            record = control.next() => record,
        };
        match record {
            Ok(record) => match cancelled(&record.payload) {
                Some(generation) => running.stop(generation),
                None => tracing::warn!("an unreadable record on the control topic was skipped"),
            },
            Err(error) => {
                tracing::warn!(%error, "the control topic cannot be read");
                sleep(PAUSE).await;
            }
        }
    }
}

fn cancelled(payload: &[u8]) -> Option<GenerationId> {
    let record = events::decode(payload).ok()?;
    let request: CancellationRequested = serde_json::from_value(record.payload).ok()?;
    Some(request.generation_id)
}
