//! The internal token: a short-lived EdDSA JWT that every service checks for itself, with keys that auth publishes.

mod clock;
mod jwks;
mod signer;
mod verifier;

use std::time::Duration;

use domain::{Role, Scope, TenantId, Tier, UserId};
use serde::{Deserialize, Serialize};
use tonic::{Code, Request, Status};

use crate::fault;

pub use clock::Clock;
pub use jwks::{Jwk, JwkSet};
pub use signer::{KeyError, Signer};
pub use verifier::{KeySource, Learning, Verifier};

const ISSUER: &str = "atelier";
const AUDIENCE: &str = "atelier-internal";
/// Tells the internal token from every other JWT, so an ID token can never be used as one.
const TYPE: &str = "atelier-internal+jwt";
/// Clocks of two machines may differ by this much.
pub const LEEWAY: Duration = Duration::from_secs(60);

/// What an internal token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// A user id, or a service's name.
    pub sub: String,
    /// `None` for services, which name the tenant with each call.
    pub tenant: Option<TenantId>,
    /// `person`, or the service's role.
    pub role: String,
    /// The token family (one sign-in on one device); revocation ends it.
    pub family: Option<String>,
    /// What a person may do in this tenant and in the system.
    #[serde(flatten)]
    pub standing: Standing,
    iat: i64,
    /// Unix seconds.
    pub exp: i64,
}

/// What a person may do. Says nothing where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// In the tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    #[serde(default)]
    pub tier: Tier,
    /// Of the whole system.
    #[serde(default)]
    pub administrator: bool,
    /// What an API key is limited to. `None`: a person at a device, whom only their role limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Scope>>,
    /// Where the account is at home, if that is another tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<TenantId>,
}

impl Claims {
    pub fn person(user: UserId, tenant: TenantId, family: String, exp: i64) -> Self {
        Self::new(user.to_string(), Some(tenant), "person", Some(family), exp)
    }

    pub fn service(name: &str, exp: i64) -> Self {
        Self::new(name.to_owned(), None, name, None, exp)
    }

    fn new(sub: String, tenant: Option<TenantId>, role: &str, family: Option<String>, exp: i64) -> Self {
        let iat = Clock::default().now();
        let (iss, aud, role, standing) = (ISSUER.into(), AUDIENCE.into(), role.to_owned(), Standing::default());
        Self { iss, aud, sub, tenant, role, family, standing, iat, exp }
    }

    /// The same person, who may do this.
    #[must_use]
    pub fn with(self, standing: Standing) -> Self {
        Self { standing, ..self }
    }

    /// The same, by the clock of whoever signs it.
    #[must_use]
    pub fn issued_at(self, iat: i64) -> Self {
        Self { iat, ..self }
    }

    /// The tenant where a person's account is, whichever they work in.
    pub fn home(&self) -> Option<TenantId> {
        self.standing.home.or(self.tenant)
    }

    /// An administrator of the whole system; refuses everybody else.
    pub fn require_administrator(&self) -> Result<UserId, Status> {
        let (user, _) = self.require_person()?;
        if self.standing.administrator && self.standing.scopes.is_none() {
            return Ok(user);
        }
        Err(fault(Code::PermissionDenied, "forbidden", "an administrator of the system is required"))
    }

    pub fn is_service(&self) -> bool {
        self.role != "person"
    }

    /// The person and their tenant; refuses services.
    pub fn require_person(&self) -> Result<(UserId, TenantId), Status> {
        let refused = || fault(Code::PermissionDenied, "forbidden", "a person is required");
        match (self.is_service(), self.sub.parse(), self.tenant) {
            (false, Ok(user), Some(tenant)) => Ok((user, tenant)),
            _ => Err(refused()),
        }
    }

    /// Refuses people.
    pub fn require_service(&self) -> Result<(), Status> {
        if self.is_service() {
            Ok(())
        } else {
            Err(fault(Code::PermissionDenied, "forbidden", "a service token is required"))
        }
    }
}

/// Who calls this rpc.
pub async fn caller<T>(request: &Request<T>, verifier: &Verifier) -> Result<Claims, Status> {
    let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    verifier.verify(token.ok_or_else(|| fault(Code::Unauthenticated, "unauthenticated", "no token"))?).await
}

#[cfg(test)]
mod tests;
