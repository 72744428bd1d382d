//! A worker claims an answer. The claim is an event, so two workers can never both hold it.

use domain::session::{Command, Previous};
use domain::{GenerationId, Rejection, Session, SessionId, TenantId, WorkerId};
use rpc::command::v1::start_generation_response::Verdict;
use rpc::command::v1::{StartGenerationRequest, StartGenerationResponse};
use rpc::identity::Claims;
use serde_json::Value;
use store::{Call, Error, Executed};
use tonic::Status;

use crate::error::{parse, status};
use crate::{Commands, call};

pub async fn handle(
    commands: &Commands,
    claims: &Claims,
    request: StartGenerationRequest,
) -> Result<StartGenerationResponse, Status> {
    claims.require_service()?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let session: SessionId = parse(&request.session_id)?;
    let claim = Claim {
        call: call::by_worker(tenant, &request.worker_id, &request.causation_id, &request.traceparent),
        session: session.to_string(),
        generation_id: parse(&request.generation_id)?,
        worker: parse(&request.worker_id)?,
        model: request.model,
        provider: request.provider,
    };
    let outcome = match claim.execute(commands, Previous::Alive).await {
        Err(Error::Rejected(Rejection::StillRunning)) if claim.holder_is_gone(commands, tenant).await? => {
            claim.execute(commands, Previous::Gone).await
        }
        outcome => outcome,
    };
    claim.answer(outcome)
}

struct Claim {
    call: Call,
    session: String,
    generation_id: GenerationId,
    worker: WorkerId,
    model: String,
    provider: String,
}

impl Claim {
    async fn execute(&self, commands: &Commands, previous: Previous) -> Result<Executed<Session>, Error> {
        let command = Command::Start {
            generation_id: self.generation_id,
            worker: self.worker,
            model: self.model.clone(),
            provider: self.provider.clone(),
            previous,
        };
        commands.store.execute::<Session>(&self.call, &self.session, command, |_| Value::Null).await
    }

    async fn holder_is_gone(&self, commands: &Commands, tenant: TenantId) -> Result<bool, Status> {
        let session = commands.store.load::<Session>(tenant, &self.session).await.map_err(status)?;
        match session.state.running.and_then(|running| running.worker()) {
            Some(holder) => Ok(!commands.store.lease_alive(holder).await.map_err(status)?),
            None => Ok(true),
        }
    }

    fn answer(&self, outcome: Result<Executed<Session>, Error>) -> Result<StartGenerationResponse, Status> {
        let verdict =
            |verdict: Verdict, attempt, version| StartGenerationResponse { verdict: verdict.into(), attempt, version };
        match outcome {
            Ok(done) => match done.state.running {
                Some(running) if running.generation_id == self.generation_id => {
                    Ok(verdict(Verdict::Accepted, running.attempt, done.version))
                }
                // It was being cancelled and its worker is gone: the claim ended it.
                _ => Ok(verdict(Verdict::Over, 0, done.version)),
            },
            Err(Error::Rejected(Rejection::GenerationOver)) => Ok(verdict(Verdict::Over, 0, 0)),
            Err(Error::Rejected(Rejection::StillRunning)) => Ok(verdict(Verdict::Wait, 0, 0)),
            Err(error) => Err(status(error)),
        }
    }
}
