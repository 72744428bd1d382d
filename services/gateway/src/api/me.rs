//! `me`: the caller's own profile.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use projections::{Freshness, Wait, read, users};
use rpc::auth::v1::SignedIn;
use rpc::command::v1::ChangeProfileRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::ask::{Asked, AtLeast};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// A person.
#[derive(Serialize, ToSchema)]
pub struct User {
    #[schema(example = "usr_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    tenant_id: String,
    email: String,
    name: String,
    /// free or premium.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "free")]
    tier: Option<String>,
    /// Whether they administer the whole system.
    #[serde(skip_serializing_if = "Option::is_none")]
    administrator: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProfile {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// The caller.
#[utoipa::path(get, path = "/me", tag = "auth", operation_id = "me", params(AtLeast),
    responses(
        (status = 200, body = User),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Asked(at_least): Asked<AtLeast>,
) -> Result<Shown<User>, Error> {
    // Who has just signed up exists, so their first version is worth a moment's wait.
    let version = at_least.min_version.unwrap_or(1);
    let (user, freshness) = gateway.user(&gateway.wait(&caller), version).await?;
    let user = user.ok_or_else(|| missing(freshness))?;
    let shown = user.version.unwrap_or_default();
    let user = User { administrator: Some(caller.standing.administrator), ..user };
    Ok(Shown::one(user, shown, freshness))
}

/// Changes the caller's name.
#[utoipa::path(patch, path = "/me", tag = "auth", operation_id = "change_me", request_body = ChangeProfile,
    params(("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 200, body = User),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<ChangeProfile>,
) -> Result<Shown<User>, Error> {
    let request = ChangeProfileRequest { write: Some(write.to_rpc()), name: form.name.clone() };
    let version = gateway.command.change_profile(request, caller.internal_token()).await?.version;
    let (user, freshness) = gateway.user(&gateway.wait(&caller), version).await?;
    let user = user.ok_or_else(|| missing(freshness))?;
    Ok(Shown::one(User { name: form.name, version: Some(version), ..user }, version, freshness))
}

impl Gateway {
    async fn user(&self, wait: &Wait<'_>, version: i64) -> Result<(Option<User>, Freshness), Error> {
        let freshness = users::wait_for(wait, wait.user, version).await?;
        let mut reader = read::begin(&self.read_pool, wait.tenant, wait.user).await?;
        let user = users::by_id(&mut reader, wait.user).await?;
        Ok((user.map(User::from), freshness))
    }

    /// Who has just signed in. Their name, if it can be read by now.
    pub async fn user_of(&self, signed_in: &SignedIn, email: String) -> Result<User, Error> {
        let user: UserId = signed_in.user_id.parse().map_err(|_| Error::Unavailable)?;
        let tenant: TenantId = signed_in.tenant_id.parse().map_err(|_| Error::Unavailable)?;
        let timeout = self.config.fresh_wait;
        let (pool, progress) = (&self.read_pool, &self.progress);
        let wait = Wait { pool, progress, tenant, user, timeout, administrator: false };
        let (found, _) = self.user(&wait, 1).await?;
        Ok(found.unwrap_or_else(|| User::just_signed_up(signed_in, email, String::new())))
    }
}

impl User {
    pub fn just_signed_up(signed_in: &SignedIn, email: String, name: String) -> Self {
        Self {
            id: signed_in.user_id.clone(),
            tenant_id: signed_in.tenant_id.clone(),
            email: domain::user::normalise_email(&email),
            name: name.trim().to_owned(),
            tier: None,
            administrator: None,
            version: None,
            created_at: None,
            updated_at: None,
        }
    }
}

impl From<users::User> for User {
    fn from(row: users::User) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            email: row.email,
            name: row.name,
            tier: Some(row.tier),
            administrator: None,
            version: Some(row.version),
            created_at: Some(row.created_at),
            updated_at: Some(row.updated_at),
        }
    }
}
