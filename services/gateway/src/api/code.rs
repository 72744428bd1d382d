//! `auth/code`: six digits by mail instead of a password.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use rpc::auth::v1::VerifyCodeRequest;
use serde::Deserialize;
use utoipa::ToSchema;

use super::account::{SignInAnswer, Transport, device};
use super::password::Address;
use crate::Error;
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::write::Origin;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyCode {
    email: String,
    #[schema(example = "123456")]
    code: String,
    #[serde(default)]
    #[schema(inline)]
    transport: Transport,
}

/// Mails six digits, good for ten minutes and five tries. The answer is the same for every address.
#[utoipa::path(post, path = "/auth/code", tag = "auth", operation_id = "send_code", security(()),
    request_body = Address,
    responses(
        (status = 202, description = "a mail goes out if somebody has this address"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn send(State(gateway): State<Gateway>, Json(form): Json<Address>) -> Result<StatusCode, Error> {
    gateway.auth.send_code(form.to_rpc(), "").await?;
    Ok(StatusCode::ACCEPTED)
}

/// Signs in with them. An unknown address and a wrong code get the same answer.
#[utoipa::path(post, path = "/auth/code/verify", tag = "auth", operation_id = "verify_code", security(()),
    request_body = VerifyCode,
    responses(
        (status = 200, description = "as a sign-in", body = SignInAnswer),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn verify(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Origin(origin): Origin,
    Json(form): Json<VerifyCode>,
) -> Result<Response, Error> {
    let VerifyCode { email, code, transport } = form;
    let request = VerifyCodeRequest { email: email.clone(), code, device: device(&headers), origin };
    let signed_in = gateway.auth.verify_code(request, "").await?;
    gateway.welcome_back(transport, signed_in, email).await
}
