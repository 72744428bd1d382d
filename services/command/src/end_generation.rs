//! The end of an attempt, however it ended: completed, failed, cancelled, or given back.

use domain::session::{AbandonReason, Answer, Command, Outcome};
use domain::{Cost, FileChange, FileOp, GenerationId, Session, SessionId, TenantId, Usage};
use ring::digest::{SHA256, digest};
use rpc::command::v1::{self as wire, AbandonAttemptRequest, Accepted, EndGenerationRequest};
use rpc::fault;
use rpc::identity::Claims;
use serde_json::json;
use store::Executed;
use tonic::{Code, Status};

use crate::error::{parse, status};
use crate::service::number;
use crate::{Commands, call};

/// Which of the terminal events the worker reports.
#[derive(Clone, Copy)]
pub enum Ending {
    Completed,
    Failed,
    Cancelled,
}

pub async fn handle(
    commands: &Commands,
    claims: &Claims,
    request: EndGenerationRequest,
    ending: Ending,
) -> Result<Accepted, Status> {
    claims.require_service()?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let session: SessionId = parse(&request.session_id)?;
    let call = call::by_worker(tenant, &request.worker_id, &request.causation_id, &request.traceparent);
    let command = command(request, ending)?;
    let version = |done: &Executed<Session>| json!({ "version": done.version });
    let done =
        commands.store.execute::<Session>(&call, &session.to_string(), command, version).await.map_err(status)?;
    commands.hint(&call, session, &done); // of the next in the queue
    commands.settle(&done).await;
    Ok(Accepted { version: number(&done.answer, "version")? })
}

fn command(request: EndGenerationRequest, ending: Ending) -> Result<Command, Status> {
    let generation_id: GenerationId = parse(&request.generation_id)?;
    let attempt = request.attempt;
    let changes = request.changes.iter().map(change).collect::<Result<Vec<_>, _>>()?;
    let answer = Answer { explanation: request.explanation.clone(), reasoning: request.reasoning.clone() };
    let (code, retryable) = (request.code.clone(), request.retryable);
    let outcome = outcome(request);
    Ok(match ending {
        Ending::Completed => Command::Complete { generation_id, attempt, outcome, answer, changes },
        Ending::Failed => Command::Fail { generation_id, attempt, code, retryable, outcome, answer, changes },
        Ending::Cancelled => Command::EndCancelled { generation_id, attempt, outcome, answer, changes },
    })
}

pub async fn abandon(commands: &Commands, claims: &Claims, request: AbandonAttemptRequest) -> Result<Accepted, Status> {
    claims.require_service()?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let session: SessionId = parse(&request.session_id)?;
    let call = call::by_worker(tenant, &request.worker_id, "", "");
    let command = Command::Abandon {
        generation_id: parse(&request.generation_id)?,
        attempt: request.attempt,
        reason: AbandonReason::Released,
        usage: request.usage.map(usage).unwrap_or_default(),
    };
    commands.accepted::<Session>(&call, &session.to_string(), command).await
}

fn outcome(request: EndGenerationRequest) -> Outcome {
    let cost = request.cost.unwrap_or_default();
    Outcome {
        model: request.model,
        provider: request.provider,
        prompt_digest: request.prompt_digest,
        max_tokens: request.max_tokens,
        temperature: request.temperature,
        finish_reason: request.finish_reason,
        usage: request.usage.map(usage).unwrap_or_default(),
        cost: Cost { amount: cost.amount, currency: cost.currency, price_list: cost.price_list },
        pieces: request.pieces,
    }
}

fn usage(usage: wire::Usage) -> Usage {
    Usage {
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        total_tokens: usage.total_tokens,
    }
}

fn change(change: &wire::FileChange) -> Result<FileChange, Status> {
    let op = match change.op.as_str() {
        "create" => FileOp::Create,
        "patch" => FileOp::Patch,
        "rename" => FileOp::Rename,
        "delete" => FileOp::Delete,
        other => return Err(fault(Code::InvalidArgument, "invalid_file", format!("unknown file operation {other}"))),
    };
    Ok(FileChange {
        path: change.path.clone(),
        op,
        sha256: change.content.as_deref().map(sha256),
        content: change.content.clone(),
        from: change.from.clone(),
    })
}

/// SHA-256 of a file's content, in hex.
pub fn sha256(content: &str) -> String {
    hex::encode(digest(&SHA256, content.as_bytes()))
}
