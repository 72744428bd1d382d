//! Asking providers over HTTP: no redirects, a deadline, and no more than they may say.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;

use crate::Error;

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer.
const LONGEST: usize = 512 * 1024;

pub struct Browse(Client);

impl Browse {
    pub fn new() -> anyhow::Result<Self> {
        // The process may have chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        let client = client.user_agent("atelier").build().context("no HTTP client")?;
        Ok(Self(client))
    }

    pub fn client(&self) -> &Client {
        &self.0
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
