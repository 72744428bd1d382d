//! One attempt at an answer: claimed, streamed, ended.

use std::time::Duration;

use domain::failure;
use events::stream::Piece;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use llm::{Chunk, FinishReason};
use rpc::command::v1::start_generation_response::Verdict;
use rpc::command::v1::{AbandonAttemptRequest, LoadConversationResponse, StartGenerationRequest};
use runtime::trace::{Kind, Step};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::answer::{Answer, End, Ended};
use crate::error::Failure;
use crate::publisher::{Address, Publisher};
use crate::request::{Brief, Request};
use crate::worker::Worker;

/// How often a newcomer asks whether the answer it waits for is free.
const WAIT: Duration = Duration::from_secs(2);

/// Answers one request, or finds that nothing is left to do.
///
/// Nothing is published before the claim is accepted. For an answer that nobody has tried yet, the
/// model is asked while the claim is on its way.
pub async fn take(worker: &Worker, request: &Request) -> Result<(), Failure> {
    let already = || Failure::Transient("it is being answered here already".to_owned());
    let registered = worker.running.register(request.generation).ok_or_else(already)?;
    let loaded = conversation(worker, request).await?;
    if loaded.over {
        return Ok(());
    }
    let untried = loaded.attempts == 0;
    let brief = Brief::new(loaded, worker)?;
    let mut model = Box::pin(ask(worker, request, &brief).peekable());

    let mut claim = Box::pin(claim(worker, request, &brief));
    let claimed = tokio::select! {
        claimed = &mut claim => claimed?,
        _ = model.as_mut().peek(), if untried => claim.as_mut().await?,
    };
    let Some(attempt) = claimed else { return Ok(()) };
    stream_answer(worker, request, &brief, attempt, model, &registered.stop).await
}

/// What the model says. As a step of the trace it lasts until the model has ended.
fn ask<'a>(
    worker: &'a Worker,
    request: &Request,
    brief: &Brief,
) -> impl Stream<Item = Result<Chunk, llm::Error>> + Send + use<'a> {
    let name = format_args!("ask {}", worker.provider.name());
    let mut step = Step::begin(Kind::Client, name, request.traceparent.as_deref());
    step.note("gen_ai.request.model", worker.model_name(brief));
    let mut silent = true;
    let opening = worker.provider.stream(brief.prompt.clone());
    stream::once(opening).try_flatten().inspect(move |_| {
        if std::mem::take(&mut silent) {
            step.event("first chunk");
        }
    })
}

/// What was said before, and the prompt.
async fn conversation(worker: &Worker, request: &Request) -> Result<LoadConversationResponse, Failure> {
    if let Some(known) = &request.conversation {
        return Ok(known.clone());
    }
    let token = worker.token.get().await?;
    Ok(worker.command.load_conversation(request.load(), &token).await?)
}

/// The number of our attempt, once it is ours; `None` if the answer is over.
async fn claim(worker: &Worker, request: &Request, brief: &Brief) -> Result<Option<i32>, Failure> {
    worker.knows_the_model(brief).await;
    loop {
        let token = worker.token.get().await?;
        let start = StartGenerationRequest {
            tenant_id: request.tenant.to_string(),
            session_id: request.session.to_string(),
            generation_id: request.generation.to_string(),
            worker_id: worker.id.to_string(),
            model: worker.model_name(brief),
            provider: worker.provider.name().to_owned(),
            causation_id: request.cause.clone(),
            traceparent: request.traceparent.clone().unwrap_or_default(),
        };
        let started = worker.command.start_generation(start, &token).await?;
        match started.verdict() {
            Verdict::Accepted => return Ok(Some(started.attempt)),
            Verdict::Over => return Ok(None),
            Verdict::Wait | Verdict::Unspecified => {}
        }
        tokio::select! {
            () = sleep(WAIT) => {}
            () = worker.release.cancelled() => return Err(Failure::Transient("shutting down".to_owned())),
        }
    }
}

async fn stream_answer(
    worker: &Worker,
    request: &Request,
    brief: &Brief,
    attempt: i32,
    model: impl Stream<Item = Result<Chunk, llm::Error>> + Unpin,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let address = Address {
        tenant: request.tenant,
        session: request.session,
        generation: request.generation,
        attempt,
        cause: request.cause.clone(),
        traceparent: request.traceparent.clone(),
    };
    let sealer = worker.keys.sealer(request.tenant, brief.owners).await?;
    let (producer, topic) = (worker.producer.clone(), worker.topics.session_stream());
    let mut publisher = Publisher::new(address, producer, topic, sealer, worker.config.window);
    let mut answer = Answer::new(brief, worker.prices(brief));

    let end = listen(worker, model, &mut answer, &mut publisher, stop).await;
    let end = match end {
        Ok(end) => finish(answer, end, &mut publisher).await,
        Err(failure) => Err(failure),
    };
    match end {
        Ok(Some(ended)) => worker.report(request, brief, attempt, &publisher, ended).await,
        Ok(None) => give_back(worker, request, attempt, "shutting down").await,
        Err(failure) => give_back(worker, request, attempt, &failure.to_string()).await,
    }
}

/// Publishes what the model says until it ends, one way or another. One that says more than it was asked for is stopped.
async fn listen(
    worker: &Worker,
    mut model: impl Stream<Item = Result<Chunk, llm::Error>> + Unpin,
    answer: &mut Answer,
    publisher: &mut Publisher,
    stop: &CancellationToken,
) -> Result<End, Failure> {
    let deadline = Instant::now() + worker.config.deadline;
    let mut finished = None;
    loop {
        if answer.is_too_long() {
            return Ok(End::Completed(FinishReason::Length));
        }
        let window = publisher.window_ends();
        tokio::select! {
            () = stop.cancelled() => return Ok(End::Cancelled),
            () = worker.release.cancelled() => return Ok(End::Released),
            () = sleep_until(deadline) => return Ok(End::failed(failure::DEADLINE_EXCEEDED, true)),
            () = sleep_until(window.unwrap_or(deadline)), if window.is_some() => publisher.flush().await?,
            chunk = model.next() => match chunk {
                // Read on to the end: only then is the connection used again.
                Some(Ok(Chunk::Finished(reason))) => finished = Some(reason),
                Some(Ok(chunk)) => publish(publisher, answer.hear(chunk)).await?,
                Some(Err(error)) => return Ok(End::failed(error.code(), error.retryable())),
                None => return Ok(finished.map_or_else(|| End::failed(failure::MODEL_BROKEN, true), End::Completed)),
            },
        }
    }
}

/// The last pieces, and every acknowledgement. `None`: the attempt is given back instead of ended.
async fn finish(answer: Answer, end: End, publisher: &mut Publisher) -> Result<Option<Ended>, Failure> {
    if matches!(end, End::Released) {
        return Ok(None);
    }
    let (last, ended) = answer.end(end);
    publish(publisher, last).await?;
    publisher.finish().await?;
    Ok(Some(ended))
}

async fn publish(publisher: &mut Publisher, pieces: Vec<Piece>) -> Result<(), Failure> {
    for piece in pieces {
        publisher.publish(piece).await?;
    }
    Ok(())
}

/// Lets another worker (or this one, later) begin a new attempt.
async fn give_back(worker: &Worker, request: &Request, attempt: i32, why: &str) -> Result<(), Failure> {
    let token = worker.token.get().await?;
    let abandoned = AbandonAttemptRequest {
        tenant_id: request.tenant.to_string(),
        session_id: request.session.to_string(),
        generation_id: request.generation.to_string(),
        attempt,
        usage: None,
        worker_id: worker.id.to_string(),
    };
    worker.command.abandon_attempt(abandoned, &token).await?;
    Err(Failure::Transient(format!("attempt {attempt} was given back: {why}")))
}
