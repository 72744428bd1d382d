//! `auth/password/*`, `auth/verify`, `me/password`: passwords by mail, and the address that a mail proves.

use axum::extract::State;
use http::StatusCode;
use rpc::auth::v1::{AddressRequest, ChangePasswordRequest, Nothing, ResetPasswordRequest, VerifyEmailRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Error;
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Origin;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    #[schema(example = "alice@example.com")]
    email: String,
}

impl Address {
    pub fn to_rpc(&self) -> AddressRequest {
        // Longer than any address: nobody has it.
        AddressRequest { email: self.email.chars().take(320).collect() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// From the mail.
    token: String,
    #[schema(min_length = 10, max_length = 1000)]
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    current: String,
    #[schema(min_length = 10, max_length = 1000)]
    new: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// From the mail.
    token: String,
}

/// Mails a link that sets a new password, good once within 30 minutes. The answer is the same for every address.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "auth", security(()), request_body = Address,
    responses(
        (status = 202, description = "a mail goes out if somebody has this address"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn forgot(State(gateway): State<Gateway>, Json(form): Json<Address>) -> Result<StatusCode, Error> {
    gateway.auth.forgot_password(form.to_rpc(), "").await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password with the token from the mail, once. Every sign-in ends; a second factor stays.
#[utoipa::path(post, path = "/auth/password/reset", tag = "auth", security(()), request_body = ResetPassword,
    responses(
        (status = 204, description = "sign in with the new password now"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn reset(
    State(gateway): State<Gateway>,
    Origin(origin): Origin,
    Json(form): Json<ResetPassword>,
) -> Result<StatusCode, Error> {
    let request = ResetPasswordRequest { token: form.token, password: form.password, origin };
    gateway.auth.reset_password(request, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a new password with the one before it. Every other sign-in ends.
#[utoipa::path(post, path = "/me/password", tag = "auth", operation_id = "change_password",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "this sign-in goes on"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Origin(origin): Origin,
    Json(form): Json<ChangePassword>,
) -> Result<StatusCode, Error> {
    let request = ChangePasswordRequest { current: form.current, new: form.new, origin };
    gateway.auth.change_password(request, caller.internal_token()).await.map_err(about_current)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who asks is signed in: a wrong password is a wrong field, not a reason to sign in again.
fn about_current(status: tonic::Status) -> Error {
    match rpc::stable_code(&status) {
        code @ ("password_too_short" | "password_too_long" | "password_too_common") => {
            Error::field("new", code.to_owned(), status.message())
        }
        "invalid_credentials" => Error::field("current", "wrong_password", "this is not your password"),
        _ => status.into(),
    }
}

/// Shows that the address is theirs, with the token from a mail.
#[utoipa::path(post, path = "/auth/verify", tag = "auth", security(()), request_body = VerifyEmail,
    responses(
        (status = 204, description = "the address is verified"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn verify(
    State(gateway): State<Gateway>,
    Origin(origin): Origin,
    Json(form): Json<VerifyEmail>,
) -> Result<StatusCode, Error> {
    gateway.auth.verify_email(VerifyEmailRequest { token: form.token, origin }, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails that token again.
#[utoipa::path(post, path = "/auth/verify/resend", tag = "auth", operation_id = "resend_verification",
    responses(
        (status = 202, description = "a mail goes out"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn resend(State(gateway): State<Gateway>, caller: Caller) -> Result<StatusCode, Error> {
    gateway.auth.resend_verification(Nothing {}, caller.internal_token()).await?;
    Ok(StatusCode::ACCEPTED)
}
