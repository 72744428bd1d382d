//! Conversations, as people use them.

use domain::session::Command;
use domain::{
    FileChange, FileOp, GenerationId, MessageId, Project, ProjectId, ProjectRole, Rejection, Session, SessionId,
    TenantId, UserId,
};
use rpc::command::v1::{
    Accepted, CancelGenerationRequest, DeleteSessionRequest, DescribeSessionRequest, DescribeSessionResponse, File,
    ImportFilesRequest, NewVersion, OpenSessionRequest, OpenSessionResponse, PostMessageRequest, PostMessageResponse,
    RenameSessionRequest, RestoreVersionRequest,
};
use rpc::identity::Claims;
use serde_json::json;
use store::{Call, Executed};
use tonic::Status;

use crate::error::{parse, status};
use crate::service::{answered, number};
use crate::{Commands, call};

pub async fn open(
    commands: &Commands,
    claims: &Claims,
    mut request: OpenSessionRequest,
) -> Result<OpenSessionResponse, Status> {
    let (by, tenant) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "sessions.open", &request)?;
    let project_id: ProjectId = parse(&request.project_id)?;
    let owner = commands.owner_to_work_for(tenant, by, project_id).await?;

    let session_id = SessionId::generate();
    let command = Command::Open { session_id, project_id, owner, title: request.title };
    let done = commands
        .store
        .create::<Session>(&call, &session_id.to_string(), command, |done| {
            json!({ "session_id": session_id, "version": done.version, "at": done.occurred_at.timestamp_micros() })
        })
        .await
        .map_err(status)?;
    Ok(OpenSessionResponse {
        session_id: answered(&done.answer, "session_id")?,
        version: number(&done.answer, "version")?,
        created_at_micros: number(&done.answer, "at")?,
    })
}

pub async fn rename(
    commands: &Commands,
    claims: &Claims,
    mut request: RenameSessionRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "sessions.rename", &request)?;
    let id: SessionId = parse(&request.session_id)?;
    commands.accepted_in_session(&call, claims, id, Command::Rename { by, title: request.title }).await
}

pub async fn delete(
    commands: &Commands,
    claims: &Claims,
    mut request: DeleteSessionRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "sessions.delete", &request)?;
    let id: SessionId = parse(&request.session_id)?;
    commands.accepted_in_session(&call, claims, id, Command::Delete { by }).await
}

pub async fn post(
    commands: &Commands,
    claims: &Claims,
    mut request: PostMessageRequest,
) -> Result<PostMessageResponse, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "messages.post", &request)?;
    let id: SessionId = parse(&request.session_id)?;
    let (message_id, generation_id) = (MessageId::generate(), GenerationId::generate());
    let PostMessageRequest { content, model, base_version, .. } = request;
    let command = match commands.keep_free(claims, id, generation_id).await? {
        None => Command::Post { by, message_id, generation_id, content, model, base_version },
        Some(whose) => Command::PostOverBudget { by, whose },
    };

    let answer = |done: &Executed<Session>| json!({ "message_id": message_id, "generation_id": generation_id, "version": done.version });
    let done = commands.execute_in_session(&call, claims, id, command, answer).await;
    commands.posted_or_free(generation_id, &done).await;
    let done = done?;
    commands.hint(&call, id, &done);
    Ok(PostMessageResponse {
        message_id: answered(&done.answer, "message_id")?,
        generation_id: answered(&done.answer, "generation_id")?,
        version: number(&done.answer, "version")?,
    })
}

pub async fn cancel(
    commands: &Commands,
    claims: &Claims,
    mut request: CancelGenerationRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "generations.cancel", &request)?;
    let id: SessionId = parse(&request.session_id)?;
    let generation_id = parse(&request.generation_id)?;
    commands.accepted_in_session(&call, claims, id, Command::Cancel { by, generation_id }).await
}

pub async fn import(
    commands: &Commands,
    claims: &Claims,
    mut request: ImportFilesRequest,
) -> Result<NewVersion, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "sessions.import", &request)?;
    let id: SessionId = parse(&request.session_id)?;
    let changes = request.files.into_iter().map(written).collect();
    let command = Command::Import { by, base_version: request.base_version, changes };
    commands.new_version(&call, claims, id, command).await
}

fn written(file: File) -> FileChange {
    let sha256 = Some(crate::end_generation::sha256(&file.content));
    FileChange { path: file.path, op: FileOp::Create, content: Some(file.content), sha256, from: None }
}

pub async fn restore(
    commands: &Commands,
    claims: &Claims,
    mut request: RestoreVersionRequest,
) -> Result<NewVersion, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "sessions.restore", &request)?;
    let id: SessionId = parse(&request.session_id)?;
    commands.new_version(&call, claims, id, Command::Restore { by, version: request.version }).await
}

pub async fn describe(
    commands: &Commands,
    claims: &Claims,
    request: DescribeSessionRequest,
) -> Result<DescribeSessionResponse, Status> {
    let (user, tenant) = claims.require_person()?;
    let id: SessionId = parse(&request.session_id)?;
    let (session, role) = commands.session_of(tenant, user, id).await?;
    let identity = session.state.live().map_err(|no| status(no.into()))?;
    let running = session.state.running.as_ref();
    Ok(DescribeSessionResponse {
        version: session.version,
        head: session.state.head,
        active_generation_id: running.map(|r| r.generation_id.to_string()).unwrap_or_default(),
        active_attempt: running.map(|r| r.attempt).unwrap_or_default(),
        active_status: running.map(|r| r.phase.name().to_owned()).unwrap_or_default(),
        project_id: identity.project_id.to_string(),
        shared: role != ProjectRole::Owner,
    })
}

impl Commands {
    /// A conversation belongs to whom its project belongs, whoever opens it: their key seals it.
    async fn owner_to_work_for(&self, tenant: TenantId, by: UserId, id: ProjectId) -> Result<UserId, Status> {
        let project = self.store.load::<Project>(tenant, &id.to_string()).await.map_err(status)?.state;
        let refused = match (project.role_of(by), project.owner()) {
            (Some(role), Some(owner)) if role.works() => return Ok(owner),
            (Some(_), _) => Rejection::NotAllowed("this project is shared with you to read"),
            (None, _) => Rejection::NotYours,
        };
        Err(status(refused.into()))
    }

    async fn accepted_in_session(
        &self,
        call: &Call,
        claims: &Claims,
        id: SessionId,
        command: Command,
    ) -> Result<Accepted, Status> {
        let answer = |done: &Executed<Session>| json!({ "version": done.version });
        let done = self.execute_in_session(call, claims, id, command, answer).await?;
        self.settle(&done).await;
        Ok(Accepted { version: number(&done.answer, "version")? })
    }

    async fn new_version(
        &self,
        call: &Call,
        claims: &Claims,
        id: SessionId,
        command: Command,
    ) -> Result<NewVersion, Status> {
        let answer = |done: &Executed<Session>| json!({ "version": done.version, "number": done.state.head });
        let done = self.execute_in_session(call, claims, id, command, answer).await?;
        Ok(NewVersion { version: number(&done.answer, "version")?, number: number(&done.answer, "number")? as u32 })
    }
}
