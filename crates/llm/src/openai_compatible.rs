//! vLLM and every other server that speaks OpenAI's chat completions.

mod answer;
mod client;
mod events;
mod failure;
mod models;
mod wire;

use std::{sync::OnceLock, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use reqwest012::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};

use crate::{ChunkStream, Config, Error, Misconfigured, Model, Provider, Request, retry::Backoff};
use events::Events;
use wire::Body;

/// An OpenAI-compatible server, reached over one pooled client.
pub struct OpenAiCompatible {
    client: Client,
    /// Without a slash at its end.
    url: String,
    key: Option<SecretString>,
    /// The configured model, if any.
    configured: Option<Model>,
    /// What the server said it serves.
    served: OnceLock<Vec<Model>>,
    backoff: Backoff,
    first_token: Duration,
    silence: Duration,
}

impl OpenAiCompatible {
    /// Checks the configuration; no connection is made before the first question.
    pub fn new(config: Config) -> Result<Self, Misconfigured> {
        Ok(Self {
            client: client::build(&config)?,
            url: client::base(&config)?,
            configured: models::configured(&config),
            served: OnceLock::new(),
            backoff: Backoff::new(&config),
            first_token: config.first_token,
            silence: config.silence,
            key: config.key,
        })
    }

    /// One try: resolves with the first chunk in hand.
    async fn open(&self, body: &Body<'_>) -> Result<ChunkStream, Error> {
        let post = self.authorised(self.client.post(format!("{}/chat/completions", self.url)));
        let mut events = Events::open(post.json(body))?;
        let first = events.next(self.first_token).await.unwrap_or(Err(Error::Broken))?;
        Ok(Box::pin(stream::iter([Ok(first)]).chain(events.chunks(self.silence))))
    }

    /// The model of this request: named, configured, or the first one served.
    async fn choose(&self, named: Option<&str>) -> Result<String, Error> {
        if let Some(id) = named.or(self.configured.as_ref().map(|model| model.id.as_str())) {
            return Ok(id.to_owned());
        }
        let served = self.discover().await?;
        served.first().map(|model| model.id.clone()).ok_or(Error::Malformed("an empty list of models"))
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        }
    }
}

#[async_trait]
impl Provider for OpenAiCompatible {
    fn name(&self) -> &'static str {
        "openai_compatible"
    }

    fn models(&self) -> Vec<Model> {
        let served = self.served.get().into_iter().flatten();
        let others = served.filter(|model| self.configured.as_ref().is_none_or(|known| known.id != model.id));
        self.configured.iter().chain(others).cloned().collect()
    }

    async fn discover(&self) -> Result<Vec<Model>, Error> {
        if self.served.get().is_none() {
            let get = self.authorised(self.client.get(format!("{}/models", self.url)));
            let served = models::fetch(get, self.first_token).await?;
            // Two may have asked at once; they have heard the same.
            let _ = self.served.set(served);
        }
        Ok(self.models())
    }

    async fn stream(&self, request: Request) -> Result<ChunkStream, Error> {
        let mut attempt = 1;
        loop {
            let error = match self.ask(&request).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(pause) = self.backoff.after(attempt, &error) else { return Err(error) };
            tracing::warn!(
                attempt,
                code = error.code(),
                ?pause,
                "the model failed before its first token, asking again"
            );
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }
}

impl OpenAiCompatible {
    async fn ask(&self, request: &Request) -> Result<ChunkStream, Error> {
        let model = self.choose(request.model.as_deref()).await?;
        self.open(&Body::new(&model, request)).await
    }
}
