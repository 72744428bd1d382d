//! The internal token: a short-lived EdDSA JWT that every service checks for itself.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use domain::{Role, Scope, TenantId, Tier, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::sync::Cache;
use ring::rand::SecureRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tonic::{Code, Request, Status};

use crate::fault;

const ISSUER: &str = "atelier";
const AUDIENCE: &str = "atelier-internal";
/// Tells the internal token from every other JWT, so an ID token can never be used as one.
const TYPE: &str = "atelier-internal+jwt";
/// Clocks of two machines may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);

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
        let iat = Utc::now().timestamp();
        let (iss, aud, role, standing) = (ISSUER.into(), AUDIENCE.into(), role.to_owned(), Standing::default());
        Self { iss, aud, sub, tenant, role, family, standing, iat, exp }
    }

    /// The same person, who may do this.
    #[must_use]
    pub fn with(self, standing: Standing) -> Self {
        Self { standing, ..self }
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

/// The key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the signing key must be 32 bytes in base64")]
    Form,
    #[error("no randomness available")]
    Random,
}

/// Signs internal tokens. Only auth holds one.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    public: Vec<u8>,
}

impl Signer {
    /// From the 32-byte seed in base64.
    pub fn new(seed: &SecretString) -> Result<Self, KeyError> {
        let seed = STANDARD.decode(seed.expose_secret().trim()).map_err(|_| KeyError::Form)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Form)?;
        Ok(Self { key: EncodingKey::from_ed_der(&pkcs8(&seed)), public: pair.public_key().as_ref().to_vec() })
    }

    /// A fresh seed, for a new installation.
    pub fn generate_seed() -> Result<String, KeyError> {
        let mut seed = [0_u8; 32];
        ring::rand::SystemRandom::new().fill(&mut seed).map_err(|_| KeyError::Random)?;
        Ok(STANDARD.encode(seed))
    }

    /// The public half in base64, for the `[identity] public_keys` of other processes.
    pub fn public_key(&self) -> String {
        STANDARD.encode(&self.public)
    }

    pub fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.key)
    }
}

/// The fixed head of a PKCS#8 v1 Ed25519 private key (RFC 8410), then the seed.
fn pkcs8(seed: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 16] =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [HEAD.as_slice(), seed].concat()
}

/// Checks internal tokens; a token seen before costs a look-up.
#[derive(Clone)]
pub struct Verifier {
    keys: Vec<DecodingKey>,
    validation: Validation,
    seen: Cache<String, Claims>,
}

impl Verifier {
    /// From public keys in base64; several while keys rotate.
    pub fn new<'a>(public_keys: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
        let keys: Result<Vec<_>, _> = public_keys
            .into_iter()
            .map(|key| STANDARD.decode(key).map(|raw| DecodingKey::from_ed_der(&raw)).map_err(|_| KeyError::Form))
            .collect();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = LEEWAY.as_secs();
        let seen = Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build();
        Ok(Self { keys: keys?, validation, seen })
    }

    /// The claims of a valid token; every other one gets the same answer.
    pub fn verify(&self, token: &str) -> Result<Claims, Status> {
        let refused = || fault(Code::Unauthenticated, "unauthenticated", "the token is not valid");
        if let Some(claims) = self.seen.get(token) {
            let expired = claims.exp + (LEEWAY.as_secs() as i64) < Utc::now().timestamp();
            return if expired { Err(refused()) } else { Ok(claims) };
        }
        let claims = self.decode(token).ok_or_else(refused)?;
        self.seen.insert(token.to_owned(), claims.clone());
        Ok(claims)
    }

    fn decode(&self, token: &str) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) {
            return None;
        }
        self.keys
            .iter()
            .find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok().map(|data| data.claims))
    }
}

/// Who calls this rpc.
pub fn caller<T>(request: &Request<T>, verifier: &Verifier) -> Result<Claims, Status> {
    let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    verifier.verify(token.ok_or_else(|| fault(Code::Unauthenticated, "unauthenticated", "no token"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Signer, Verifier) {
        let signer = Signer::new(&Signer::generate_seed().unwrap().into()).unwrap();
        let verifier = Verifier::new([signer.public_key().as_str()]).unwrap();
        (signer, verifier)
    }

    fn alice(exp: i64) -> Claims {
        Claims::person(UserId::generate(), TenantId::generate(), "fam".into(), exp)
    }

    fn in_a_minute() -> i64 {
        Utc::now().timestamp() + 60
    }

    #[test]
    fn a_signed_token_is_accepted_twice() {
        let (signer, verifier) = pair();
        let claims = alice(in_a_minute());
        let token = signer.sign(&claims).unwrap();
        assert_eq!(verifier.verify(&token).unwrap(), claims);
        assert_eq!(verifier.verify(&token).unwrap(), claims);
    }

    #[test]
    fn another_installation_s_token_is_refused() {
        let (stranger, _) = pair();
        let (_, verifier) = pair();
        let token = stranger.sign(&alice(in_a_minute())).unwrap();
        assert_eq!(verifier.verify(&token).unwrap_err().code(), Code::Unauthenticated);
    }

    #[test]
    fn an_expired_token_is_refused() {
        let (signer, verifier) = pair();
        let token = signer.sign(&alice(Utc::now().timestamp() - 120)).unwrap();
        assert!(verifier.verify(&token).is_err());
    }

    #[test]
    fn an_unsigned_or_retyped_token_is_refused() {
        let (signer, verifier) = pair();
        let token = signer.sign(&alice(in_a_minute())).unwrap();
        let body = token.split('.').nth(1).unwrap();
        let none =
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"atelier-internal+jwt"}"#);
        assert!(verifier.verify(&format!("{none}.{body}.")).is_err());

        let id_token =
            jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &alice(in_a_minute()), &signer.key).unwrap();
        assert!(verifier.verify(&id_token).is_err());
    }

    #[test]
    fn a_token_says_what_somebody_may_do_and_nothing_where_nothing_is_said() {
        let (signer, verifier) = pair();
        let home = Some(TenantId::generate());
        let scopes = Some(vec![Scope::Read]);
        let standing = Standing { roles: vec![Role::Admin], tier: Tier::Premium, administrator: true, scopes, home };
        let claims = alice(in_a_minute()).with(standing);
        let read = verifier.verify(&signer.sign(&claims).unwrap()).unwrap();
        assert_eq!((read.home(), &read), (home, &claims));
        assert!(read.require_administrator().is_err(), "a key administers nothing");

        let bare = verifier.verify(&signer.sign(&alice(in_a_minute())).unwrap()).unwrap();
        assert_eq!((bare.standing.clone(), bare.home()), (Standing::default(), bare.tenant));
        assert!(bare.require_administrator().is_err());
        let administrator = Standing { administrator: true, ..Standing::default() };
        assert!(alice(in_a_minute()).with(administrator).require_administrator().is_ok());
    }

    #[test]
    fn a_service_is_not_a_person() {
        let claims = Claims::service("generation", in_a_minute());
        assert!(claims.require_person().is_err());
        assert!(claims.require_service().is_ok());
        assert!(alice(in_a_minute()).require_service().is_err());
    }
}
