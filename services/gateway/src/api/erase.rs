//! `DELETE me`: the caller erases themselves.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use rpc::auth::v1::ConfirmPasswordRequest;
use rpc::command::v1::EraseMeRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Error;
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseMe {
    /// Once more, because nothing of this can be undone.
    password: String,
    /// The id of a user of the same organisation who gets the projects with their files. Left out, the
    /// projects are erased too.
    transfer_projects_to: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Erasure {
    #[schema(example = "usr_0199d3a0-0000-7000-8000-000000000000")]
    user_id: String,
    /// erased; or erasing, while the rest is carried out. Either way every sign-in has ended.
    status: &'static str,
    /// What went, what stays and why; ids and counts only.
    #[schema(value_type = Option<Object>)]
    receipt: Option<Value>,
}

/// Erases the caller: profile, messages, answers and titles can never be opened again, the address is free, every
/// sign-in ends. It cannot be undone.
#[utoipa::path(delete, path = "/me", tag = "auth", operation_id = "erase_me", request_body = EraseMe,
    responses(
        (status = 200, description = "it is done", body = Erasure),
        (status = 202, description = "it is decided, and goes on by itself", body = Erasure),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn erase(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<EraseMe>,
) -> Result<Response, Error> {
    let password = ConfirmPasswordRequest { password: form.password };
    gateway.auth.confirm_password(password, caller.internal_token()).await?;
    let request = EraseMeRequest { write: Some(write.to_rpc()), transfer_to: form.transfer_projects_to };
    let done = gateway.command.erase_me(request, caller.internal_token()).await?;
    let (code, erasure) = Erasure::of(caller.user.to_string(), &done.receipt);
    Ok((code, gateway.cookies.signed_out(), axum::Json(erasure)).into_response())
}

impl Erasure {
    pub fn of(user_id: String, receipt: &str) -> (StatusCode, Self) {
        let receipt: Option<Value> = serde_json::from_str(receipt).ok();
        let (code, status) =
            if receipt.is_some() { (StatusCode::OK, "erased") } else { (StatusCode::ACCEPTED, "erasing") };
        (code, Self { user_id, status, receipt })
    }
}
