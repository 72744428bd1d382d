//! Public keys on their way: a JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// One public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    kty: String,
    crv: String,
    x: String,
    /// The key's thumbprint (RFC 7638): nobody can give another key this name.
    pub kid: String,
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    /// Until when it is good at the latest, Unix seconds; it may end earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
}

/// All public keys that are good now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

impl Jwk {
    pub fn ed25519(public: &[u8], exp: Option<i64>) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        Self {
            kid: thumbprint(&x),
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x,
            purpose: Some("sig".to_owned()),
            alg: Some("EdDSA".to_owned()),
            exp,
        }
    }

    /// The raw public key; `None` for a key of another kind, or one that is not what its name says.
    pub fn public(&self) -> Option<Vec<u8>> {
        let ours = self.kty == "OKP" && self.crv == "Ed25519" && self.kid == thumbprint(&self.x);
        let raw = URL_SAFE_NO_PAD.decode(&self.x).ok()?;
        (ours && raw.len() == 32).then_some(raw)
    }
}

/// RFC 7638, with the members that RFC 8037 requires, in the order of their names.
fn thumbprint(x: &str) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.2 and A.3.
    #[test]
    fn a_key_has_the_form_and_the_name_of_the_standard() {
        let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = Jwk::ed25519(&public, None);
        assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let text = serde_json::to_value(&key).unwrap();
        assert_eq!((&text["kty"], &text["crv"], &text["use"]), (&"OKP".into(), &"Ed25519".into(), &"sig".into()));
        assert_eq!(serde_json::from_value::<Jwk>(text).unwrap().public(), Some(public));
    }

    #[test]
    fn a_key_under_another_s_name_is_none() {
        let (one, other) = (Jwk::ed25519(&[1; 32], None), Jwk::ed25519(&[2; 32], None));
        assert_eq!(Jwk { kid: other.kid, ..one.clone() }.public(), None);
        assert_eq!(Jwk { kty: "RSA".to_owned(), ..one }.public(), None);
    }
}
