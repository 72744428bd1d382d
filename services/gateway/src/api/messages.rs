//! `sessions/{id}/messages`: what was said, and saying more.

use axum::Json as Answer;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{GenerationId, SessionId};
use http::StatusCode;
use projections::{Freshness, sessions};
use rpc::command::v1::{CancelGenerationRequest, PostMessageRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions::stream_position;
use crate::Error;
use crate::ask::{Asked, Id, Ids, SessionListQuery};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// A prompt, or an answer that has ended.
#[derive(Serialize, ToSchema)]
pub struct Message {
    id: String,
    /// user or assistant.
    role: String,
    /// The prompt, or the answer's explanation.
    content: String,
    /// The model's thinking.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<String>,
    generation_id: String,
    /// posted; completed, failed or cancelled.
    status: String,
    /// The version of the files that the answer made.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    /// Why there is no whole answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
    /// The texts are gone, and empty.
    erased: bool,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct Usage {
    prompt_tokens: i64,
    completion_tokens: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<i64>,
    total_tokens: i64,
}

/// Money, exact.
#[derive(Serialize, ToSchema)]
pub struct Cost {
    #[schema(example = "0.0123")]
    amount: String,
    #[schema(example = "USD")]
    currency: String,
}

#[derive(Serialize, ToSchema)]
pub struct Failure {
    code: String,
    message: String,
    /// Whether asking again may succeed.
    retryable: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Messages {
    items: Vec<Message>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    #[schema(min_length = 1, max_length = 32000)]
    content: String,
    /// As in `GET models`; left out, routing chooses.
    model: Option<String>,
    /// For images; not taken yet.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>, max_items = 0)]
    attachments: Option<Vec<serde_json::Value>>,
    /// Refuses the prompt (409) if the files are at another version by now.
    base_version: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Posted {
    message_id: String,
    generation_id: String,
    /// The session's, with this prompt in it.
    version: i64,
    /// Where the session's stream begins with the answer.
    stream_position: String,
}

#[derive(Serialize, ToSchema)]
pub struct Accepted {
    /// The session's, with this in it.
    pub version: i64,
}

/// The messages, oldest first. An answer appears when it has ended.
#[utoipa::path(get, path = "/sessions/{id}/messages", tag = "sessions", operation_id = "list_messages",
    params(("id" = String, Path, description = "The session"), SessionListQuery),
    responses(
        (status = 200, body = Messages),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Asked(query): Asked<SessionListQuery>,
) -> Result<Shown<Messages>, Error> {
    let (min_version, moment) = (query.min_version, query.as_of()?);
    let page = query.page()?;
    let (found, freshness) = match moment {
        Some(moment) => (gateway.past_messages(&caller, id, moment, page).await?, Freshness::Fresh),
        None => {
            let freshness = gateway.wait_for_session(&caller, id, min_version).await?;
            let mut reader = gateway.reader(&caller).await?;
            let found = sessions::messages(&mut reader, id, &page).await?;
            (found.ok_or_else(|| missing(freshness))?, freshness)
        }
    };
    let items = found.items.into_iter().map(Message::from).collect();
    Ok(Shown::list(Messages { items, next_cursor: found.next_cursor }, freshness))
}

/// Posts a prompt. It is stored when this answers; the answer to it arrives on the session's stream.
#[utoipa::path(post, path = "/sessions/{id}/messages", tag = "sessions", operation_id = "post_message",
    request_body = Prompt,
    params(("id" = String, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call"),
        ("If-Match" = Option<String>, Header, description = "refuses if the session has another version")),
    responses(
        (status = 202, body = Posted),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn post(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    write: Write,
    Json(prompt): Json<Prompt>,
) -> Result<(StatusCode, Answer<Posted>), Error> {
    if prompt.attachments.is_some_and(|attachments| !attachments.is_empty()) {
        return Err(Error::field("attachments", "unsupported", "attachments are not taken yet"));
    }
    gateway.require_model(prompt.model.as_deref())?;
    let request = PostMessageRequest {
        write: Some(write.to_rpc()),
        session_id: id.to_string(),
        content: prompt.content,
        model: prompt.model,
        base_version: prompt.base_version,
    };
    let posted = gateway.command.post_message(request, caller.internal_token()).await?;
    let stream_position = stream_position(&posted.generation_id);
    let (message_id, generation_id, version) = (posted.message_id, posted.generation_id, posted.version);
    Ok((StatusCode::ACCEPTED, Answer(Posted { message_id, generation_id, version, stream_position })))
}

/// Stops an answer, from any device. What has arrived is kept. Stopping twice is stopping once.
#[utoipa::path(post, path = "/sessions/{id}/generations/{generation}/cancel", tag = "sessions",
    operation_id = "cancel_generation",
    params(("id" = String, Path, description = "The session"), ("generation" = String, Path, description = "The answer")),
    responses(
        (status = 202, body = Accepted),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn cancel(
    State(gateway): State<Gateway>,
    caller: Caller,
    Ids(id, generation): Ids<SessionId, GenerationId>,
    write: Write,
) -> Result<(StatusCode, Answer<Accepted>), Error> {
    let request = CancelGenerationRequest {
        write: Some(write.to_rpc()),
        session_id: id.to_string(),
        generation_id: generation.to_string(),
    };
    let version = gateway.command.cancel_generation(request, caller.internal_token()).await?.version;
    Ok((StatusCode::ACCEPTED, Answer(Accepted { version })))
}

impl From<sessions::Message> for Message {
    fn from(row: sessions::Message) -> Self {
        let error = row.error_code.map(|code| Failure {
            message: domain::failure::told(&code).to_owned(),
            code,
            retryable: row.retryable.unwrap_or_default(),
        });
        Self {
            id: row.id,
            role: row.role,
            content: row.content,
            reasoning: Some(row.reasoning).filter(|text| !text.is_empty()),
            generation_id: row.generation_id,
            status: row.status,
            number: row.number,
            model: row.model,
            provider: row.provider,
            usage: row.usage.map(|usage| Usage {
                prompt_tokens: usage.prompt_tokens,
                completion_tokens: usage.completion_tokens,
                reasoning_tokens: usage.reasoning_tokens,
                total_tokens: usage.total_tokens,
            }),
            cost: row.cost.map(|cost| Cost { amount: cost.0.amount, currency: cost.0.currency }),
            error,
            erased: row.erased,
            created_at: row.created_at,
        }
    }
}
