//! The end of an attempt, told to the write side.

use std::time::Duration;

use rpc::command::v1::EndGenerationRequest;
use tokio::time::{Instant, sleep};
use tonic::Code;

use crate::answer::{End, Ended, wire_change};
use crate::error::Failure;
use crate::publisher::Publisher;
use crate::request::{Brief, Request};
use crate::worker::Worker;

impl Worker {
    /// Writes the terminal event. A store that is away is asked again for a while; one that says "not
    /// yours any more" has the last word.
    pub async fn report(
        &self,
        request: &Request,
        brief: &Brief,
        attempt: i32,
        publisher: &Publisher,
        ended: Ended,
    ) -> Result<(), Failure> {
        let report = self.terminal(request, brief, attempt, publisher.sent(), &ended);
        let until = Instant::now() + self.config.settle;
        let mut pause = Duration::from_millis(50);
        loop {
            let token = self.token.get().await?;
            let told = match &ended.end {
                End::Completed(_) => self.command.complete_generation(report.clone(), &token).await,
                End::Failed { .. } | End::Released => self.command.fail_generation(report.clone(), &token).await,
                End::Cancelled => self.command.end_cancelled(report.clone(), &token).await,
            };
            match told {
                Ok(_) => return Ok(()),
                Err(status) if status.code() == Code::FailedPrecondition => {
                    tracing::info!(generation.id = %request.generation, "the end of attempt {attempt} came too late");
                    return Ok(());
                }
                Err(status) if Instant::now() >= until => return Err(status.into()),
                Err(status) => {
                    tracing::warn!(code = rpc::stable_code(&status), "the end of an answer is offered again");
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    fn terminal(
        &self,
        request: &Request,
        brief: &Brief,
        attempt: i32,
        pieces: i64,
        ended: &Ended,
    ) -> EndGenerationRequest {
        let (finish_reason, code, retryable) = match &ended.end {
            End::Completed(reason) => (reason.as_str().to_owned(), String::new(), false),
            End::Failed { code, retryable } => ("none".to_owned(), code.clone(), *retryable),
            End::Cancelled | End::Released => ("none".to_owned(), String::new(), true),
        };
        EndGenerationRequest {
            tenant_id: request.tenant.to_string(),
            session_id: request.session.to_string(),
            generation_id: request.generation.to_string(),
            attempt,
            model: self.model_name(brief),
            provider: self.provider.name().to_owned(),
            prompt_digest: brief.digest.clone(),
            max_tokens: brief.prompt.max_tokens.map(i64::from),
            temperature: self.config.temperature.map(|temperature| temperature.to_string()),
            finish_reason,
            usage: Some(rpc::command::v1::Usage {
                prompt_tokens: ended.usage.prompt_tokens as i64,
                completion_tokens: ended.usage.completion_tokens as i64,
                reasoning_tokens: ended.usage.reasoning_tokens.map(|tokens| tokens as i64),
                total_tokens: ended.usage.total_tokens as i64,
            }),
            cost: Some(ended.cost.clone()),
            pieces,
            explanation: ended.explanation.clone(),
            reasoning: ended.reasoning.clone(),
            changes: ended.changes.iter().cloned().map(wire_change).collect(),
            code,
            retryable,
            causation_id: request.cause.clone(),
            traceparent: request.traceparent.clone().unwrap_or_default(),
            worker_id: self.id.to_string(),
        }
    }
}
