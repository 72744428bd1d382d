//! The ID token: signed by a key of the issuer, for us, now, and for this very sign-in.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::Who;

/// Signatures with a private key only: whoever has our client secret must not be able to sign.
const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Clocks of two machines may differ by this many seconds.
const LEEWAY: u64 = 60;

/// What it must be.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Value,
    azp: Option<String>,
    nonce: Option<String>,
    iat: Option<i64>,
    email: Option<String>,
    email_verified: Option<Value>,
    name: Option<String>,
}

/// Which key it says it is signed with; `None`: with an algorithm that we do not take.
pub fn key_id(token: &str) -> Option<Option<String>> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    ALGORITHMS.contains(&header.alg).then_some(header.kid)
}

/// Who it speaks of; `Err` says what is wrong, for the log.
pub fn read(token: &str, key: &Jwk, expected: &Expected<'_>) -> Result<Who, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(format!("it is signed with {:?}", header.alg));
    }
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|error| error.to_string())?.claims;
    claims.check(expected)?;
    Ok(claims.who())
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), String> {
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err("its nonce is another sign-in's".to_owned());
        }
        if self.azp.as_deref().is_some_and(|azp| azp != expected.client_id) {
            return Err("it was made for another client".to_owned());
        }
        if self.aud.as_array().is_some_and(|aud| aud.len() > 1) && self.azp.is_none() {
            return Err("it is for several, and does not say who asked".to_owned());
        }
        if self.iat.is_some_and(|iat| iat > chrono::Utc::now().timestamp() + LEEWAY as i64) {
            return Err("it is from the future".to_owned());
        }
        if self.sub.is_empty() || self.sub.len() > 255 {
            return Err("its subject is none".to_owned());
        }
        Ok(())
    }

    fn who(self) -> Who {
        Who {
            subject: self.sub,
            verified: is_true(self.email_verified.as_ref()),
            email: self.email.filter(|email| !email.is_empty()),
            name: self.name,
        }
    }
}

/// Some providers write `"true"`.
pub fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value == &Value::Bool(true) || value.as_str() == Some("true"))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, Header};
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    const EXPECTED: Expected<'_> = Expected { issuer: "https://id.example", client_id: "atelier", nonce: "n" };

    /// A provider's key: the private half to sign with, the public half as a JWK.
    fn key(seed: u8) -> (EncodingKey, Jwk) {
        let seed = [seed; 32];
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1", "alg": "EdDSA", "use": "sig" });
        (EncodingKey::from_ed_der(&[head.as_slice(), &seed].concat()), serde_json::from_value(jwk).unwrap())
    }

    fn claims() -> Value {
        let now = chrono::Utc::now().timestamp();
        json!({
            "iss": "https://id.example", "aud": "atelier", "sub": "42", "nonce": "n", "iat": now, "exp": now + 300,
            "email": "ada@example.org", "email_verified": true, "name": "Ada",
        })
    }

    fn token(claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &key(1).0).unwrap()
    }

    fn with(field: &str, value: Value) -> String {
        let mut claims = claims();
        claims[field] = value;
        token(&claims)
    }

    fn read_it(token: &str) -> Result<Who, String> {
        read(token, &key(1).1, &EXPECTED)
    }

    #[test]
    fn a_token_for_us_says_who_it_is() {
        let who = read_it(&token(&claims())).unwrap();
        let email = Some("ada@example.org".to_owned());
        assert_eq!(who, Who { subject: "42".to_owned(), email, verified: true, name: Some("Ada".to_owned()) });
        assert!(!read_it(&with("email_verified", json!(false))).unwrap().verified);
        assert!(!read_it(&with("email_verified", json!(null))).unwrap().verified);
        read_it(&with("aud", json!(["atelier"]))).unwrap();
    }

    #[test]
    fn whoever_it_is_not_for_or_not_from_is_refused() {
        let now = chrono::Utc::now().timestamp();
        let wrong = [
            ("iss", json!("https://evil.example")),
            ("aud", json!("another")),
            ("aud", json!(["atelier", "another"])),
            ("azp", json!("another")),
            ("nonce", json!("m")),
            ("nonce", json!(null)),
            ("exp", json!(now - 120)),
            ("iat", json!(now + 600)),
            ("nbf", json!(now + 600)),
            ("sub", json!("")),
        ];
        for (field, value) in wrong {
            assert!(read_it(&with(field, value.clone())).is_err(), "{field}: {value}");
        }
        for field in ["iss", "aud", "exp", "sub"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(field);
            assert!(read_it(&token(&claims)).is_err(), "without {field}");
        }
    }

    #[test]
    fn another_key_no_signature_and_a_shared_secret_are_refused() {
        let forged = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &key(2).0).unwrap();
        assert!(read_it(&forged).is_err());
        let body = URL_SAFE_NO_PAD.encode(claims().to_string());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let unsigned = format!("{none}.{body}.");
        assert!(key_id(&unsigned).is_none() && read_it(&unsigned).is_err());
        // Signed with what everybody may know: the public key as a shared secret.
        let public = URL_SAFE_NO_PAD.decode(key(1).1.to_x()).unwrap();
        let shared =
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(&public));
        let shared = shared.unwrap();
        assert!(key_id(&shared).is_none() && read_it(&shared).is_err());
    }

    trait ToX {
        fn to_x(&self) -> String;
    }

    impl ToX for Jwk {
        fn to_x(&self) -> String {
            serde_json::to_value(self).unwrap()["x"].as_str().unwrap().to_owned()
        }
    }
}
