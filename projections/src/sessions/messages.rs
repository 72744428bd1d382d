//! What was said in a session.

use chrono::{DateTime, Utc};
use domain::{Cost, SessionId, Usage};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::session::is_visible;
use crate::{Listing, Page, read};

/// A prompt, or an answer that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Message {
    pub id: String,
    /// user or assistant.
    pub role: String,
    /// Its place in the session; an answer stands right behind its prompt.
    pub position: i64,
    /// The prompt, or the answer's explanation.
    pub content: String,
    pub reasoning: String,
    /// The texts are gone, and empty.
    pub erased: bool,
    pub generation_id: String,
    pub model: Option<String>,
    pub provider: Option<String>,
    /// posted; completed, failed or cancelled.
    pub status: String,
    /// The version of the files that the answer made.
    pub number: Option<i32>,
    pub usage: Option<Json<Usage>>,
    pub cost: Option<Json<Cost>>,
    /// Why it failed.
    pub error_code: Option<String>,
    /// Whether asking again may succeed.
    pub retryable: Option<bool>,
    pub created_at: DateTime<Utc>,
}

/// The messages of one of the reader's sessions, oldest first; `None`: there is no such session. An answer
/// appears when it has ended; until then it is the session's active or queued generation.
pub async fn messages(
    reader: &mut PgConnection,
    session: SessionId,
    page: &Page,
) -> Result<Option<Listing<Message>>, read::Error> {
    let after = page.after::<i64>()?;
    if !is_visible(reader, session).await? {
        return Ok(None);
    }
    let rows = sqlx::query_as(
        "select id, role, position, content, reasoning, erased, generation_id, model, provider, status, number, usage,
                cost, error_code, retryable, created_at
         from read.messages
         where session_id = $1 and position > $2 and ($3::text is null or content ilike $3)
         order by position limit $4",
    )
    .bind(session.to_string())
    .bind(after.unwrap_or_default())
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Some(Listing::cut(rows, page, |message: &Message| message.position)))
}
