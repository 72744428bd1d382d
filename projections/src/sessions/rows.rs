//! The rows of this read model, as they are written.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;

#[derive(Debug, Clone, FromRow)]
pub(super) struct SessionRow {
    pub id: String,
    pub tenant_id: String,
    pub project_id: String,
    pub owner: String,
    pub title: String,
    pub erased: bool,
    pub head: i32,
    pub active_generation_id: Option<String>,
    pub active_attempt: Option<i32>,
    pub active_status: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Debug, Clone, FromRow)]
pub(super) struct GenerationRow {
    pub id: String,
    pub tenant_id: String,
    pub session_id: String,
    pub message_id: String,
    pub status: String,
    pub position: i64,
    pub attempt: i32,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub number: Option<i32>,
    pub finish_reason: Option<String>,
    pub prompt_digest: Option<String>,
    pub usage: Option<Value>,
    pub cost: Option<Value>,
    pub error_code: Option<String>,
    pub retryable: Option<bool>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

/// Written once: what is said is said.
#[derive(Debug, Clone)]
pub(super) struct MessageRow {
    pub id: String,
    pub tenant_id: String,
    pub session_id: String,
    pub role: &'static str,
    pub position: i64,
    pub content: String,
    pub reasoning: String,
    pub erased: bool,
    pub generation_id: String,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub status: String,
    pub number: Option<i32>,
    pub usage: Option<Value>,
    pub cost: Option<Value>,
    pub error_code: Option<String>,
    pub retryable: Option<bool>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Debug, Clone)]
pub(super) struct VersionRow {
    pub session_id: String,
    pub number: i32,
    pub tenant_id: String,
    pub author: &'static str,
    pub base: i32,
    pub generation_id: Option<String>,
    pub restored_from: Option<i32>,
    pub erased: bool,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Debug, Clone)]
pub(super) struct FileRow {
    pub session_id: String,
    pub number: i32,
    pub path: String,
    pub tenant_id: String,
    pub op: &'static str,
    pub content: Option<String>,
    pub sha256: Option<String>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}
