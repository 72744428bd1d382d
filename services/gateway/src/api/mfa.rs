//! `auth/mfa/*`, `me/mfa`: the second factor.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use rpc::auth::v1::{ConfirmFactorRequest, EnrollFactorRequest, RemoveFactorRequest, VerifyFactorRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::{SignInAnswer, Transport};
use super::login::about_password;
use crate::Error;
use crate::body::{Json, OptionalJson};
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Origin;

/// For an authenticator app.
#[derive(Serialize, ToSchema)]
pub struct Enrolment {
    /// Base32, to be typed in.
    secret: String,
    #[schema(example = "otpauth://totp/Atelier:alice@example.com?secret=…&issuer=Atelier")]
    url: String,
    /// The URL as a QR code, for an `img`.
    qr_svg: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Six digits of the moment, or a recovery code where one is taken.
    #[schema(example = "123456")]
    code: String,
}

/// Shown this once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyFactor {
    /// From the answer of the first step. A browser that comes from a provider has it in a cookie.
    ticket: Option<String>,
    /// Six digits of the moment, or a recovery code.
    code: String,
    #[serde(default)]
    #[schema(inline)]
    transport: Transport,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enroll {
    /// Once more, unless you signed in during the last minutes.
    password: Option<String>,
}

/// A new secret for an authenticator app. It counts from `auth/mfa/confirm` on. Takes the password once more; who
/// has signed in during the last minutes may leave it out, everybody else hears 403 `prove_again`.
#[utoipa::path(post, path = "/auth/mfa/enroll", tag = "auth", operation_id = "enroll_factor", request_body = Enroll,
    responses(
        (status = 200, body = Enrolment),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn enroll(
    State(gateway): State<Gateway>,
    caller: Caller,
    OptionalJson(form): OptionalJson<Enroll>,
) -> Result<Answer<Enrolment>, Error> {
    let request = EnrollFactorRequest { password: form.password };
    let made = gateway.auth.enroll_factor(request, caller.internal_token()).await.map_err(about_password)?;
    Ok(Answer(Enrolment { secret: made.secret, url: made.url, qr_svg: made.qr_svg }))
}

/// A code shows that the app has the secret: from now on signing in asks for one. Ten recovery codes come back, once.
#[utoipa::path(post, path = "/auth/mfa/confirm", tag = "auth", operation_id = "confirm_factor", request_body = Code,
    responses(
        (status = 200, body = RecoveryCodes),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn confirm(
    State(gateway): State<Gateway>,
    caller: Caller,
    Origin(origin): Origin,
    Json(form): Json<Code>,
) -> Result<Answer<RecoveryCodes>, Error> {
    let request = ConfirmFactorRequest { code: form.code, origin };
    let confirmed = gateway.auth.confirm_factor(request, caller.internal_token()).await?;
    Ok(Answer(RecoveryCodes { recovery_codes: confirmed.recovery_codes }))
}

/// The second step of a sign-in: the only one that gives tokens where there is a second factor.
#[utoipa::path(post, path = "/auth/mfa/verify", tag = "auth", operation_id = "verify_factor", security(()),
    request_body = VerifyFactor,
    responses(
        (status = 200, description = "as a sign-in", body = SignInAnswer),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn verify(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Origin(origin): Origin,
    Json(form): Json<VerifyFactor>,
) -> Result<Response, Error> {
    let VerifyFactor { ticket, code, transport } = form;
    let ticket = ticket.or_else(|| gateway.cookies.mfa_ticket(&headers).map(str::to_owned)).unwrap_or_default();
    let signed_in = gateway.auth.verify_factor(VerifyFactorRequest { ticket, code, origin }, "").await?;
    let mut response = gateway.welcome_back(transport, signed_in, String::new()).await?;
    if gateway.cookies.mfa_ticket(&headers).is_some() {
        for (name, over) in &gateway.cookies.ticket("", 0) {
            response.headers_mut().append(name, over.clone());
        }
    }
    Ok(response)
}

/// Signing in asks for a second factor no more. Takes one of its codes, or a recovery code.
#[utoipa::path(delete, path = "/me/mfa", tag = "auth", operation_id = "remove_factor", request_body = Code,
    responses(
        (status = 204, description = "also where there was none"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn remove(
    State(gateway): State<Gateway>,
    caller: Caller,
    Origin(origin): Origin,
    Json(form): Json<Code>,
) -> Result<StatusCode, Error> {
    let request = RemoveFactorRequest { code: form.code, origin };
    gateway.auth.remove_factor(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}
