//! What a project or session was at a moment of its past: its history up to there, folded as the read models fold.

use domain::{Aggregate, Project, ProjectId, ProjectRole, Session, SessionId};
use events::Envelope;
use projections::sessions::{self, Past, Version};
use projections::{Fact, Page, Source};
use rpc::command::v1::moment::At;
use rpc::command::v1::{
    Cost, File, Moment, PastChange, PastListRequest, PastMessage, PastMessagesResponse, PastProjectResponse,
    PastQueued, PastRequest, PastSessionResponse, PastVersionRequest, PastVersionResponse, PastVersionSummary,
    PastVersionsResponse, Usage,
};
use rpc::fault;
use rpc::identity::Claims;
use tonic::{Code, Status};

use crate::Commands;
use crate::error::{parse, status};

pub async fn project_at(
    commands: &Commands,
    claims: &Claims,
    request: PastRequest,
) -> Result<PastProjectResponse, Status> {
    let (user, tenant) = claims.require_person()?;
    let id: ProjectId = parse(&request.id)?;
    let now = commands.store.load::<Project>(tenant, &id.to_string()).await.map_err(status)?.state;
    let theirs = (now.owner() == Some(user)).then_some(ProjectRole::Owner);
    let role = theirs.or_else(|| now.role_of(user)).ok_or_else(not_there)?;
    let facts = commands.facts::<Project>(claims, &id.to_string(), request.moment).await?;
    let project = projections::projects::past(&facts).map_err(broken)?.ok_or_else(not_there)?;
    Ok(PastProjectResponse {
        name: project.name,
        description: project.description,
        version: project.version,
        created_at_micros: project.created_at.timestamp_micros(),
        updated_at_micros: project.updated_at.timestamp_micros(),
        role: role.to_string(),
    })
}

pub async fn session(
    commands: &Commands,
    claims: &Claims,
    request: PastRequest,
) -> Result<PastSessionResponse, Status> {
    let (_, session) = commands.past(claims, &request.id, request.moment).await?;
    let active = session.active_generation.unwrap_or_default();
    let queued =
        |row: sessions::QueuedGeneration| PastQueued { id: row.id, message_id: row.message_id, model: row.model };
    Ok(PastSessionResponse {
        project_id: session.project_id,
        title: session.title,
        erased: session.erased,
        version: session.version,
        head: session.head,
        active_generation_id: active.id,
        active_attempt: active.attempt,
        active_status: active.status,
        queued: session.queued.into_iter().map(queued).collect(),
        created_at_micros: session.created_at.timestamp_micros(),
        updated_at_micros: session.updated_at.timestamp_micros(),
    })
}

pub async fn messages(
    commands: &Commands,
    claims: &Claims,
    request: PastListRequest,
) -> Result<PastMessagesResponse, Status> {
    let (past, _) = commands.past(claims, &request.session_id, request.moment).await?;
    let page = Page { limit: Some(request.limit), cursor: request.cursor, q: request.q };
    let found = past.messages(&page).map_err(bad_cursor)?;
    Ok(PastMessagesResponse { items: found.items.into_iter().map(message).collect(), next_cursor: found.next_cursor })
}

pub async fn versions(
    commands: &Commands,
    claims: &Claims,
    request: PastListRequest,
) -> Result<PastVersionsResponse, Status> {
    let (past, _) = commands.past(claims, &request.session_id, request.moment).await?;
    let page = Page { limit: Some(request.limit), cursor: request.cursor, q: request.q };
    let found = past.versions(&page).map_err(bad_cursor)?;
    Ok(PastVersionsResponse { items: found.items.into_iter().map(summary).collect(), next_cursor: found.next_cursor })
}

pub async fn version(
    commands: &Commands,
    claims: &Claims,
    request: PastVersionRequest,
) -> Result<PastVersionResponse, Status> {
    let (past, _) = commands.past(claims, &request.session_id, request.moment).await?;
    let found = past.version(request.number).ok_or_else(not_there)?;
    let files = found.files.into_iter().map(|file| File { path: file.path, content: file.content });
    Ok(PastVersionResponse { files: files.collect(), summary: Some(summary(found.version)) })
}

impl Commands {
    /// A session of this caller's, or shared with them, as it was. Whose it is sees it also when it was put away.
    async fn past(
        &self,
        claims: &Claims,
        id: &str,
        moment: Option<Moment>,
    ) -> Result<(Past, sessions::Session), Status> {
        let (user, tenant) = claims.require_person()?;
        let id: SessionId = parse(id)?;
        let now = self.store.load::<Session>(tenant, &id.to_string()).await.map_err(status)?.state;
        if now.identity.is_none_or(|identity| identity.owner != user) {
            self.session_of(tenant, user, id).await?;
        }
        let facts = self.facts::<Session>(claims, &id.to_string(), moment).await?;
        let past = Past::of(&facts).map_err(broken)?;
        let session = past.session().ok_or_else(not_there)?;
        Ok((past, session))
    }

    /// The history up to a moment, for who was found to see it.
    async fn facts<A: Aggregate>(
        &self,
        claims: &Claims,
        id: &str,
        moment: Option<Moment>,
    ) -> Result<Vec<Fact<A::Event>>, Status> {
        let (_, tenant) = claims.require_person()?;
        let history = self.store.history::<A>(tenant, id).await.map_err(status)?;
        let at = moment.and_then(|moment| moment.at).unwrap_or(At::Version(i64::MAX));
        let is_past = |envelope: &Envelope| match at {
            At::Micros(micros) => envelope.occurred_at.timestamp_micros() <= micros,
            At::Version(version) => envelope.sequence <= version,
        };
        let past = history.into_iter().take_while(|(envelope, _)| is_past(envelope));
        let facts: Vec<_> = past.map(|(envelope, event)| fact(envelope, event)).collect();
        if facts.is_empty() { Err(before_creation()) } else { Ok(facts) }
    }
}

/// What is folded here asks for no source, and the store's history has no positions.
fn fact<E>(envelope: Envelope, event: E) -> Fact<E> {
    Fact {
        tenant: envelope.tenant_id,
        id: envelope.aggregate_id,
        sequence: envelope.sequence,
        at: envelope.occurred_at,
        event,
        source: Source::default(),
    }
}

fn message(row: sessions::Message) -> PastMessage {
    PastMessage {
        id: row.id,
        role: row.role,
        position: row.position,
        content: row.content,
        reasoning: row.reasoning,
        erased: row.erased,
        generation_id: row.generation_id,
        model: row.model,
        provider: row.provider,
        status: row.status,
        number: row.number,
        usage: row.usage.map(|usage| Usage {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            reasoning_tokens: usage.reasoning_tokens,
            total_tokens: usage.total_tokens,
        }),
        cost: row.cost.map(|cost| {
            let domain::Cost { amount, currency, price_list } = cost.0;
            Cost { amount, currency, price_list }
        }),
        error_code: row.error_code,
        retryable: row.retryable,
        created_at_micros: row.created_at.timestamp_micros(),
    }
}

fn summary(row: Version) -> PastVersionSummary {
    let change = |change: sessions::Change| PastChange { path: change.path, op: change.op };
    PastVersionSummary {
        number: row.number,
        author: row.author,
        base: row.base,
        generation_id: row.generation_id,
        restored_from: row.restored_from,
        erased: row.erased,
        changes: row.changes.0.into_iter().map(change).collect(),
        created_at_micros: row.created_at.timestamp_micros(),
    }
}

fn not_there() -> Status {
    fault(Code::NotFound, "not_found", "there is no such thing here")
}

fn before_creation() -> Status {
    fault(Code::NotFound, "before_creation", "it did not exist at that moment")
}

fn bad_cursor(bad: projections::BadCursor) -> Status {
    fault(Code::InvalidArgument, "invalid_cursor", bad.to_string())
}

fn broken(error: projections::Error) -> Status {
    tracing::error!(%error, "a history cannot be folded");
    fault(Code::Internal, "internal", "internal error")
}
