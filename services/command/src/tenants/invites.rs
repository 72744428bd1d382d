//! Ways in: given once, followed once.

use chrono::{TimeDelta, Utc};
use domain::tenant::Command;
use domain::{InviteId, KeyHolder, Role, Tenant, UserId};
use rpc::command::v1::{
    AcceptInviteRequest, AcceptInviteResponse, Accepted, CheckInviteRequest, CheckInviteResponse, InviteMemberRequest,
    InviteMemberResponse, RenewInviteRequest, RevokeInviteRequest,
};
use rpc::fault;
use rpc::identity::Claims;
use serde_json::json;
use store::{Call, Executed};
use tonic::{Code, Status};

use super::invite_token::InviteToken;
use crate::error::{named, parse, status};
use crate::service::{answered, number};
use crate::{Commands, call};

/// How long a link may be followed.
const TERM: TimeDelta = TimeDelta::days(7);

pub async fn invite(
    commands: &Commands,
    claims: &Claims,
    mut request: InviteMemberRequest,
) -> Result<InviteMemberResponse, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.invite", &request)?;
    let role: Role = named(&request.role, "role")?;
    let tenant = commands.tenant_of(claims, &call).await?;
    let invite_id = InviteId::generate();
    let token =
        InviteToken::mint(tenant, invite_id).ok_or_else(|| fault(Code::Internal, "internal", "no randomness"))?;
    let expires_at = Utc::now() + TERM;
    let (email, token_hash) = (request.email, token.hash());
    let command = Command::Invite { by, invite_id, email, role, token_hash, expires_at };

    let answer = |done: &Executed<Tenant>| json!({ "invite_id": invite_id, "version": done.version, "expires_at": expires_at.timestamp_micros() });
    let done = commands.store.execute::<Tenant>(&call, &tenant.to_string(), command, answer).await.map_err(status)?;
    given(&done, &token)
}

/// A new link, for who lost the first one.
pub async fn renew(
    commands: &Commands,
    claims: &Claims,
    mut request: RenewInviteRequest,
) -> Result<InviteMemberResponse, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.renew_invite", &request)?;
    let invite_id: InviteId = parse(&request.invite_id)?;
    let tenant = commands.tenant_of(claims, &call).await?;
    let token =
        InviteToken::mint(tenant, invite_id).ok_or_else(|| fault(Code::Internal, "internal", "no randomness"))?;
    let (token_hash, expires_at) = (token.hash(), Utc::now() + TERM);
    let command = Command::RenewInvite { by, invite_id, token_hash, expires_at };
    let answer = |done: &Executed<Tenant>| json!({ "invite_id": invite_id, "version": done.version, "expires_at": expires_at.timestamp_micros() });
    let done = commands.store.execute::<Tenant>(&call, &tenant.to_string(), command, answer).await.map_err(status)?;
    given(&done, &token)
}

/// A repeat gets no link: it is given once.
fn given(done: &Executed<Tenant>, token: &InviteToken) -> Result<InviteMemberResponse, Status> {
    Ok(InviteMemberResponse {
        invite_id: answered(&done.answer, "invite_id")?,
        version: number(&done.answer, "version")?,
        token: if done.replayed { String::new() } else { token.text() },
        expires_at_micros: number(&done.answer, "expires_at")?,
        organisation: done.state.name.clone().unwrap_or_default(),
    })
}

/// Its address goes with its key, also when somebody revokes it again after a crash in between.
pub async fn revoke(
    commands: &Commands,
    claims: &Claims,
    mut request: RevokeInviteRequest,
) -> Result<Accepted, Status> {
    let (by, _) = claims.require_person()?;
    let call = call::by_person(claims, request.write.take(), "tenants.revoke_invite", &request)?;
    let invite_id: InviteId = parse(&request.invite_id)?;
    let tenant = commands.tenant_of(claims, &call).await?;
    let command = Command::RevokeInvite { by, invite_id };
    let accepted = commands.accepted::<Tenant>(&call, &tenant.to_string(), command).await?;
    let holder = KeyHolder::Invite(invite_id).to_string();
    commands.store.keys().destroy(&holder).await.map_err(|error| status(error.into()))?;
    Ok(accepted)
}

/// Before somebody signs up for it.
pub async fn check(
    commands: &Commands,
    claims: &Claims,
    request: CheckInviteRequest,
) -> Result<CheckInviteResponse, Status> {
    claims.require_service()?;
    let token = parsed(&request.token)?;
    let id = token.tenant.to_string();
    let tenant = commands.store.load::<Tenant>(token.tenant, &id).await.map_err(status)?.state;
    // What accepting would say; the nil id is nobody's.
    let user = UserId::from_uuid(uuid::Uuid::nil());
    let command = Command::AcceptInvite { user, invite_id: token.invite, token_hash: token.hash() };
    let decided = domain::Aggregate::decide(&tenant, command, Utc::now());
    decided.map_err(|rejection| status(rejection.into()))?;
    let role = tenant.invites.get(&token.invite).map(|invite| invite.role.to_string()).unwrap_or_default();
    Ok(CheckInviteResponse { tenant_id: id, role })
}

/// The person is the caller, or whom auth says has just signed up.
pub async fn accept(
    commands: &Commands,
    claims: &Claims,
    mut request: AcceptInviteRequest,
) -> Result<AcceptInviteResponse, Status> {
    let user: UserId = match request.user_id.as_str() {
        "" => claims.require_person()?.0,
        user => claims.require_service().and_then(|()| parse(user))?,
    };
    let write = request.write.take();
    let token = parsed(&request.token)?;
    let call = call::with_write(token.tenant, user.to_string(), write, "tenants.accept_invite", &request);
    let id = token.tenant.to_string();
    let command = Command::AcceptInvite { user, invite_id: token.invite, token_hash: token.hash() };
    let answer = |done: &Executed<Tenant>| json!({ "version": done.version, "role": done.state.role_of(user).map(Role::as_str) });
    let call = Call { expected_version: None, ..call };
    let done = commands.store.execute::<Tenant>(&call, &id, command, answer).await.map_err(status)?;
    let role = answered(&done.answer, "role")?;
    Ok(AcceptInviteResponse { tenant_id: id, role, version: number(&done.answer, "version")? })
}

fn parsed(text: &str) -> Result<InviteToken, Status> {
    text.parse().map_err(|_| fault(Code::NotFound, "not_found", "there is no such invite"))
}
