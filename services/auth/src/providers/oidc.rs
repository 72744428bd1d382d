//! OpenID Connect: the code for an ID token, and the ID token for a person.

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

use super::browse::json;
use super::discovery::Document;
use super::id_token::{self, Expected, is_true};
use super::{Provider, Providers, Who};
use crate::Error;

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: String,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    email: Option<String>,
    email_verified: Option<Value>,
    name: Option<String>,
}

/// What a browser brings back, and what belongs to it.
pub struct Code<'a> {
    pub code: &'a str,
    pub verifier: &'a str,
    pub nonce: &'a str,
    pub callback: &'a str,
}

impl Providers {
    pub async fn by_oidc(&self, provider: &Provider, document: &Document, code: &Code<'_>) -> Result<Who, Error> {
        let tokens: Tokens = json(self.exchange(provider, &document.token_endpoint, code)?).await?;
        let who = self.read(provider, document, &tokens.id_token, code.nonce).await?;
        match &document.userinfo_endpoint {
            Some(endpoint) if who.email.is_none() => self.more(provider, endpoint, &tokens.access_token, who).await,
            _ => Ok(who),
        }
    }

    pub(super) fn exchange(
        &self,
        provider: &Provider,
        endpoint: &str,
        code: &Code<'_>,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let secret = provider.secret()?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.callback),
            ("code_verifier", code.verifier),
        ];
        let request =
            self.0.browse.post(self.reach(provider), endpoint)?.header("accept", "application/json").form(&form);
        Ok(request.basic_auth(encoded(&provider.client_id), Some(encoded(secret.expose_secret()))))
    }

    async fn read(&self, provider: &Provider, document: &Document, token: &str, nonce: &str) -> Result<Who, Error> {
        let refused = |why: &str| {
            tracing::warn!(provider = provider.id, "an ID token was refused: {why}");
            Error::ProviderRefused
        };
        let kid = id_token::key_id(token).ok_or_else(|| refused("its algorithm is none that we take"))?;
        let key = self.0.discovery.key(&self.0.browse, self.reach(provider), document, kid.as_deref()).await?;
        let key = key.ok_or_else(|| refused("its key is unknown"))?;
        let expected = Expected { issuer: provider.realm(), client_id: &provider.client_id, nonce };
        id_token::read(token, &key, &expected).map_err(|why| refused(&why))
    }

    /// Some providers tell the address here only. It must be about the same person.
    async fn more(&self, provider: &Provider, endpoint: &str, access_token: &str, who: Who) -> Result<Who, Error> {
        let request = self.0.browse.get(self.reach(provider), endpoint)?;
        let info: UserInfo = json(request.bearer_auth(access_token)).await?;
        if info.sub != who.subject {
            return Err(Error::ProviderRefused);
        }
        let verified = is_true(info.email_verified.as_ref());
        Ok(Who { email: info.email.filter(|email| !email.is_empty()), verified, name: who.name.or(info.name), ..who })
    }
}
