//! `api-keys`: for scripts. A key is shown once; what is kept is its hash.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::ApiKeyId;
use http::StatusCode;
use projections::tenants;
use rpc::auth::v1::{CreateApiKeyRequest, StandingChangedRequest};
use rpc::command::v1::RevokeApiKeyRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::projects::moment;
use crate::Error;
use crate::ask::{Asked, Id, OrgListQuery};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

#[derive(Serialize, ToSchema)]
pub struct ApiKey {
    #[schema(example = "key_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    name: String,
    /// read, write, manage, usage, audit.
    scopes: Vec<String>,
    /// In whose name it acts, as far as they may.
    created_by: String,
    created_at: DateTime<Utc>,
    /// Null: good until it is revoked.
    expires_at: Option<DateTime<Utc>>,
    /// The key itself, for `Authorization: Bearer`. Shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "atl_k_…")]
    key: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ApiKeys {
    items: Vec<ApiKey>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// read, write, manage, usage, audit: never more than the role of who makes it.
    scopes: Vec<String>,
    /// Left out: good until it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

/// The organisation's keys, newest first.
#[utoipa::path(get, path = "/api-keys", tag = "org", operation_id = "api_keys", params(OrgListQuery),
    responses(
        (status = 200, body = ApiKeys),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(query): Asked<OrgListQuery>,
) -> Result<Shown<ApiKeys>, Error> {
    let freshness = gateway.wait_for_org(&caller, query.min_version).await?;
    let page = query.page()?;
    let mut reader = gateway.reader(&caller).await?;
    let found = tenants::api_keys(&mut reader, &page).await?;
    let items = found.items.into_iter().map(ApiKey::from).collect();
    Ok(Shown::list(ApiKeys { items, next_cursor: found.next_cursor }, freshness))
}

/// Makes a key, which acts in the caller's name within its scopes.
#[utoipa::path(post, path = "/api-keys", tag = "org", operation_id = "create_api_key", request_body = NewApiKey,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "a repeat with the same key makes no second one, and is answered 409: a key is shown once")),
    responses(
        (status = 201, description = "with the key itself", body = ApiKey),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<NewApiKey>,
) -> Result<Shown<ApiKey>, Error> {
    let NewApiKey { name, scopes, expires_at } = form;
    let rpc = write.to_rpc();
    let request = CreateApiKeyRequest {
        name: name.clone(),
        scopes: scopes.clone(),
        expires_at: expires_at.map(|end| end.timestamp()).unwrap_or_default(),
        idempotency_key: rpc.idempotency_key,
        correlation_id: rpc.correlation_id,
        traceparent: rpc.traceparent,
        origin: rpc.origin,
    };
    let made = gateway.auth.create_api_key(request, caller.internal_token()).await?;
    let key = ApiKey {
        id: made.api_key_id,
        name: name.trim().to_owned(),
        scopes,
        created_by: caller.user.to_string(),
        created_at: moment(made.created_at_micros)?,
        expires_at,
        key: Some(made.api_key),
    };
    Ok(Shown { version: Some(made.version), body: key, status: StatusCode::CREATED, stale: false })
}

/// Takes a key back: it is worth nothing within seconds.
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "org", operation_id = "revoke_api_key",
    params(("id" = String, Path, description = "The key, by id")),
    responses(
        (status = 204, description = "nobody gets in with it any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn revoke(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ApiKeyId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let request = RevokeApiKeyRequest { write: Some(write.to_rpc()), api_key_id: id.to_string() };
    gateway.command.revoke_api_key(request, caller.internal_token()).await?;
    let news = StandingChangedRequest { api_key_id: id.to_string(), ..StandingChangedRequest::default() };
    gateway.auth.standing_changed(news, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<tenants::ApiKey> for ApiKey {
    fn from(row: tenants::ApiKey) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            key: None,
        }
    }
}
