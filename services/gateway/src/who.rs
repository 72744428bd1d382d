//! Who is asking: found out once per request, together with how often they may ask.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method};
use tonic::Code;

use crate::Error;
use crate::access_log::AskedBy;
use crate::address::ClientAddress;
use crate::csrf;
use crate::identity::Identity;
use crate::limit::{Decision, Subject};
use crate::state::Gateway;

/// What is known about who asks; in the request's extensions.
#[derive(Clone)]
enum Who {
    Nobody,
    /// They showed a token that is worth nothing.
    Refused,
    /// Auth cannot be asked now.
    Unknown,
    Somebody(Arc<Identity>),
}

/// Someone with a valid token. As an argument of a handler it answers 401 to everyone else.
#[derive(Clone)]
pub struct Caller(Arc<Identity>);

impl std::ops::Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl Caller {
    /// Who asks; an error for whoever is nobody.
    pub fn of(known: &Extensions) -> Result<Self, Error> {
        match known.get::<Who>() {
            Some(Who::Somebody(identity)) => Ok(Self(Arc::clone(identity))),
            Some(Who::Unknown) => Err(Error::Unavailable),
            Some(Who::Nobody | Who::Refused) | None => Err(Error::Unauthenticated),
        }
    }

    /// As the edge knows people.
    pub fn for_edge(&self) -> edge::Caller {
        edge::Caller {
            user: self.user,
            tenant: self.tenant,
            token: self.internal_token().to_owned(),
            expires_at: Some(self.expires_at),
            revoked: self.revoked.clone(),
            changed: self.changed.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Self::of(&parts.extensions)
    }
}

/// A request that was counted, and what its answer says of that.
pub struct Admitted {
    decision: Decision,
    by: Option<AskedBy>,
}

impl Admitted {
    pub fn answer(self, response: Response) -> Response {
        let mut response = self.decision.on(response);
        if let Some(by) = self.by {
            response.extensions_mut().insert(by);
        }
        response
    }
}

/// Counts the request for who asks, and puts their name on it; the answer to whoever asked too often.
pub async fn admit(gateway: &Gateway, request: &mut Request) -> Result<Admitted, Box<Response>> {
    let address = request.extensions().get::<ClientAddress>().copied().unwrap_or_default();
    let token = gateway.shown_token(request.headers()).map(str::to_owned);
    let (who, decision) = if is_sign_in(request) {
        (Who::Nobody, gateway.limits.count(Subject::SignIn(address)).await)
    } else {
        gateway.admit(token.as_deref(), address).await
    };
    if !decision.allowed {
        let refused = Error::TooManyRequests { retry_after: decision.reset_seconds() }.into_response();
        return Err(Box::new(decision.on(refused)));
    }
    let by = match &who {
        Who::Somebody(identity) => Some(AskedBy { user: identity.user, tenant: identity.tenant }),
        Who::Nobody | Who::Refused | Who::Unknown => None,
    };
    request.extensions_mut().insert(who);
    Ok(Admitted { decision, by })
}

impl Gateway {
    async fn admit(&self, token: Option<&str>, address: ClientAddress) -> (Who, Decision) {
        let Some(token) = token else {
            return (Who::Nobody, self.limits.count(Subject::Anonymous(address)).await);
        };
        // Guessing tokens costs the guesser: whoever has used up their share is not looked up any more.
        let begun = Instant::now();
        let recalled = self.identities.recall(token).await;
        if recalled.is_none() && self.limits.is_spent(Subject::Anonymous(address)) {
            return (Who::Nobody, self.limits.count(Subject::Anonymous(address)).await);
        }
        let from = if recalled.is_some() { "memory" } else { "auth" };
        let found = match recalled {
            Some(identity) => Ok(identity),
            None => self.identities.resolve(token).await,
        };
        metrics::histogram!("atelier_gateway_token_check_seconds", "from" => from).record(begun.elapsed());
        match found {
            Ok(identity) => {
                let Identity { user, tenant, family, .. } = *identity;
                let subjects = [Subject::Person(user), Subject::Device(family), Subject::Tenant(tenant)];
                let decision = self.limits.count_all(&subjects).await;
                (Who::Somebody(identity), decision)
            }
            Err(status) => {
                let who = if status.code() == Code::Unauthenticated { Who::Refused } else { Who::Unknown };
                (who, self.limits.count(Subject::Anonymous(address)).await)
            }
        }
    }

    /// A bearer token wins over the cookie: it was put there on purpose.
    pub fn shown_token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        match headers.get(AUTHORIZATION) {
            Some(value) => Some(value.to_str().ok().and_then(bearer).unwrap_or_default()),
            None => self.cookies.access(headers),
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn is_sign_in(request: &Request) -> bool {
    request.method() == Method::POST && csrf::is_beginning(request.uri().path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_one_in_any_case_and_nothing_else_is() {
        assert_eq!(bearer("Bearer atl_a_1"), Some("atl_a_1"));
        assert_eq!(bearer("bearer  atl_a_1"), Some("atl_a_1"));
        assert_eq!(bearer("Basic atl_a_1"), None);
        assert_eq!(bearer("atl_a_1"), None);
    }
}
