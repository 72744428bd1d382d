//! The worker itself: its parts, its one loop, and how it ends an answer.

use std::pin::Pin;
use std::sync::Arc;

use anyhow::Context;
use bus::{Consumer, Partition, Producer, Reader, Start, Topics, Work};
use domain::WorkerId;
use futures::stream::{FuturesUnordered, StreamExt};
use keys::Keys;
use llm::{Prices, Provider};
use rpc::{Command, Hint, ServiceToken};
use runtime::{Pauses, RoleHealth};
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::Config;
use crate::control::{self, Running};
use crate::early::{self, Early, Task};
use crate::error::Failure;
use crate::lease::Lease;
use crate::request::{Brief, Request};

/// What a worker is made of.
pub struct Parts {
    pub bus: bus::Config,
    pub keys: Keys,
    pub command: Command,
    pub token: ServiceToken,
    pub provider: Arc<dyn Provider>,
    /// How much text one prompt may carry to the model, in characters: rules, files and history.
    pub context_chars: usize,
    pub health: RoleHealth,
    /// From a command role in the same process; `None`: all requests come by Kafka.
    pub hints: Option<Receiver<Hint>>,
}

pub struct Worker {
    pub id: WorkerId,
    pub config: Config,
    pub keys: Keys,
    pub command: Command,
    pub token: ServiceToken,
    pub provider: Arc<dyn Provider>,
    pub context_chars: usize,
    pub producer: Producer,
    pub topics: Topics,
    pub running: Running,
    /// Cancelled when draining has taken long enough: what runs is given back.
    pub release: CancellationToken,
}

/// Serves until `shutdown`; then finishes what runs, or gives it back.
pub async fn serve(config: Config, parts: Parts, shutdown: CancellationToken) -> anyhow::Result<()> {
    let topics = parts.bus.topics();
    let running = Running::default();
    let worker = Arc::new(Worker {
        id: WorkerId::generate(),
        keys: parts.keys,
        command: parts.command,
        token: parts.token,
        provider: parts.provider,
        context_chars: parts.context_chars,
        producer: Producer::new(&parts.bus).context("cannot make a Kafka producer")?,
        running: running.clone(),
        release: CancellationToken::new(),
        topics,
        config,
    });
    let lease = worker.lease();
    first_renewal(&lease, &shutdown).await;

    // The lease and the stop signals outlive the loop: what drains is still ours, and can still be stopped.
    let drained = CancellationToken::new();
    let control = control_topic(&parts.bus, &shutdown).await?;
    let mut requests = parts.bus.clone();
    requests.consumer.retry_longest = worker.config.retry;
    requests.consumer.tries = worker.config.tries;
    let topic = worker.topics.generation_requests();
    let requests = Consumer::join(&requests, &worker.config.group, &[&topic], worker.producer.clone())
        .context("cannot consume requests")?;
    parts.health.ready();
    let work = async {
        let outcome = run(worker.clone(), requests, Early::new(parts.hints), shutdown).await;
        drained.cancel();
        outcome
    };
    let stops = control::listen(control, running, drained.clone());
    let (outcome, (), ()) = tokio::join!(work, lease.keep(&drained), stops);
    outcome
}

/// Takes requests until told to stop, and answers up to `in_flight` of them at once.
///
/// The committed offset stays below the oldest unfinished answer, so a crash repeats answers but
/// never skips one; attempts and event ids make the repeat harmless. A hint begins an answer whose
/// record is still on its way; the record then waits for that answer.
async fn run(
    worker: Arc<Worker>,
    mut requests: Consumer,
    mut early: Early,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let (mut running, assigned) = (FuturesUnordered::new(), requests.assignment());
    loop {
        let room = running.len() + early.at_work() < worker.config.in_flight.get();
        tokio::select! {
            work = requests.next(), if running.len() < worker.config.in_flight.get() => {
                running.push(answer(worker.clone(), work?, &mut early));
            }
            hint = early.hint(), if room => early.begin(&worker, &assigned.borrow(), hint),
            Some((work, outcome)) = running.next(), if !running.is_empty() => settle(&mut requests, work, outcome).await,
            () = shutdown.cancelled() => break,
        }
    }
    requests.stop();
    let too_long = sleep(worker.config.drain);
    tokio::pin!(too_long);
    let mut early: FuturesUnordered<_> = early.rest().into_iter().collect();
    while !running.is_empty() || !early.is_empty() {
        tokio::select! {
            Some((work, outcome)) = running.next(), if !running.is_empty() => settle(&mut requests, work, outcome).await,
            Some(_) = early.next(), if !early.is_empty() => {}
            () = &mut too_long, if !worker.release.is_cancelled() => worker.release.cancel(),
        }
    }
    requests.close().await.context("the consumer did not close cleanly")
}

type Settling = Pin<Box<dyn Future<Output = (Work, Result<(), Failure>)> + Send>>;

/// The answer to one request, if need be begun here and now.
fn answer(worker: Arc<Worker>, work: Work, early: &mut Early) -> Settling {
    match Request::read(&work.payload, work.headers.traceparent()) {
        Ok(request) => {
            let task = early.take(request.generation).unwrap_or_else(|| early::begin(worker, request));
            Box::pin(async move { (work, outcome(task).await) })
        }
        Err(failure) => Box::pin(async move { (work, Err(failure)) }),
    }
}

async fn outcome(task: Task) -> Result<(), Failure> {
    task.await.unwrap_or_else(|panic| Err(Failure::Permanent(format!("the answer's task broke: {panic}"))))
}

async fn settle(requests: &mut Consumer, work: Work, outcome: Result<(), Failure>) {
    let settled = match outcome {
        Ok(()) => {
            requests.finished(work);
            Ok(())
        }
        Err(Failure::Transient(cause)) => {
            tracing::warn!(cause, "a request is asked again later");
            requests.again(work, &cause).await
        }
        Err(Failure::Permanent(cause)) => {
            tracing::error!(cause, "a request is set aside");
            requests.park(work, &cause).await
        }
    };
    if let Err(error) = settled {
        tracing::warn!(%error, "a dead letter could not be written; the request comes again");
    }
}

/// Stop signals from now on. Kafka may still be starting.
async fn control_topic(bus: &bus::Config, shutdown: &CancellationToken) -> anyhow::Result<Reader> {
    let partition = Partition::new(bus.topics().generation_control(), 0);
    let mut pauses = Pauses::default();
    loop {
        match Reader::open(bus, &[(partition.clone(), Start::End)]).await {
            Ok(reader) => return Ok(reader),
            Err(bus::Error::Settings(cause)) => anyhow::bail!("the control topic cannot be read: {cause}"),
            Err(error) => tracing::warn!(%error, "waiting for the control topic"),
        }
        tokio::select! {
            () = sleep(pauses.take()) => {}
            () = shutdown.cancelled() => anyhow::bail!("stopped while waiting for Kafka"),
        }
    }
}

/// A worker without a lease could claim nothing, so it waits for the store.
async fn first_renewal(lease: &Lease, shutdown: &CancellationToken) {
    let mut pauses = Pauses::default();
    while let Err(status) = lease.renew().await {
        tracing::warn!(code = rpc::stable_code(&status), "waiting for a lease");
        tokio::select! {
            () = sleep(pauses.take()) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

impl Worker {
    fn lease(&self) -> Lease {
        Lease {
            command: self.command.clone(),
            token: self.token.clone(),
            worker: self.id,
            lease: self.config.lease,
            heartbeat: self.config.heartbeat,
        }
    }

    /// Asks the server for its models where that was not done yet, so that the event names the one that answers.
    pub async fn knows_the_model(&self, brief: &Brief) {
        if brief.prompt.model.is_none() && self.provider.models().is_empty() {
            drop(self.provider.discover().await);
        }
    }

    /// The model that will answer: as the user chose, else the provider's first.
    pub fn model_name(&self, brief: &Brief) -> String {
        let first = || self.provider.models().into_iter().next().map(|model| model.id);
        brief.prompt.model.clone().or_else(first).unwrap_or_else(|| "default".to_owned())
    }

    pub fn prices(&self, brief: &Brief) -> Option<Prices> {
        let name = self.model_name(brief);
        self.provider.models().into_iter().find(|model| model.id == name).and_then(|model| model.prices)
    }
}
