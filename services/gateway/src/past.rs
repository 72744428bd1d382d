//! Answers from the past: asked of command, in the words of the read models.

use chrono::{DateTime, Utc};
use domain::{ProjectId, SessionId};
use projections::sessions::{self, ActiveGeneration, Change, File, QueuedGeneration};
use projections::{Listing, Page, projects};
use rpc::command::v1 as command;
use rpc::command::v1::{Moment, PastListRequest, PastRequest, PastVersionRequest};
use sqlx::types::Json;

use crate::Error;
use crate::api::moment;
use crate::state::Gateway;
use crate::who::Caller;

impl Gateway {
    pub async fn past_project(&self, caller: &Caller, id: ProjectId, moment: Moment) -> Result<projects::Seen, Error> {
        let request = PastRequest { id: id.to_string(), moment: Some(moment) };
        let past = self.command.past_project(request, caller.internal_token()).await?;
        let project = projects::Project {
            id: id.to_string(),
            tenant_id: caller.tenant.to_string(),
            owner: caller.user.to_string(),
            name: past.name,
            description: past.description,
            erased: false,
            created_at: at(past.created_at_micros)?,
            updated_at: at(past.updated_at_micros)?,
            deleted_at: None,
            version: past.version,
        };
        Ok(projects::Seen { project, role: past.role })
    }

    pub async fn past_session(
        &self,
        caller: &Caller,
        id: SessionId,
        moment: Moment,
    ) -> Result<sessions::Session, Error> {
        let request = PastRequest { id: id.to_string(), moment: Some(moment) };
        let past = self.command.past_session(request, caller.internal_token()).await?;
        let (attempt, status) = (past.active_attempt, past.active_status);
        let active = ActiveGeneration { id: past.active_generation_id, attempt, status };
        let queued = past.queued.into_iter().map(|row| QueuedGeneration {
            id: row.id,
            message_id: row.message_id,
            model: row.model,
        });
        Ok(sessions::Session {
            id: id.to_string(),
            tenant_id: caller.tenant.to_string(),
            project_id: past.project_id,
            owner: caller.user.to_string(),
            title: past.title,
            erased: past.erased,
            head: past.head,
            active_generation: Some(active).filter(|active| !active.id.is_empty()),
            queued: queued.collect(),
            created_at: at(past.created_at_micros)?,
            updated_at: at(past.updated_at_micros)?,
            version: past.version,
        })
    }

    pub async fn past_messages(
        &self,
        caller: &Caller,
        id: SessionId,
        moment: Moment,
        page: Page,
    ) -> Result<Listing<sessions::Message>, Error> {
        let past = self.command.past_messages(list(id, moment, page), caller.internal_token()).await?;
        let items = past.items.into_iter().map(message).collect::<Result<_, _>>()?;
        Ok(Listing { items, next_cursor: past.next_cursor })
    }

    pub async fn past_versions(
        &self,
        caller: &Caller,
        id: SessionId,
        moment: Moment,
        page: Page,
    ) -> Result<Listing<sessions::Version>, Error> {
        let past = self.command.past_versions(list(id, moment, page), caller.internal_token()).await?;
        let items = past.items.into_iter().map(version).collect::<Result<_, _>>()?;
        Ok(Listing { items, next_cursor: past.next_cursor })
    }

    pub async fn past_version(
        &self,
        caller: &Caller,
        id: SessionId,
        moment: Moment,
        number: i32,
    ) -> Result<sessions::VersionFiles, Error> {
        let request = PastVersionRequest { session_id: id.to_string(), moment: Some(moment), number };
        let past = self.command.past_version(request, caller.internal_token()).await?;
        let files = past.files.into_iter().map(|file| File { path: file.path, content: file.content, sha256: None });
        Ok(sessions::VersionFiles { version: version(past.summary.unwrap_or_default())?, files: files.collect() })
    }
}

fn list(id: SessionId, moment: Moment, page: Page) -> PastListRequest {
    let Page { limit, cursor, q } = page;
    PastListRequest { session_id: id.to_string(), moment: Some(moment), limit: limit.unwrap_or(50), cursor, q }
}

fn at(micros: i64) -> Result<DateTime<Utc>, Error> {
    moment(micros)
}

fn message(past: command::PastMessage) -> Result<sessions::Message, Error> {
    let usage = past.usage.map(|usage| domain::Usage {
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        total_tokens: usage.total_tokens,
    });
    let cost = past.cost.map(|cost| domain::Cost {
        amount: cost.amount,
        currency: cost.currency,
        price_list: cost.price_list,
    });
    Ok(sessions::Message {
        id: past.id,
        role: past.role,
        position: past.position,
        content: past.content,
        reasoning: past.reasoning,
        erased: past.erased,
        generation_id: past.generation_id,
        model: past.model,
        provider: past.provider,
        status: past.status,
        number: past.number,
        usage: usage.map(Json),
        cost: cost.map(Json),
        error_code: past.error_code,
        retryable: past.retryable,
        created_at: at(past.created_at_micros)?,
    })
}

fn version(past: command::PastVersionSummary) -> Result<sessions::Version, Error> {
    let changes = past.changes.into_iter().map(|change| Change { path: change.path, op: change.op });
    Ok(sessions::Version {
        number: past.number,
        author: past.author,
        base: past.base,
        generation_id: past.generation_id,
        restored_from: past.restored_from,
        erased: past.erased,
        changes: Json(changes.collect()),
        created_at: at(past.created_at_micros)?,
    })
}
