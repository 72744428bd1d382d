//! A provider that is played: an OpenID issuer and a GitHub server in one, which can be made to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// What it says of whoever signs in there next, and how.
#[derive(Clone)]
pub struct Says {
    pub subject: String,
    pub email: String,
    pub verified: bool,
    /// In place of what is right.
    pub nonce: Option<String>,
    pub audience: Option<String>,
    /// Signed with another key than it publishes.
    pub forged: bool,
}

#[derive(Clone)]
pub struct Player(Arc<Inner>);

struct Inner {
    url: String,
    says: Mutex<Option<Says>>,
    /// Challenge and nonce, by code.
    codes: Mutex<HashMap<String, (String, String)>>,
}

impl Player {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let player = Self(Arc::new(Inner { url, says: Mutex::default(), codes: Mutex::default() }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/user", get(user))
            .route("/api/v3/user/emails", get(emails))
            .with_state(player.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        player
    }

    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    pub fn says(&self, says: Says) {
        *self.0.says.lock().unwrap() = Some(says);
    }

    /// A person signs in there: gives back the code that the browser brings home, and the state.
    pub fn signs_in(&self, way_out: &str) -> (String, String) {
        let url: Url = way_out.parse().unwrap();
        let asked: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["client_id"], "atelier");
        assert!(asked["redirect_uri"].starts_with("https://atelier.example/api/v1/auth/callback/"));
        let mut codes = self.0.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), (asked["code_challenge"].clone(), asked["nonce"].clone()));
        (code, asked["state"].clone())
    }

    fn said(&self) -> Says {
        self.0.says.lock().unwrap().clone().unwrap()
    }

    fn id_token(&self, nonce: String) -> String {
        let (says, now) = (self.said(), chrono::Utc::now().timestamp());
        let claims = json!({
            "iss": self.0.url, "aud": says.audience.unwrap_or("atelier".into()), "sub": says.subject,
            "nonce": says.nonce.unwrap_or(nonce), "iat": now, "exp": now + 60,
            "email": says.email, "email_verified": says.verified, "name": "Ada",
        });
        let header = Header { kid: Some("1".to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &key(if says.forged { 2 } else { 1 }).0).unwrap()
    }
}

fn key(seed: u8) -> (EncodingKey, String) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let der = [head.as_slice(), &[seed; 32]].concat();
    (EncodingKey::from_ed_der(&der), URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()))
}

async fn discovery(State(player): State<Player>) -> Json<Value> {
    let url = &player.0.url;
    Json(json!({
        "issuer": url, "authorization_endpoint": format!("{url}/auth"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"), "authorization_response_iss_parameter_supported": true,
    }))
}

async fn jwks() -> Json<Value> {
    Json(
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "1", "x": key(1).1 }] }),
    )
}

/// Once, with the client's secret, the exact callback and the verifier of the challenge.
async fn token(
    State(player): State<Player>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    let expected = format!("Basic {}", STANDARD.encode("atelier:s3cret%2B"));
    let shown = headers.get("authorization").and_then(|value| value.to_str().ok());
    if shown != Some(expected.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let (challenge, nonce) = player.0.codes.lock().unwrap().remove(&form["code"]).ok_or(StatusCode::BAD_REQUEST)?;
    if URL_SAFE_NO_PAD.encode(digest(&SHA256, form["code_verifier"].as_bytes())) != challenge {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Json(json!({ "access_token": "at", "token_type": "bearer", "id_token": player.id_token(nonce) })))
}

async fn user(State(player): State<Player>) -> Json<Value> {
    let id: u64 = player.said().subject.parse().unwrap();
    Json(json!({ "id": id, "login": "ada", "name": null }))
}

async fn emails(State(player): State<Player>) -> Json<Value> {
    let says = player.said();
    Json(json!([
        { "email": "old@example.test", "primary": false, "verified": true },
        { "email": says.email, "primary": true, "verified": says.verified },
    ]))
}
