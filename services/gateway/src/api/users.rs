//! `users`: every account of the system, for its administrators.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::UserId;
use projections::{Freshness, Wait, read, users};
use rpc::auth::v1::StandingChangedRequest;
use rpc::command::v1::{ChangeUserRequest, EndSignInsRequest, EraseUserRequest, NoteAccountsReadRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::erase::Erasure;
use crate::Error;
use crate::ask::{Asked, AtLeast, Id, ListQuery};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::read::{Shown, missing};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// An account, as administrators see it.
#[derive(Serialize, ToSchema)]
pub struct Account {
    #[schema(example = "usr_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    /// The organisation that came with it.
    tenant_id: String,
    email: String,
    name: String,
    /// user, or administrator of the whole system.
    #[schema(example = "user")]
    role: String,
    /// free or premium.
    #[schema(example = "free")]
    tier: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct Accounts {
    items: Vec<Account>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAccount {
    /// user, or administrator of the whole system.
    role: Option<String>,
    /// free or premium.
    tier: Option<String>,
    /// Ends every sign-in of the account.
    #[serde(default)]
    end_sign_ins: bool,
}

/// Every account, newest first; `q` searches names and addresses. That somebody looked is an event.
#[utoipa::path(get, path = "/users", tag = "users", operation_id = "users", params(ListQuery),
    responses(
        (status = 200, body = Accounts),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Asked(query): Asked<ListQuery>,
) -> Result<Shown<Accounts>, Error> {
    let searched = query.searches();
    let page = query.page()?;
    let mut reader = read::begin_as_administrator(&gateway.read_pool, caller.tenant, caller.user).await?;
    let found = users::all(&mut reader, &page).await?;
    let items: Vec<_> = found.items.into_iter().map(Account::from).collect();
    drop(reader);
    gateway.note_look(&caller, &write, None, searched, items.len() as i64).await?;
    Ok(Shown::list(Accounts { items, next_cursor: found.next_cursor }, Freshness::Fresh))
}

/// One account. That somebody looked is an event, in the organisation that came with the account.
#[utoipa::path(get, path = "/users/{id}", tag = "users", operation_id = "user",
    params(("id" = String, Path, description = "The account"), AtLeast),
    responses(
        (status = 200, body = Account),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<UserId>,
    write: Write,
    Asked(at_least): Asked<AtLeast>,
) -> Result<Shown<Account>, Error> {
    let found = gateway.account(&caller, id, at_least.min_version).await?;
    gateway.note_look(&caller, &write, Some(id), false, 1).await?;
    Ok(found)
}

/// Changes role or tier, or ends sign-ins. Whoever is concerned notices within seconds.
#[utoipa::path(patch, path = "/users/{id}", tag = "users", operation_id = "change_user",
    request_body = ChangeAccount,
    params(("id" = String, Path, description = "The account"),
        ("If-Match" = Option<String>, Header, description = "refuses to change another version")),
    responses(
        (status = 200, body = Account),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<UserId>,
    write: Write,
    Json(form): Json<ChangeAccount>,
) -> Result<Shown<Account>, Error> {
    let ChangeAccount { role, tier, end_sign_ins } = form;
    let (user_id, token) = (id.to_string(), caller.internal_token());
    let (role, tier) = (role.unwrap_or_default(), tier.unwrap_or_default());
    let request = ChangeUserRequest { write: Some(write.to_rpc()), user_id: user_id.clone(), role, tier };
    let mut version = gateway.command.change_user(request, token).await?.version;
    if end_sign_ins {
        let request = EndSignInsRequest { write: Some(write.step("sign-ins")), user_id: user_id.clone() };
        version = gateway.command.end_sign_ins(request, token).await?.version;
    }
    let news = StandingChangedRequest { user_id, sign_out: end_sign_ins, ..StandingChangedRequest::default() };
    gateway.auth.standing_changed(news, token).await?;
    gateway.account(&caller, id, Some(version)).await
}

/// Erases an account and the person's data, as they could themselves. It cannot be undone.
#[utoipa::path(delete, path = "/users/{id}", tag = "users", operation_id = "erase_user",
    params(("id" = String, Path, description = "The account")),
    responses(
        (status = 200, description = "it is done", body = Erasure),
        (status = 202, description = "it is decided, and goes on by itself", body = Erasure),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn erase(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<UserId>,
    write: Write,
) -> Result<Response, Error> {
    let request = EraseUserRequest { write: Some(write.to_rpc()), user_id: id.to_string() };
    let done = gateway.command.erase_user(request, caller.internal_token()).await?;
    let (code, erasure) = Erasure::of(id.to_string(), &done.receipt);
    Ok((code, axum::Json(erasure)).into_response())
}

impl Gateway {
    /// Comes before anything is shown: who cannot be noted sees nothing.
    async fn note_look(
        &self,
        caller: &Caller,
        write: &Write,
        user: Option<UserId>,
        searched: bool,
        count: i64,
    ) -> Result<(), Error> {
        let user_id = user.map(|user| user.to_string()).unwrap_or_default();
        let request = NoteAccountsReadRequest { write: Some(write.unkeyed()), user_id, searched, count };
        self.command.note_accounts_read(request, caller.internal_token()).await?;
        Ok(())
    }

    async fn account(&self, caller: &Caller, id: UserId, version: Option<i64>) -> Result<Shown<Account>, Error> {
        let freshness = match version {
            Some(version) => users::wait_for(&self.wait_as_administrator(caller), id, version).await?,
            None => Freshness::Fresh,
        };
        let mut reader = read::begin_as_administrator(&self.read_pool, caller.tenant, caller.user).await?;
        let row = users::by_id(&mut reader, id).await?.filter(|row| !row.erased).ok_or_else(|| missing(freshness))?;
        let version = row.version;
        Ok(Shown::one(row.into(), version, freshness))
    }

    fn wait_as_administrator(&self, caller: &Caller) -> Wait<'_> {
        Wait { administrator: true, ..self.wait(caller) }
    }
}

impl From<users::User> for Account {
    fn from(row: users::User) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            email: row.email,
            name: row.name,
            role: row.role,
            tier: row.tier,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
