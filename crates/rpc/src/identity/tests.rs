use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use futures::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use tokio_util::sync::CancellationToken;

use super::*;

/// Publishes what it is told to, and counts who asks.
#[derive(Clone, Default)]
struct Publisher(Arc<Published>);

#[derive(Default)]
struct Published {
    keys: Mutex<Vec<Jwk>>,
    asked: AtomicUsize,
    away: AtomicBool,
}

#[tonic::async_trait]
impl KeySource for Publisher {
    async fn key_set(&self) -> Result<String, Status> {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        if self.0.away.load(Ordering::Relaxed) {
            return Err(Status::unavailable("away"));
        }
        let keys = self.0.keys.lock().unwrap().clone();
        Ok(serde_json::to_string(&JwkSet { keys }).unwrap())
    }
}

impl Publisher {
    fn publishes(&self, signers: &[&Signer]) {
        let keys = signers.iter().map(|signer| Jwk::ed25519(signer.public_key(), None));
        *self.0.keys.lock().unwrap() = keys.collect();
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::Relaxed)
    }
}

const QUICK: Learning = Learning { age: Duration::from_millis(20), pause: Duration::from_millis(50) };

fn signer() -> Signer {
    Signer::new(&Signer::generate_seed().unwrap()).unwrap()
}

fn verifier(publisher: &Publisher) -> Verifier {
    let verifier = Verifier::new(QUICK, Clock::default());
    verifier.learns_from(publisher.clone());
    verifier
}

fn pair() -> (Signer, Verifier) {
    let (signer, publisher) = (signer(), Publisher::default());
    publisher.publishes(&[&signer]);
    (signer, verifier(&publisher))
}

fn alice(exp: i64) -> Claims {
    Claims::person(UserId::generate(), TenantId::generate(), "fam".into(), exp)
}

fn in_a_minute() -> i64 {
    Utc::now().timestamp() + 60
}

#[tokio::test]
async fn a_signed_token_is_accepted_twice() {
    let (signer, verifier) = pair();
    let claims = alice(in_a_minute());
    let token = signer.sign(&claims).unwrap();
    assert_eq!(verifier.verify(&token).await.unwrap(), claims);
    assert_eq!(verifier.verify(&token).await.unwrap(), claims);
}

#[tokio::test]
async fn another_installation_s_token_is_refused() {
    let (stranger, _) = pair();
    let (_, verifier) = pair();
    let token = stranger.sign(&alice(in_a_minute())).unwrap();
    assert_eq!(verifier.verify(&token).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let (signer, verifier) = pair();
    let token = signer.sign(&alice(Utc::now().timestamp() - 120)).unwrap();
    assert!(verifier.verify(&token).await.is_err());
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute_and_no_more() {
    let (signer, publisher) = (signer(), Publisher::default());
    publisher.publishes(&[&signer]);
    let accepted = async |ahead: i64| {
        let issuer = Clock::ahead(ahead);
        // It lives for no time at all, so that only the leeway is left of it.
        let claims = alice(issuer.now()).issued_at(issuer.now());
        verifier(&publisher).verify(&signer.sign(&claims).unwrap()).await.is_ok()
    };
    for ahead in [0, 59, -59, 30, -30] {
        assert!(accepted(ahead).await, "{ahead}");
    }
    for ahead in [63, -63, 120, -120, 3_600, -3_600] {
        assert!(!accepted(ahead).await, "{ahead}");
    }
}

#[tokio::test]
async fn an_unsigned_or_retyped_token_is_refused() {
    let (signer, verifier) = pair();
    let token = signer.sign(&alice(in_a_minute())).unwrap();
    let body = token.split('.').nth(1).unwrap();
    let head = format!(r#"{{"alg":"none","typ":"atelier-internal+jwt","kid":"{}"}}"#, signer.kid());
    assert!(verifier.verify(&format!("{}.{body}.", URL_SAFE_NO_PAD.encode(head))).await.is_err());

    // Signed with a secret that everybody knows: the public key.
    let header =
        |alg, typ: &str| Header { typ: Some(typ.to_owned()), kid: Some(signer.kid().to_owned()), ..Header::new(alg) };
    let public = EncodingKey::from_secret(signer.public_key());
    let shared = jsonwebtoken::encode(&header(Algorithm::HS256, TYPE), &alice(in_a_minute()), &public).unwrap();
    assert!(verifier.verify(&shared).await.is_err());
    // As an ID token would come: the very same claims and signature, of another type.
    let retyped = signer.sign_as(&header(Algorithm::EdDSA, "JWT"), &alice(in_a_minute())).unwrap();
    assert!(verifier.verify(&retyped).await.is_err());
    let ours = signer.sign_as(&header(Algorithm::EdDSA, TYPE), &alice(in_a_minute())).unwrap();
    verifier.verify(&ours).await.unwrap();
}

#[tokio::test]
async fn a_new_key_is_learned_when_it_is_first_seen_and_by_one_question() {
    let (old, new, publisher) = (signer(), signer(), Publisher::default());
    publisher.publishes(&[&old]);
    let verifier = verifier(&publisher);
    verifier.verify(&old.sign(&alice(in_a_minute())).unwrap()).await.unwrap();
    publisher.publishes(&[&new, &old]);
    let tokens: Vec<_> = (0..100).map(|_| new.sign(&alice(in_a_minute())).unwrap()).collect();
    for answer in join_all(tokens.iter().map(|token| verifier.verify(token))).await {
        answer.unwrap();
    }
    assert_eq!(publisher.asked(), 2, "one question for each time something was new");
    verifier.verify(&old.sign(&alice(in_a_minute())).unwrap()).await.unwrap();
    assert_eq!(publisher.asked(), 2);
}

#[tokio::test]
async fn made_up_keys_are_refused_and_make_no_storm() {
    let (known, publisher) = (signer(), Publisher::default());
    publisher.publishes(&[&known]);
    let verifier = verifier(&publisher);
    let good = known.sign(&alice(in_a_minute())).unwrap();
    verifier.verify(&good).await.unwrap();
    let forged: Vec<_> = (0..200).map(|_| signer().sign(&alice(in_a_minute())).unwrap()).collect();
    for answer in join_all(forged.iter().map(|token| verifier.verify(token))).await {
        assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
    }
    assert_eq!(publisher.asked(), 2, "200 forged names are one question");
    // A name that is none is not even worth that.
    let header =
        Header { typ: Some(TYPE.to_owned()), kid: Some("../../etc".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let odd = known.sign_as(&header, &alice(in_a_minute())).unwrap();
    assert_eq!(verifier.verify(&odd).await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(publisher.asked(), 2);
    verifier.verify(&good).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_ended_is_refused_also_for_tokens_that_were_seen() {
    let (old, new, publisher) = (signer(), signer(), Publisher::default());
    publisher.publishes(&[&old]);
    let verifier = verifier(&publisher);
    let token = old.sign(&alice(in_a_minute())).unwrap();
    verifier.verify(&token).await.unwrap();
    publisher.publishes(&[&new]);
    let shutdown = CancellationToken::new();
    let ended = async {
        while verifier.trusts(old.kid()) {
            tokio::task::yield_now().await;
        }
        shutdown.cancel();
    };
    tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(verifier.follow(&shutdown), ended) })
        .await
        .unwrap();
    assert_eq!(verifier.verify(&token).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn without_auth_the_known_are_known_and_nobody_else_gets_in() {
    let (known, publisher) = (signer(), Publisher::default());
    publisher.publishes(&[&known]);
    let verifier = verifier(&publisher);
    verifier.verify(&known.sign(&alice(in_a_minute())).unwrap()).await.unwrap();
    publisher.0.away.store(true, Ordering::Relaxed);
    verifier.verify(&known.sign(&alice(in_a_minute())).unwrap()).await.unwrap();
    let answer = verifier.verify(&signer().sign(&alice(in_a_minute())).unwrap()).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unavailable, "it may be a new key");
    publisher.0.away.store(false, Ordering::Relaxed);
    publisher.publishes(&[]);
    verifier.verify(&known.sign(&alice(in_a_minute())).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_token_says_what_somebody_may_do_and_nothing_where_nothing_is_said() {
    let (signer, verifier) = pair();
    let home = Some(TenantId::generate());
    let scopes = Some(vec![Scope::Read]);
    let standing = Standing { roles: vec![Role::Admin], tier: Tier::Premium, administrator: true, scopes, home };
    let claims = alice(in_a_minute()).with(standing);
    let read = verifier.verify(&signer.sign(&claims).unwrap()).await.unwrap();
    assert_eq!((read.home(), &read), (home, &claims));
    assert!(read.require_administrator().is_err(), "a key administers nothing");

    let bare = verifier.verify(&signer.sign(&alice(in_a_minute())).unwrap()).await.unwrap();
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
