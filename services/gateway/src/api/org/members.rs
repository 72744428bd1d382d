//! `org/members`: who belongs to the organisation, and as what.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::UserId;
use http::StatusCode;
use projections::tenants;
use rpc::command::v1::{ChangeMemberRoleRequest, RemoveMemberRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::ask::{Asked, Id, OrgListQuery};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

#[derive(Serialize, ToSchema)]
pub struct Member {
    #[schema(example = "usr_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    email: String,
    name: String,
    /// owner, admin, member, viewer, auditor or billing.
    #[schema(example = "member")]
    role: String,
    joined_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct Members {
    items: Vec<Member>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    /// owner, admin, member, viewer, auditor or billing.
    #[schema(example = "viewer")]
    role: String,
}

/// Who belongs to the organisation, the eldest account first.
#[utoipa::path(get, path = "/org/members", tag = "org", operation_id = "members", params(OrgListQuery),
    responses(
        (status = 200, body = Members),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(query): Asked<OrgListQuery>,
) -> Result<Shown<Members>, Error> {
    let freshness = gateway.wait_for_org(&caller, query.min_version).await?;
    let page = query.page()?;
    let mut reader = gateway.reader(&caller).await?;
    let found = tenants::members(&mut reader, &page).await?;
    let items = found.items.into_iter().map(Member::from).collect();
    Ok(Shown::list(Members { items, next_cursor: found.next_cursor }, freshness))
}

/// Gives a member another role. Only owners decide about owners, and the last one stays one.
#[utoipa::path(patch, path = "/org/members/{id}", tag = "org", operation_id = "change_member",
    request_body = ChangeMember, params(("id" = String, Path, description = "The member, by user id")),
    responses(
        (status = 200, body = Member),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<UserId>,
    write: Write,
    Json(form): Json<ChangeMember>,
) -> Result<Shown<Member>, Error> {
    let (user_id, role) = (id.to_string(), form.role.clone());
    let request = ChangeMemberRoleRequest { write: Some(write.to_rpc()), user_id, role };
    let version = gateway.command.change_member_role(request, caller.internal_token()).await?.version;
    gateway.standing_changed(&caller, id).await?;
    let freshness = gateway.wait_for_org(&caller, Some(version)).await?;
    let mut reader = gateway.reader(&caller).await?;
    let member = tenants::member(&mut reader, id).await?.ok_or_else(|| missing(freshness))?;
    Ok(Shown::one(Member { role: form.role, ..member.into() }, version, freshness))
}

/// Removes a member: their sign-ins to the organisation end, and their keys for it.
#[utoipa::path(delete, path = "/org/members/{id}", tag = "org", operation_id = "remove_member",
    params(("id" = String, Path, description = "The member, by user id")),
    responses(
        (status = 204, description = "they are no member any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn remove(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<UserId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let request = RemoveMemberRequest { write: Some(write.to_rpc()), user_id: id.to_string() };
    gateway.command.remove_member(request, caller.internal_token()).await?;
    gateway.standing_changed(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<tenants::Person> for Member {
    fn from(row: tenants::Person) -> Self {
        Self { id: row.user_id, email: row.email, name: row.name, role: row.role, joined_at: row.joined_at }
    }
}
