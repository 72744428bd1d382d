//! `auth/login`, `auth/callback`, `me/identities`: signing in by a provider.

use std::borrow::Cow;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use rpc::auth::v1::{BeginLinkRequest, BeginLoginRequest, FinishLoginRequest, UnlinkIdentityRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::account::device;
use crate::Error;
use crate::ask::{Asked, Id};
use crate::body::Json;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Origin;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Begin {
    /// The page to be on afterwards; a path of ours.
    next: Option<String>,
}

/// What a provider sends back. It may add what it likes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Once more: whoever can sign in by the provider from then on has the whole account.
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct WayOut {
    /// Where the browser goes now.
    url: String,
}

/// Sends the browser to a provider.
#[utoipa::path(get, path = "/auth/login/{provider}", tag = "auth", operation_id = "begin_login", security(()),
    params(("provider" = String, Path, description = "as `auth/providers` lists it"), Begin),
    responses(
        (status = 303, description = "to the provider"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn begin(
    State(gateway): State<Gateway>,
    Id(provider): Id<String>,
    Asked(begin): Asked<Begin>,
) -> Result<Response, Error> {
    let next = begin.next.filter(|next| is_ours(next)).unwrap_or_else(|| "/".to_owned());
    let begun = gateway.auth.begin_login(BeginLoginRequest { provider, next }, "").await?;
    Ok((gateway.cookies.leaving(&begun.flow, begun.expires_in), to(&begun.url)).into_response())
}

/// Where a provider sends the browser back to. Always leads to a page; what went wrong is in its query.
#[utoipa::path(get, path = "/auth/callback/{provider}", tag = "auth", operation_id = "finish_login", security(()),
    params(("provider" = String, Path, description = "the one that sends back"), Callback),
    responses(
        (status = 303, description = "to the page that was asked for, the second factor, or the sign-in page"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn callback(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Origin(origin): Origin,
    Id(provider): Id<String>,
    Asked(back): Asked<Callback>,
) -> Response {
    let request = FinishLoginRequest {
        provider,
        flow: gateway.cookies.flow(&headers).unwrap_or_default().to_owned(),
        code: back.code.unwrap_or_default(),
        state: back.state.unwrap_or_default(),
        iss: back.iss,
        device: device(&headers),
        origin,
    };
    let over = gateway.cookies.leaving("", 0);
    match gateway.auth.finish_login(request, "").await {
        Ok(done) if done.linked => (over, to(&done.next)).into_response(),
        Ok(done) => {
            let signed_in = done.signed_in.unwrap_or_default();
            if signed_in.mfa_ticket.is_empty() {
                (both(over, gateway.cookies.signed_in(&signed_in)), to(&done.next)).into_response()
            } else {
                let ticket = gateway.cookies.ticket(&signed_in.mfa_ticket, signed_in.mfa_expires_in);
                let next = url::form_urlencoded::byte_serialize(done.next.as_bytes()).collect::<String>();
                (both(over, ticket), to(&format!("/login?step=mfa&next={next}"))).into_response()
            }
        }
        Err(status) => (over, to(&format!("/login?problem={}", reason(&status)))).into_response(),
    }
}

/// Begins to link a provider to the caller's account.
#[utoipa::path(post, path = "/me/identities/{provider}", tag = "auth", operation_id = "link_identity",
    request_body = Link, params(("provider" = String, Path, description = "as `auth/providers` lists it")),
    responses(
        (status = 200, description = "go there with this browser", body = WayOut),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn link(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(provider): Id<String>,
    Json(form): Json<Link>,
) -> Result<Response, Error> {
    let request = BeginLinkRequest { provider, next: "/profile".to_owned(), password: form.password };
    let begun = gateway.auth.begin_link(request, caller.internal_token()).await.map_err(about_password)?;
    let way_out = Answer(WayOut { url: begun.url });
    Ok((gateway.cookies.leaving(&begun.flow, begun.expires_in), way_out).into_response())
}

/// The caller cannot sign in by this provider any more.
#[utoipa::path(delete, path = "/me/identities/{provider}", tag = "auth", operation_id = "unlink_identity",
    params(("provider" = String, Path, description = "one of the caller's")),
    responses(
        (status = 204, description = "it is unlinked"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn unlink(
    State(gateway): State<Gateway>,
    caller: Caller,
    Origin(origin): Origin,
    Id(provider): Id<String>,
) -> Result<StatusCode, Error> {
    gateway.auth.unlink_identity(UnlinkIdentityRequest { provider, origin }, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who asks is signed in: a wrong password is a wrong field, not a reason to sign in again.
pub fn about_password(status: tonic::Status) -> Error {
    match rpc::stable_code(&status) {
        "invalid_credentials" => Error::field("password", "wrong_password", "this is not your password"),
        _ => status.into(),
    }
}

/// Cookies of both; as parts of an answer the second would replace the first.
fn both(mut one: HeaderMap, other: HeaderMap) -> HeaderMap {
    for (name, value) in &other {
        one.append(name, value.clone());
    }
    one
}

fn to(place: &str) -> (StatusCode, [(http::HeaderName, HeaderValue); 1]) {
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, place)])
}

/// A path of ours, and never another site.
fn is_ours(next: &str) -> bool {
    let mut rest = next.chars();
    rest.next() == Some('/') && !matches!(rest.next(), Some('/' | '\\')) && next.chars().all(|c| c.is_ascii_graphic())
}

/// The stable code, for the page to say it in words.
fn reason(status: &tonic::Status) -> Cow<'_, str> {
    match rpc::stable_code(status) {
        code @ ("provider_refused" | "provider_away" | "email_not_verified" | "link_first" | "no_account"
        | "linked_to_other" | "not_invited" | "has_account") => Cow::Borrowed(code),
        code => {
            tracing::warn!(code, "a sign-in by a provider failed: {}", status.message());
            Cow::Borrowed("provider_away")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_comes_next() {
        assert!(is_ours("/") && is_ours("/w?p=1&c=2"));
        for other in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "javascript:alert(1)"]
        {
            assert!(!is_ours(other), "{other}");
        }
    }
}
