//! `auth/*`: password accounts. Browsers get cookies, scripts ask for tokens.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::USER_AGENT;
use http::{HeaderMap, StatusCode};
use rpc::auth::v1::{ListProvidersRequest, RefreshRequest, RevokeRequest, SignInRequest, SignUpRequest, SignedIn};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::me::User;
use crate::Error;
use crate::ask::Asked;
use crate::body::{Json, OptionalJson};
use crate::error::fields_of;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::write::Origin;

/// How tokens travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// In cookies that scripts cannot read; the body is the user.
    #[default]
    Cookie,
    /// In the body, for scripts; no cookies.
    Token,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    #[schema(example = "alice@example.com")]
    email: String,
    #[schema(min_length = 10, max_length = 1000)]
    password: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The last part of the link, for those who were invited to an organisation. They begin there.
    invite: Option<String>,
    #[serde(default)]
    #[schema(inline)]
    transport: Transport,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    #[schema(inline)]
    transport: Transport,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// Left out, the cookie's is used.
    refresh_token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// An access or refresh token; all of its family end.
    token: String,
}

#[derive(Serialize, ToSchema)]
pub struct Tokens {
    access_token: String,
    refresh_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: u32,
}

/// A second factor is asked for.
#[derive(Serialize, ToSchema)]
pub struct MfaRequired {
    #[schema(example = true)]
    mfa_required: bool,
    /// For `auth/mfa/verify`; good once, and for a few tries.
    ticket: String,
    /// Seconds until the ticket ends.
    expires_in: u32,
}

impl From<SignedIn> for MfaRequired {
    fn from(answer: SignedIn) -> Self {
        Self { mfa_required: true, ticket: answer.mfa_ticket, expires_in: answer.mfa_expires_in }
    }
}

/// What a sign-in is answered with.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it describes the answer")]
pub enum SignInAnswer {
    User(User),
    Tokens(Tokens),
    MfaRequired(MfaRequired),
}

/// One way to sign in.
#[derive(Serialize, ToSchema)]
pub struct Provider {
    #[schema(example = "password")]
    id: String,
    name: String,
    /// `password`, `code`, or `redirect`: send the browser to `auth/login/{id}`.
    #[schema(example = "password")]
    kind: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct Providers {
    items: Vec<Provider>,
}

/// Opens an account and signs it in.
#[utoipa::path(post, path = "/auth/sign-up", tag = "auth", security(()), request_body = SignUp,
    responses(
        (status = 201, description = "the user, or tokens where they were asked for", body = User),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn sign_up(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Origin(origin): Origin,
    Json(form): Json<SignUp>,
) -> Result<Response, Error> {
    let SignUp { email, password, name, invite, .. } = form;
    let invite = invite.unwrap_or_default();
    let complaints = auth::complaints(&email, &password, &name);
    if !complaints.is_empty() {
        return Err(Error::Invalid(complaints.into_iter().flat_map(|wrong| fields_of(&wrong.into())).collect()));
    }
    let device = device(&headers);
    let request = SignUpRequest { email: email.clone(), password, name: name.clone(), device, origin, invite };
    let signed_in = gateway.auth.sign_up(request, "").await?;
    let user = User::just_signed_up(&signed_in, email, name);
    Ok(gateway.welcome(StatusCode::CREATED, form.transport, signed_in, user))
}

/// An unknown address and a wrong password get the same answer. Where the account has a second factor there are no
/// tokens yet: the answer is `{mfa_required: true, ticket, expires_in}`, and the ticket goes to `auth/mfa/verify`.
#[utoipa::path(post, path = "/auth/sign-in", tag = "auth", security(()), request_body = SignIn,
    responses(
        (status = 200, description = "the user, or tokens where they were asked for, or that a second factor is", body = SignInAnswer),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn sign_in(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Origin(origin): Origin,
    Json(form): Json<SignIn>,
) -> Result<Response, Error> {
    let request =
        SignInRequest { email: form.email.clone(), password: form.password, device: device(&headers), origin };
    let signed_in = gateway.auth.sign_in(request, "").await?;
    gateway.welcome_back(form.transport, signed_in, form.email).await
}

/// Ends this sign-in: its tokens, its cookies and its open streams.
#[utoipa::path(post, path = "/auth/sign-out", tag = "auth",
    responses(
        (status = 204, description = "also for those who were not signed in"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn sign_out(State(gateway): State<Gateway>, headers: HeaderMap) -> Result<Response, Error> {
    let token = gateway.shown_token(&headers).or_else(|| gateway.cookies.refresh(&headers));
    if let Some(token) = token {
        gateway.auth.revoke(RevokeRequest { token: token.to_owned() }, "").await?;
        gateway.identities.forget(token).await;
    }
    Ok((StatusCode::NO_CONTENT, gateway.cookies.signed_out()).into_response())
}

/// A refresh token for new tokens; it works once.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", security(()), request_body = Option<Refresh>,
    responses(
        (status = 200, description = "the token was in the body, and so are the new ones", body = Tokens),
        (status = 204, description = "the token was in the cookie, and so are the new ones"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn refresh(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    OptionalJson(form): OptionalJson<Refresh>,
) -> Result<Response, Error> {
    let in_body = form.refresh_token.is_some();
    let shown = form.refresh_token.or_else(|| gateway.cookies.refresh(&headers).map(str::to_owned));
    let refresh_token = shown.ok_or(Error::Unauthenticated)?;
    let signed_in = gateway.auth.refresh(RefreshRequest { refresh_token }, "").await?;
    if in_body {
        return Ok(Answer(Tokens::from(signed_in)).into_response());
    }
    Ok((StatusCode::NO_CONTENT, gateway.cookies.signed_in(&signed_in)).into_response())
}

/// Ends the family of a token. One that nobody knows is as good as revoked.
#[utoipa::path(post, path = "/auth/revoke", tag = "auth", security(()), request_body = Revoke,
    responses(
        (status = 204, description = "it is worth nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn revoke(State(gateway): State<Gateway>, Json(form): Json<Revoke>) -> Result<StatusCode, Error> {
    gateway.auth.revoke(RevokeRequest { token: form.token.clone() }, "").await?;
    gateway.identities.forget(&form.token).await;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProvidersQuery {
    /// An organisation, by id.
    #[param(max_length = 100)]
    org: Option<String>,
}

/// The ways to sign in here; with `org` also those of that organisation.
#[utoipa::path(get, path = "/auth/providers", tag = "auth", security(()), params(ProvidersQuery),
    responses(
        (status = 200, body = Providers),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn providers(State(gateway): State<Gateway>, Asked(query): Asked<ProvidersQuery>) -> Answer<Providers> {
    // Without auth nobody signs in, but the page is whole.
    let request = ListProvidersRequest { tenant_id: query.org.unwrap_or_default() };
    let known = gateway.auth.list_providers(request, "").await.map(|known| known.providers).unwrap_or_default();
    let ours = [("password", "E-mail and password"), ("code", "Code by mail")];
    let ours = ours.map(|(id, name)| Provider { id: id.to_owned(), name: name.to_owned(), kind: id });
    let others = known.into_iter().map(|one| Provider { id: one.id, name: one.label, kind: "redirect" });
    Answer(Providers { items: ours.into_iter().chain(others).collect() })
}

impl Gateway {
    /// Who has just shown who they are: the user with cookies, tokens, or what is still asked for.
    pub async fn welcome_back(
        &self,
        transport: Transport,
        signed_in: SignedIn,
        email: String,
    ) -> Result<Response, Error> {
        if !signed_in.mfa_ticket.is_empty() {
            return Ok(Answer(MfaRequired::from(signed_in)).into_response());
        }
        let user = match transport {
            Transport::Cookie => self.user_of(&signed_in, email).await?,
            Transport::Token => User::just_signed_up(&signed_in, email, String::new()),
        };
        Ok(self.welcome(StatusCode::OK, transport, signed_in, user))
    }

    fn welcome(&self, status: StatusCode, transport: Transport, signed_in: SignedIn, user: User) -> Response {
        match transport {
            Transport::Cookie => (status, self.cookies.signed_in(&signed_in), Answer(user)).into_response(),
            Transport::Token => (status, Answer(Tokens::from(signed_in))).into_response(),
        }
    }
}

impl From<SignedIn> for Tokens {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "Bearer",
            expires_in: signed_in.expires_in,
        }
    }
}

/// What the client calls itself, for the list of devices.
pub fn device(headers: &HeaderMap) -> String {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
