//! What gateways learned of a token, kept in Redis for each other.
//!
//! The token itself is the key that opens it: a name and a key are derived from its 256 random bits, and neither
//! leads to the other or back. Who reads Redis learns nothing and can use nothing; who writes there can make us ask
//! auth, and can bring back a sealed answer that was once true, until the signed token in it ends (ADR 16).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use auth::FamilyId;
use prost::Message;
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use rpc::auth::v1::ExchangeResponse;

/// After a failure Redis is left alone for so long, so that not every request waits for it.
const PAUSE: Duration = Duration::from_secs(1);

pub struct Shared {
    connection: ConnectionManager,
    timeout: Duration,
    term: Duration,
    away_until: Mutex<Option<Instant>>,
}

impl Shared {
    pub fn new(connection: ConnectionManager, timeout: Duration, term: Duration) -> Self {
        Self { connection, timeout, term, away_until: Mutex::default() }
    }

    /// What another gateway was answered; `None` also where that may not be true any more.
    pub async fn recall(&self, token: &str) -> Option<ExchangeResponse> {
        let place = Place::of(token)?;
        let mut redis = self.connection.clone();
        let sealed: Option<Vec<u8>> = self.within(redis.get(&place.name)).await?;
        let answer = place.open(sealed?)?;
        let family: FamilyId = answer.family_id.parse().ok()?;
        let stopped: bool = self.within(redis.exists(auth::stop(family))).await?;
        (!stopped).then_some(answer)
    }

    /// For the others. `learned`: before auth was asked.
    pub async fn remember(&self, token: &str, answer: &ExchangeResponse, learned: Instant) {
        let left = answer.expires_at.min(answer.access_expires_at) - chrono::Utc::now().timestamp();
        let left = Duration::from_secs(left.try_into().unwrap_or_default());
        let term = self.term.mul_f64(rand::random_range(0.8..1.0)).min(left).saturating_sub(learned.elapsed());
        let Some(place) = Place::of(token).filter(|_| term.as_millis() > 0) else { return };
        let Some(sealed) = place.seal(answer) else { return };
        let mut redis = self.connection.clone();
        self.within::<()>(redis.pset_ex(&place.name, sealed, term.as_millis() as u64)).await;
    }

    async fn within<T>(&self, call: impl Future<Output = redis::RedisResult<T>>) -> Option<T> {
        let away = *self.away_until.lock().unwrap_or_else(PoisonError::into_inner);
        if away.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        match tokio::time::timeout(self.timeout, call).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(_)) | Err(_) => {
                *self.away_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
                None
            }
        }
    }
}

/// Where the answer for one token lies, and what opens it.
struct Place {
    name: String,
    key: LessSafeKey,
}

impl Place {
    fn of(token: &str) -> Option<Self> {
        let derived = Salt::new(HKDF_SHA256, b"atelier exchange").extract(token.as_bytes());
        let name = format!("atelier:exchange:{}", hex::encode(expand(&derived, b"name")?));
        let key = UnboundKey::new(&AES_256_GCM, &expand(&derived, b"seal")?).ok()?;
        Some(Self { name, key: LessSafeKey::new(key) })
    }

    fn seal(&self, answer: &ExchangeResponse) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut sealed = answer.encode_to_vec();
        let bound = Aad::from(self.name.as_bytes());
        self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, mut sealed: Vec<u8>) -> Option<ExchangeResponse> {
        let (nonce, rest) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let bound = Aad::from(self.name.as_bytes());
        let plain = self.key.open_in_place(Nonce::assume_unique_for_key(*nonce), bound, rest).ok()?;
        ExchangeResponse::decode(&*plain).ok()
    }
}

fn expand(derived: &Prk, purpose: &[u8]) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    derived.expand(&[purpose], HKDF_SHA256).and_then(|okm| okm.fill(&mut key)).ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_finds_and_opens_what_is_kept_for_it() {
        let (alice, mallory) = (Place::of("atl_a_alice").unwrap(), Place::of("atl_a_mallory").unwrap());
        let answer = ExchangeResponse { internal_token: "eyJhbGciOi.a.b".to_owned(), ..ExchangeResponse::default() };
        let sealed = alice.seal(&answer).unwrap();
        assert!(!sealed.windows(8).any(|part| part == b"eyJhbGci") && !alice.name.contains("alice"));
        assert_ne!(alice.name, mallory.name);
        assert_eq!(Place::of("atl_a_alice").unwrap().open(sealed.clone()), Some(answer));
        assert_eq!(mallory.open(sealed.clone()), None);
        let moved = Place { name: mallory.name, key: Place::of("atl_a_alice").unwrap().key };
        assert_eq!(moved.open(sealed), None, "it is of one place");
        assert_eq!(alice.open(b"short".to_vec()), None);
    }
}
