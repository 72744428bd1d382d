//! `org`: the organisation that the caller works in, and those that they could.

pub mod invites;
pub mod login;
pub mod members;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::UserId;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use projections::{Freshness, tenants};
use rpc::auth::v1::{StandingChangedRequest, SwitchTenantRequest};
use rpc::command::v1::{CreateTenantRequest, RemoveMemberRequest, RenameTenantRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::{Tokens, Transport, device};
use crate::Error;
use crate::ask::{Asked, AtLeast};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// An organisation, as its member sees it.
#[derive(Serialize, ToSchema)]
pub struct Org {
    #[schema(example = "ten_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    /// Null: it was never given one.
    name: Option<String>,
    /// What the caller is in it.
    #[schema(example = "owner")]
    role: String,
    /// Whether it came with the caller's account.
    home: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct Orgs {
    items: Vec<Org>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameOrg {
    #[schema(min_length = 1, max_length = 120)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The organisation to work in, by id.
    tenant: String,
    #[serde(default)]
    #[schema(inline)]
    transport: Transport,
}

/// The organisation that the caller works in.
#[utoipa::path(get, path = "/org", tag = "org", operation_id = "org", params(AtLeast),
    responses(
        (status = 200, body = Org),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(at_least): Asked<AtLeast>,
) -> Result<Response, Error> {
    let freshness = gateway.wait_for_org(&caller, at_least.min_version).await?;
    Ok(gateway.org(&caller, freshness).await?.into_response())
}

/// Begins another organisation, whose owner the caller is. `org/switch` goes there.
#[utoipa::path(post, path = "/org", tag = "org", operation_id = "create_org", request_body = NameOrg,
    params(("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 201, body = Org),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<NameOrg>,
) -> Result<Response, Error> {
    let request = CreateTenantRequest { write: Some(write.to_rpc()), name: form.name.clone() };
    let created = gateway.command.create_tenant(request, caller.internal_token()).await?;
    let org = Org {
        id: created.tenant_id,
        name: Some(form.name.trim().to_owned()),
        role: domain::Role::Owner.to_string(),
        home: false,
        version: Some(created.version),
        created_at: None,
    };
    let location = [(LOCATION, format!("{}/org", super::BASE))];
    Ok((StatusCode::CREATED, location, Answer(org)).into_response())
}

/// Names the organisation.
#[utoipa::path(patch, path = "/org", tag = "org", operation_id = "change_org", request_body = NameOrg,
    params(("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 200, body = Org),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<NameOrg>,
) -> Result<Response, Error> {
    let request = RenameTenantRequest { write: Some(write.to_rpc()), name: form.name.clone() };
    let version = gateway.command.rename_tenant(request, caller.internal_token()).await?.version;
    let freshness = gateway.wait_for_org(&caller, Some(version)).await?;
    let mut shown = gateway.org(&caller, freshness).await?;
    shown.body.name = Some(form.name.trim().to_owned());
    (shown.body.version, shown.version) = (Some(version), Some(version));
    Ok(shown.into_response())
}

/// The organisations that the caller belongs to, their own first.
#[utoipa::path(get, path = "/org/list", tag = "org", operation_id = "orgs",
    responses(
        (status = 200, body = Orgs),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(State(gateway): State<Gateway>, caller: Caller) -> Result<Answer<Orgs>, Error> {
    let mut reader = gateway.reader(&caller).await?;
    let items = tenants::belongings(&mut reader).await?.into_iter().map(Org::from).collect();
    Ok(Answer(Orgs { items }))
}

/// Works in another organisation from now on: new cookies, or new tokens where they are asked for.
#[utoipa::path(post, path = "/org/switch", tag = "org", operation_id = "switch_org", request_body = Switch,
    responses(
        (status = 200, description = "tokens for it, which were asked for", body = Tokens),
        (status = 204, description = "the cookies are for it now; the sign-in before has ended"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn switch(
    State(gateway): State<Gateway>,
    caller: Caller,
    headers: HeaderMap,
    Json(form): Json<Switch>,
) -> Result<Response, Error> {
    let leaving = match form.transport {
        Transport::Cookie => gateway.shown_token(&headers).unwrap_or_default().to_owned(),
        Transport::Token => String::new(),
    };
    let request = SwitchTenantRequest { tenant_id: form.tenant, device: device(&headers), leaving };
    let signed_in = gateway.auth.switch_tenant(request, caller.internal_token()).await?;
    Ok(match form.transport {
        Transport::Cookie => (StatusCode::NO_CONTENT, gateway.cookies.signed_in(&signed_in)).into_response(),
        Transport::Token => Answer(Tokens::from(signed_in)).into_response(),
    })
}

/// Leaves the organisation; every sign-in to it ends. Its last owner cannot.
#[utoipa::path(post, path = "/org/leave", tag = "org", operation_id = "leave_org",
    responses(
        (status = 204, description = "the caller is no member any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn leave(State(gateway): State<Gateway>, caller: Caller, write: Write) -> Result<StatusCode, Error> {
    let request = RemoveMemberRequest { write: Some(write.to_rpc()), user_id: caller.user.to_string() };
    gateway.command.remove_member(request, caller.internal_token()).await?;
    gateway.standing_changed(&caller, caller.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Gateway {
    async fn org(&self, caller: &Caller, freshness: Freshness) -> Result<Shown<Org>, Error> {
        let mut reader = self.reader(caller).await?;
        let row = tenants::by_id(&mut reader, caller.tenant).await?;
        let (version, created_at) = (row.as_ref().map(|row| row.version), row.as_ref().map(|row| row.created_at));
        let org = Org {
            id: caller.tenant.to_string(),
            name: row.map(|row| row.name).filter(|name| !name.is_empty()),
            role: caller.standing.roles.first().map(ToString::to_string).unwrap_or_default(),
            home: caller.standing.home.is_none(),
            version,
            created_at,
        };
        let stale = matches!(freshness, Freshness::Stale);
        Ok(Shown { version, body: org, status: StatusCode::OK, stale })
    }

    /// Until everything of the caller's organisation is visible up to a version.
    pub async fn wait_for_org(&self, caller: &Caller, version: Option<i64>) -> Result<Freshness, Error> {
        match version {
            Some(version) => Ok(tenants::wait_for(&self.wait(caller), caller.tenant, version).await?),
            None => Ok(Freshness::Fresh),
        }
    }

    /// Somebody may do more or less in this organisation: whoever remembers the old asks again.
    pub async fn standing_changed(&self, caller: &Caller, user: UserId) -> Result<(), Error> {
        let request = StandingChangedRequest {
            user_id: user.to_string(),
            tenant_id: caller.tenant.to_string(),
            ..StandingChangedRequest::default()
        };
        self.auth.standing_changed(request, caller.internal_token()).await?;
        Ok(())
    }
}

impl From<tenants::Belonging> for Org {
    fn from(row: tenants::Belonging) -> Self {
        let name = Some(row.name).filter(|name| !name.is_empty());
        Self { id: row.tenant_id, name, role: row.role, home: row.home, version: None, created_at: None }
    }
}
