//! Answers that were begun on a hint, before their record came.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{Assignment, Partition, Topics};
use domain::GenerationId;
use rpc::Hint;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::attempt;
use crate::error::Failure;
use crate::request::Request;
use crate::worker::Worker;

/// An answer at work, in a task of its own so that answers share the cores.
pub type Task = AbortOnDropHandle<Result<(), Failure>>;

/// How long the outcome of an early answer waits for its record. One that never comes went to another
/// worker, to whom the store says that the answer is over.
const KEPT: Duration = Duration::from_secs(60);

/// Early answers by generation.
pub struct Early {
    hints: Option<Receiver<Hint>>,
    begun: HashMap<GenerationId, (Instant, Task)>,
}

impl Early {
    pub fn new(hints: Option<Receiver<Hint>>) -> Self {
        Self { hints, begun: HashMap::new() }
    }

    /// The next hint; for ever pending where nobody gives any.
    pub async fn hint(&mut self) -> Hint {
        match &mut self.hints {
            Some(hints) => match hints.recv().await {
                Some(hint) => hint,
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }

    /// Begins, if the record will come to us too.
    pub fn begin(&mut self, worker: &Arc<Worker>, assigned: &Assignment, hint: Hint) {
        self.begun.retain(|_, (at, task)| !task.is_finished() || at.elapsed() < KEPT);
        if comes_to_us(&worker.topics, assigned, &hint) {
            let generation = hint.generation;
            self.begun.insert(generation, (Instant::now(), begin(worker.clone(), hint.into())));
        }
    }

    /// The answer that its record finds at work.
    pub fn take(&mut self, generation: GenerationId) -> Option<Task> {
        self.begun.remove(&generation).map(|(_, task)| task)
    }

    /// How many are at work without their record.
    pub fn at_work(&self) -> usize {
        self.begun.values().filter(|(_, task)| !task.is_finished()).count()
    }

    /// All that are left, at the end.
    pub fn rest(&mut self) -> Vec<Task> {
        self.begun.drain().map(|(_, (_, task))| task).collect()
    }
}

/// Begins an answer in a task of its own.
pub fn begin(worker: Arc<Worker>, request: Request) -> Task {
    let (mut step, request) = request.traced();
    #[expect(clippy::disallowed_methods, reason = "it ends with its handle, which the loop waits for")]
    AbortOnDropHandle::new(tokio::spawn(async move {
        let outcome = attempt::take(&worker, &request).await;
        if outcome.is_err() {
            step.failed("not answered");
        }
        outcome
    }))
}

fn comes_to_us(topics: &Topics, assigned: &Assignment, hint: &Hint) -> bool {
    let topic = topics.generation_requests();
    let Some(partitions) = topics.partitions(&topic) else { return false };
    let number = bus::partition_of(hint.session.to_string().as_bytes(), partitions);
    assigned.partitions.contains(&Partition::new(topic, number))
}

impl From<Hint> for Request {
    fn from(hint: Hint) -> Self {
        let Hint { tenant, session, generation, cause, traceparent, conversation } = hint;
        Self { tenant, session, generation, cause, traceparent, conversation }
    }
}
