//! The way out: what the browser takes along, and what it leaves with us.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use rpc::auth::v1::{BeginLoginRequest, BeginLoginResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::browse::Reach;
use super::github::Places;
use super::{Kind, Provider, callback};
use crate::Error;
use crate::once::{self, Person};
use crate::service::Inner;
use crate::token;
use crate::vault::random;

/// How long somebody may take at the provider.
const TERM: Duration = Duration::from_mins(10);

/// What belongs to one way out, until the browser comes back.
#[derive(Serialize, Deserialize)]
pub struct Flow {
    pub provider: String,
    /// SHA-256 of the state: the text itself is with the browser.
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub next: String,
}

impl Inner {
    /// `to_link`: who is signed in and wants this provider for their account.
    pub async fn begin_login(
        &self,
        request: BeginLoginRequest,
        to_link: Option<Person>,
    ) -> Result<BeginLoginResponse, Error> {
        let provider = &self.provider(&request.provider).await?;
        // What an organisation's provider says is worth nothing outside of it.
        if to_link.is_some() && provider.organisation.is_some() {
            return Err(Error::UnknownProvider);
        }
        let [state, nonce, verifier] = [secret()?, secret()?, secret()?];
        let url = self.address(provider, &state, &nonce, &verifier).await?;
        let next = request.next;
        let flow = Flow { provider: provider.id.clone(), state: hashed(&state), nonce, verifier, next };
        let flow = once::hand_out(&self.pool, token::Kind::Flow, to_link, json!(flow), TERM).await?;
        Ok(BeginLoginResponse { url: url.into(), flow, expires_in: TERM.as_secs() as u32 })
    }

    async fn address(&self, provider: &Provider, state: &str, nonce: &str, verifier: &str) -> Result<Url, Error> {
        let (endpoint, scope) = match provider.kind {
            Kind::Oidc => {
                let document = self.providers.document(provider).await?;
                (document.authorization_endpoint.clone(), "openid email profile")
            }
            Kind::Github => (Places::of(provider).authorize, "read:user user:email"),
        };
        let mut url: Url = endpoint.parse().map_err(|_| Error::ProviderAway)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", &callback(&self.site, provider))
            .append_pair("scope", scope)
            .append_pair("state", state)
            .append_pair("nonce", nonce)
            .append_pair("code_challenge", &hashed(verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }
}

impl super::Providers {
    pub async fn document(&self, provider: &Provider) -> Result<std::sync::Arc<super::discovery::Document>, Error> {
        self.0.discovery.document(&self.0.browse, self.reach(provider), provider.realm()).await
    }

    /// As it is now, of somebody who was just named.
    pub async fn fresh_document(&self, issuer: &str, anywhere: bool) -> Result<(), Error> {
        let reach = if anywhere { Reach::Anywhere } else { Reach::Public };
        self.0.discovery.fresh(&self.0.browse, reach, issuer).await.map(drop)
    }

    /// Where a provider may be asked: those that people have named, on the internet only.
    pub(super) fn reach(&self, provider: &Provider) -> Reach {
        if provider.organisation.is_none() || self.0.anywhere { Reach::Anywhere } else { Reach::Public }
    }
}

fn secret() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

pub fn hashed(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}
