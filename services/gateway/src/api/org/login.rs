//! `org/login`: the providers that an organisation's people sign in by.

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rpc::auth::v1::{Nothing, RemoveLoginRequest, SetLoginRequest, TenantProvider};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::api::projects::moment;
use crate::ask::Id;
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// A provider of the organisation. Its secret is written and never read.
#[derive(Serialize, ToSchema)]
pub struct OrgProvider {
    #[schema(example = "idp_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    /// oidc, or github.
    #[schema(example = "oidc")]
    kind: String,
    /// What people read on the button.
    label: String,
    /// Null: github.com.
    issuer: Option<String>,
    client_id: String,
    /// member or viewer: what somebody becomes whom it vouches for. Null: only who was invited comes in.
    joins: Option<String>,
    /// The redirect address that the provider has to know, exactly.
    callback: String,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct OrgProviders {
    items: Vec<OrgProvider>,
    /// Always null: there are at most ten.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrgProvider {
    /// oidc, or github.
    #[schema(example = "oidc")]
    kind: String,
    #[schema(min_length = 1, max_length = 120)]
    label: String,
    /// As the provider writes it; it is asked at once. Not for github.
    #[schema(max_length = 2000, example = "https://id.example.com")]
    issuer: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    client_id: String,
    #[schema(max_length = 2000)]
    client_secret: String,
    /// member or viewer: what somebody becomes whom it vouches for. Left out: only who was invited comes in.
    joins: Option<String>,
}

/// All of it anew, except a secret that is left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrgProvider {
    kind: String,
    #[schema(min_length = 1, max_length = 120)]
    label: String,
    #[schema(max_length = 2000)]
    issuer: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    client_id: String,
    #[schema(max_length = 2000)]
    client_secret: Option<String>,
    joins: Option<String>,
}

/// The organisation's providers.
#[utoipa::path(get, path = "/org/login", tag = "org", operation_id = "org_providers",
    responses(
        (status = 200, body = OrgProviders),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(State(gateway): State<Gateway>, caller: Caller) -> Result<axum::Json<OrgProviders>, Error> {
    let found = gateway.auth.list_logins(Nothing {}, caller.internal_token()).await?.providers;
    let items = found.into_iter().map(OrgProvider::try_from).collect::<Result<_, _>>()?;
    Ok(axum::Json(OrgProviders { items, next_cursor: None }))
}

/// Names a provider that people sign in to the organisation by. Its issuer must be on the internet, and answer.
#[utoipa::path(post, path = "/org/login", tag = "org", operation_id = "create_org_provider",
    request_body = NewOrgProvider,
    responses(
        (status = 201, body = OrgProvider),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<NewOrgProvider>,
) -> Result<Shown<OrgProvider>, Error> {
    let NewOrgProvider { kind, label, issuer, client_id, client_secret, joins } = form;
    let asked = SetLoginRequest { kind, label, issuer, client_id, client_secret, ..SetLoginRequest::default() };
    let provider = gateway.set_login(&caller, &write, asked, joins).await?;
    Ok(Shown { version: None, body: provider, status: StatusCode::CREATED, stale: false })
}

/// Changes a provider of the organisation.
#[utoipa::path(put, path = "/org/login/{id}", tag = "org", operation_id = "change_org_provider",
    request_body = ChangeOrgProvider, params(("id" = String, Path, description = "The provider")),
    responses(
        (status = 200, body = OrgProvider),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<domain::LoginProviderId>,
    write: Write,
    Json(form): Json<ChangeOrgProvider>,
) -> Result<axum::Json<OrgProvider>, Error> {
    let ChangeOrgProvider { kind, label, issuer, client_id, client_secret, joins } = form;
    let (id, client_secret) = (id.to_string(), client_secret.unwrap_or_default());
    let asked = SetLoginRequest { id, kind, label, issuer, client_id, client_secret, ..SetLoginRequest::default() };
    Ok(axum::Json(gateway.set_login(&caller, &write, asked, joins).await?))
}

/// Nobody signs in by it any more.
#[utoipa::path(delete, path = "/org/login/{id}", tag = "org", operation_id = "remove_org_provider",
    params(("id" = String, Path, description = "The provider")),
    responses(
        (status = 204, description = "it is gone, and its secret"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn remove(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<domain::LoginProviderId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let rpc = write.to_rpc();
    let request = RemoveLoginRequest { id: id.to_string(), correlation_id: rpc.correlation_id, origin: rpc.origin };
    gateway.auth.remove_login(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Gateway {
    async fn set_login(
        &self,
        caller: &Caller,
        write: &Write,
        asked: SetLoginRequest,
        joins: Option<String>,
    ) -> Result<OrgProvider, Error> {
        let (rpc, joins) = (write.to_rpc(), joins.unwrap_or_default());
        let request = SetLoginRequest { joins, correlation_id: rpc.correlation_id, origin: rpc.origin, ..asked };
        self.auth.set_login(request, caller.internal_token()).await?.try_into()
    }
}

impl TryFrom<TenantProvider> for OrgProvider {
    type Error = Error;

    fn try_from(known: TenantProvider) -> Result<Self, Error> {
        Ok(Self {
            id: known.id,
            kind: known.kind,
            label: known.label,
            issuer: known.issuer,
            client_id: known.client_id,
            joins: Some(known.joins).filter(|role| !role.is_empty()),
            callback: known.callback,
            created_at: moment(known.created_at_micros)?,
        })
    }
}
