//! Checks internal tokens with the keys that auth publishes. They are learned when they are first needed and kept
//! fresh by [`Verifier::follow`]; a key that is not known is asked for once, however many tokens name one.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::sync::Cache;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::{AUDIENCE, Claims, Clock, ISSUER, JwkSet, LEEWAY, TYPE};
use crate::fault;

/// Keys that one set may have; there are two or three.
const MOST_KEYS: usize = 64;
/// The length of a key's name: 32 bytes in base64url.
const KID: usize = 43;

/// Where the public keys come from: auth, in this process or another.
#[tonic::async_trait]
pub trait KeySource: Send + Sync + 'static {
    /// A JSON Web Key Set.
    async fn key_set(&self) -> Result<String, Status>;
}

/// How public keys are kept up to date.
#[derive(Debug, Clone, Copy)]
pub struct Learning {
    /// How long a set is used before it is asked for again.
    pub age: Duration,
    /// The least time between two questions because of keys that are not known.
    pub pause: Duration,
}

impl Default for Learning {
    fn default() -> Self {
        Self { age: Duration::from_secs(10), pause: Duration::from_secs(1) }
    }
}

/// Cheap to clone; clones share what they know. A token seen before costs a look-up.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    known: RwLock<Arc<HashMap<String, Known>>>,
    source: OnceLock<Arc<dyn KeySource>>,
    /// When auth was asked last, and whether it answered. Held while it is asked.
    asked: Mutex<Option<(Instant, bool)>>,
    learning: Learning,
    clock: Clock,
    validation: Validation,
    seen: Cache<String, Arc<Seen>>,
}

#[derive(Clone)]
struct Known {
    key: DecodingKey,
    /// Unix seconds.
    until: i64,
}

struct Seen {
    kid: String,
    claims: Claims,
}

impl Verifier {
    /// One that knows no key yet, and nobody to ask.
    pub fn new(learning: Learning, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_exp = false; // by our own clock, in `is_of_now`
        Self(Arc::new(Inner {
            known: RwLock::default(),
            source: OnceLock::new(),
            asked: Mutex::default(),
            learning,
            clock,
            validation,
            seen: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_mins(1)).build(),
        }))
    }

    /// Whom to ask for keys; the first one who is named counts.
    pub fn learns_from(&self, source: impl KeySource) {
        let _ = self.0.source.set(Arc::new(source));
    }

    /// Keeps the keys up to date until `shutdown`.
    pub async fn follow(&self, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            let learned = shutdown.run_until_cancelled(self.0.ask()).await;
            let pause = match learned {
                Some(Ok(())) => self.0.learning.age,
                Some(Err(status)) => {
                    tracing::warn!(code = ?status.code(), "the keys of internal tokens cannot be learned now");
                    self.0.learning.pause
                }
                None => return,
            };
            tokio::select! { () = shutdown.cancelled() => {}, () = sleep(pause) => {} }
        }
    }

    /// The claims of a valid token; every other one gets the same answer. `UNAVAILABLE`: it names a key that we
    /// do not know, and auth cannot be asked.
    pub async fn verify(&self, token: &str) -> Result<Claims, Status> {
        if let Some(seen) = self.0.seen.get(token)
            && self.0.trusted(&seen.kid).is_some()
        {
            return if self.0.is_of_now(&seen.claims) { Ok(seen.claims.clone()) } else { Err(refused()) };
        }
        let kid = kid_of(token).ok_or_else(refused)?;
        let key = match self.0.trusted(&kid) {
            Some(key) => key,
            None => self.0.learn(&kid).await?,
        };
        let claims = self.0.decode(token, &key).ok_or_else(refused)?;
        self.0.seen.insert(token.to_owned(), Arc::new(Seen { kid, claims: claims.clone() }));
        Ok(claims)
    }

    /// The name of the key that a token says it is signed with.
    pub fn key_of(&self, token: &str) -> Option<String> {
        self.0.seen.get(token).map_or_else(|| kid_of(token), |seen| Some(seen.kid.clone()))
    }

    /// Whether the key of this name is still good. Asks nobody.
    pub fn trusts(&self, kid: &str) -> bool {
        self.0.trusted(kid).is_some()
    }
}

impl Inner {
    fn trusted(&self, kid: &str) -> Option<DecodingKey> {
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        let found = known.get(kid)?;
        (found.until >= self.clock.now() - seconds(LEEWAY)).then(|| found.key.clone())
    }

    /// One question for all who wait, and a pause before the next: names of keys are easily made up.
    async fn learn(&self, kid: &str) -> Result<DecodingKey, Status> {
        let arrived = Instant::now();
        let mut asked = self.asked.lock().await;
        if let Some(key) = self.trusted(kid) {
            return Ok(key);
        }
        match *asked {
            Some((at, true)) if at >= arrived => return Err(refused()),
            Some((at, false)) if at >= arrived => return Err(unavailable()),
            Some((at, _)) => sleep_until(at + self.learning.pause).await,
            None => {}
        }
        let began = Instant::now();
        let learned = self.fetch().await;
        *asked = Some((began, learned.is_ok()));
        drop(asked);
        learned?;
        self.trusted(kid).ok_or_else(refused)
    }

    /// Because of their age.
    async fn ask(&self) -> Result<(), Status> {
        let mut asked = self.asked.lock().await;
        let began = Instant::now();
        let learned = self.fetch().await;
        *asked = Some((began, learned.is_ok()));
        learned
    }

    async fn fetch(&self) -> Result<(), Status> {
        let source = self.source.get().ok_or_else(unavailable)?;
        metrics::counter!("atelier_token_key_questions_total").increment(1);
        let text = source.key_set().await.map_err(|_| unavailable())?;
        let known = read(&text).ok_or_else(unavailable)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    fn decode(&self, token: &str, key: &DecodingKey) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        self.is_of_now(&claims).then_some(claims)
    }

    /// Neither over nor from the future, by clocks that differ by [`LEEWAY`] at most.
    fn is_of_now(&self, claims: &Claims) -> bool {
        let (now, leeway) = (self.clock.now(), seconds(LEEWAY));
        claims.exp >= now - leeway && claims.iat <= now + leeway
    }
}

/// The name of the key that a token of our type says it is signed with.
fn kid_of(token: &str) -> Option<String> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let ours = header.typ.as_deref() == Some(TYPE) && header.alg == Algorithm::EdDSA;
    header.kid.filter(|kid| ours && kid.len() == KID)
}

/// `None`: it is no set of keys, or an empty one, which would lock everybody out.
fn read(text: &str) -> Option<HashMap<String, Known>> {
    let set: JwkSet = serde_json::from_str(text).ok()?;
    let keys = set.keys.iter().take(MOST_KEYS).filter_map(|jwk| {
        let key = DecodingKey::from_ed_der(&jwk.public()?);
        Some((jwk.kid.clone(), Known { key, until: jwk.exp.unwrap_or(i64::MAX) }))
    });
    Some(keys.collect::<HashMap<_, _>>()).filter(|keys| !keys.is_empty())
}

fn refused() -> Status {
    fault(Code::Unauthenticated, "unauthenticated", "the token is not valid")
}

fn unavailable() -> Status {
    fault(Code::Unavailable, "unavailable", "the keys of internal tokens cannot be learned now")
}

const fn seconds(duration: Duration) -> i64 {
    duration.as_secs() as i64
}
