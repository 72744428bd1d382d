//! vLLM and every other server that speaks OpenAI's chat completions.

mod answer;
mod client;
mod events;
mod failure;
mod models;
mod wire;

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use reqwest012::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};

use crate::{ChunkStream, Config, Error, Misconfigured, Model, Prices, Provider, Request, retry::Backoff};
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
    /// What every model without prices of its own costs.
    prices: Option<Prices>,
    /// What the server last said it serves.
    served: RwLock<Vec<Model>>,
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
            prices: config.prices(),
            served: RwLock::default(),
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
        let known = self.models();
        let served = if known.is_empty() { self.discover().await? } else { known };
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
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        let others = served.iter().filter(|model| self.configured.as_ref().is_none_or(|known| known.id != model.id));
        self.configured.iter().chain(others).cloned().collect()
    }

    async fn discover(&self) -> Result<Vec<Model>, Error> {
        let get = self.authorised(self.client.get(format!("{}/models", self.url)));
        let mut served = models::fetch(get, self.first_token).await?;
        if self.configured.is_none() {
            served.iter_mut().for_each(|model| model.prices.clone_from(&self.prices));
        }
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = served;
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
