//! Asking providers over HTTP: no redirects, a deadline, and no more than they may say.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;

use url::Url;

use crate::{Error, reach};

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer.
const LONGEST: usize = 512 * 1024;

/// How far we go for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Anywhere,
    /// Where anybody on the internet may ask.
    Public,
}

pub struct Browse {
    /// For those that the operator has named.
    anywhere: Client,
    /// For those that people have named.
    public: Client,
}

impl Browse {
    pub fn new() -> anyhow::Result<Self> {
        // The process may have chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain =
            || Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).user_agent("atelier");
        Ok(Self {
            anywhere: plain().build().context("no HTTP client")?,
            public: plain().dns_resolver(reach::Public).no_proxy().build().context("no HTTP client")?,
        })
    }

    pub fn get(&self, reach: Reach, address: &str) -> Result<RequestBuilder, Error> {
        self.ask(reach, reqwest::Method::GET, address)
    }

    pub fn post(&self, reach: Reach, address: &str) -> Result<RequestBuilder, Error> {
        self.ask(reach, reqwest::Method::POST, address)
    }

    /// Wherever an address comes from: a setting, a person, or what a provider says of itself.
    fn ask(&self, reach: Reach, method: reqwest::Method, address: &str) -> Result<RequestBuilder, Error> {
        if reach == Reach::Anywhere {
            return Ok(self.anywhere.request(method, address));
        }
        let url: Url = address.parse().map_err(|_| Error::ProviderAway)?;
        reach::admitted(&url).map_err(|why| {
            tracing::warn!("a provider that people named is not asked at {address}: {why}");
            Error::ProviderAway
        })?;
        Ok(self.public.request(method, url))
    }
}

/// The answer as JSON. What a provider says when it refuses stays in our log.
pub async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Error> {
    let answered = async {
        let response = request.send().await?;
        let status = response.status();
        let body = read(response).await?;
        ensure!(status.is_success(), "it answered {status}");
        serde_json::from_slice(&body).context("its answer is not what it should be")
    };
    answered.await.map_err(|error: anyhow::Error| {
        tracing::warn!(error = %error, "a provider cannot be asked: {error:#}");
        Error::ProviderAway
    })
}

async fn read(mut response: Response) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        body.extend_from_slice(&piece);
        ensure!(body.len() <= LONGEST, "its answer is too long");
    }
    Ok(body)
}
