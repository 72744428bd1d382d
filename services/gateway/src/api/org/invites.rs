//! `org/invites`: ways into the organisation.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::InviteId;
use http::StatusCode;
use projections::tenants;
use rpc::auth::v1::MailInviteRequest;
use rpc::command::v1::{
    AcceptInviteRequest, InviteMemberRequest, InviteMemberResponse, RenewInviteRequest, RevokeInviteRequest,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::api::projects::moment;
use crate::ask::{Asked, Id, OrgListQuery};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

#[derive(Serialize, ToSchema)]
pub struct Invite {
    #[schema(example = "inv_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    email: String,
    #[schema(example = "member")]
    role: String,
    /// From then on the link is worth nothing.
    expires_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
    /// Whether a mail with the link leaves now. One address, and one organisation, gets only so many in a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    mailed: Option<bool>,
    /// As in the mail, to be passed on in another way: whoever has it can join. Given once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Invites {
    items: Vec<Invite>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvite {
    #[schema(example = "dora@example.com")]
    email: String,
    /// owner, admin, member, viewer, auditor or billing.
    #[schema(example = "member")]
    role: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The last part of the link.
    token: String,
}

#[derive(Serialize, ToSchema)]
pub struct Joined {
    /// The organisation, for `org/switch`.
    tenant: String,
    role: String,
}

/// The open invites, newest first.
#[utoipa::path(get, path = "/org/invites", tag = "org", operation_id = "invites", params(OrgListQuery),
    responses(
        (status = 200, body = Invites),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(query): Asked<OrgListQuery>,
) -> Result<Shown<Invites>, Error> {
    let freshness = gateway.wait_for_org(&caller, query.min_version).await?;
    let page = query.page()?;
    let mut reader = gateway.reader(&caller).await?;
    let found = tenants::invites(&mut reader, &page).await?;
    let items = found.items.into_iter().map(Invite::from).collect();
    Ok(Shown::list(Invites { items, next_cursor: found.next_cursor }, freshness))
}

/// Invites somebody, for seven days, and mails them the link.
#[utoipa::path(post, path = "/org/invites", tag = "org", operation_id = "invite", request_body = NewInvite,
    params(("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 201, description = "with the link; a repeat gets none", body = Invite),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<NewInvite>,
) -> Result<Shown<Invite>, Error> {
    let NewInvite { email, role } = form;
    let request = InviteMemberRequest { write: Some(write.to_rpc()), email: email.clone(), role: role.clone() };
    let made = gateway.command.invite_member(request, caller.internal_token()).await?;
    let invite = Invite {
        id: made.invite_id.clone(),
        email: domain::user::normalise_email(&email),
        role,
        expires_at: moment(made.expires_at_micros)?,
        invited_by: Some(caller.user.to_string()),
        created_at: None,
        mailed: None,
        link: None,
    };
    let version = Some(made.version);
    let invite = gateway.hand_out(&caller, invite, made).await;
    Ok(Shown { version, body: invite, status: StatusCode::CREATED, stale: false })
}

/// Sends an open invite once more, with a new link and seven days from now; the link before is worth nothing any
/// more.
#[utoipa::path(post, path = "/org/invites/{id}/resend", tag = "org", operation_id = "resend_invite",
    params(("id" = String, Path, description = "The invite"),
        ("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 200, description = "with the link; a repeat gets none", body = Invite),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn resend(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<InviteId>,
    write: Write,
) -> Result<Shown<Invite>, Error> {
    let request = RenewInviteRequest { write: Some(write.to_rpc()), invite_id: id.to_string() };
    let made = gateway.command.renew_invite(request, caller.internal_token()).await?;
    let (version, expires_at) = (made.version, moment(made.expires_at_micros)?);
    let freshness = gateway.wait_for_org(&caller, Some(version)).await?;
    let mut reader = gateway.reader(&caller).await?;
    let row = tenants::invite(&mut reader, id).await?.ok_or_else(|| missing(freshness))?;
    drop(reader);
    let invite = gateway.hand_out(&caller, Invite { expires_at, ..row.into() }, made).await;
    Ok(Shown::one(invite, version, freshness))
}

/// Takes an invite back: its link is worth nothing any more, and the address is forgotten.
#[utoipa::path(delete, path = "/org/invites/{id}", tag = "org", operation_id = "revoke_invite",
    params(("id" = String, Path, description = "The invite")),
    responses(
        (status = 204, description = "nobody can follow it any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn revoke(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<InviteId>,
    write: Write,
) -> Result<StatusCode, Error> {
    let request = RevokeInviteRequest { write: Some(write.to_rpc()), invite_id: id.to_string() };
    gateway.command.revoke_invite(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Joins the organisation of an invite, for those who have an account. `org/switch` goes there.
#[utoipa::path(post, path = "/org/invites/accept", tag = "org", operation_id = "accept_invite",
    request_body = Accept,
    responses(
        (status = 200, body = Joined),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn accept(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<Accept>,
) -> Result<axum::Json<Joined>, Error> {
    let request = AcceptInviteRequest { write: Some(write.to_rpc()), token: form.token, user_id: String::new() };
    let joined = gateway.command.accept_invite(request, caller.internal_token()).await?;
    Ok(axum::Json(Joined { tenant: joined.tenant_id, role: joined.role }))
}

impl Gateway {
    /// The link, by mail and in the answer. That no mail leaves is no failure: the link is here.
    async fn hand_out(&self, caller: &Caller, invite: Invite, made: InviteMemberResponse) -> Invite {
        let InviteMemberResponse { token, organisation, .. } = made;
        if token.is_empty() {
            return invite;
        }
        // After the #, so that no server and no log sees it.
        let link = Some(format!("{}/join/#{token}", self.origin.as_str()));
        let request = MailInviteRequest { email: invite.email.clone(), organisation, token };
        let mailed = self.auth.mail_invite(request, caller.internal_token()).await;
        let mailed = mailed.inspect_err(|status| tracing::warn!(code = ?status.code(), "an invite is not mailed"));
        Invite { mailed: Some(mailed.is_ok_and(|answer| answer.mailed)), link, ..invite }
    }
}

impl From<tenants::Invite> for Invite {
    fn from(row: tenants::Invite) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            expires_at: row.expires_at,
            invited_by: Some(row.invited_by),
            created_at: Some(row.created_at),
            mailed: None,
            link: None,
        }
    }
}
