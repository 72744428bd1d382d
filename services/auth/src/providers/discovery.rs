//! What a provider says of itself, and its keys: asked for once, remembered for an hour.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use moka::future::Cache;
use serde::Deserialize;
use url::Url;

use super::browse::{Browse, Reach, json};
use super::config::safe;
use crate::Error;

const REMEMBERED: Duration = Duration::from_hours(1);
/// Between two questions for keys because of one that is unknown: forged tokens must not make us ask for ever.
const AGAIN: Duration = Duration::from_secs(30);

/// The part of the discovery document that we need.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    /// RFC 9207: its callbacks name it.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

struct Keys {
    set: JwkSet,
    asked: Instant,
}

pub struct Discovery {
    documents: Cache<String, Arc<Document>>,
    keys: Cache<String, Arc<Keys>>,
}

impl Discovery {
    pub fn new() -> Self {
        Self {
            documents: Cache::builder().max_capacity(1_000).time_to_live(REMEMBERED).build(),
            keys: Cache::builder().max_capacity(1_000).time_to_live(REMEMBERED).build(),
        }
    }

    pub async fn document(&self, browse: &Browse, reach: Reach, issuer: &str) -> Result<Arc<Document>, Error> {
        match self.documents.get(issuer).await {
            Some(known) => Ok(known),
            None => self.fresh(browse, reach, issuer).await,
        }
    }

    /// As it describes itself now.
    pub async fn fresh(&self, browse: &Browse, reach: Reach, issuer: &str) -> Result<Arc<Document>, Error> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document: Document = json(browse.get(reach, &address)?).await?;
        check(&document, issuer).map_err(|why| {
            tracing::warn!(issuer, "the provider {issuer} describes itself wrongly: {why}");
            Error::ProviderAway
        })?;
        let document = Arc::new(document);
        self.documents.insert(issuer.to_owned(), document.clone()).await;
        Ok(document)
    }

    /// The key of this id. One that is unknown may be new: the keys are asked for again, but not all the time.
    pub async fn key(
        &self,
        browse: &Browse,
        reach: Reach,
        document: &Document,
        kid: Option<&str>,
    ) -> Result<Option<Jwk>, Error> {
        if let Some(known) = self.keys.get(&document.jwks_uri).await {
            let key = choose(&known.set, kid);
            if key.is_some() || known.asked.elapsed() < AGAIN {
                return Ok(key);
            }
        }
        let set: JwkSet = json(browse.get(reach, &document.jwks_uri)?).await?;
        let key = choose(&set, kid);
        self.keys.insert(document.jwks_uri.clone(), Arc::new(Keys { set, asked: Instant::now() })).await;
        Ok(key)
    }
}

/// Without an id only a key that is alone is meant.
fn choose(set: &JwkSet, kid: Option<&str>) -> Option<Jwk> {
    match (kid, set.keys.as_slice()) {
        (Some(kid), _) => set.find(kid).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

fn check(document: &Document, issuer: &str) -> anyhow::Result<()> {
    anyhow::ensure!(document.issuer == issuer, "its issuer is {}, not {issuer}", document.issuer);
    let endpoints = [&document.authorization_endpoint, &document.token_endpoint, &document.jwks_uri];
    for endpoint in endpoints.into_iter().chain(&document.userinfo_endpoint) {
        let _: Url = safe(endpoint)?;
    }
    Ok(())
}
