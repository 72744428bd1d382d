//! What the server serves.

use std::time::Duration;

use reqwest012::RequestBuilder;

use super::{failure, wire::ModelList};
use crate::{Config, Error, Model};

/// The configured model, with the prices that are ours to know.
pub fn configured(config: &Config) -> Option<Model> {
    config.model.as_ref().map(|id| Model {
        id: id.clone(),
        provider: "openai_compatible".into(),
        context_length: config.context_length,
        prices: config.prices(),
    })
}

/// `GET /models`.
pub async fn fetch(get: RequestBuilder, patience: Duration) -> Result<Vec<Model>, Error> {
    let answer = get.timeout(patience).send().await.map_err(|error| failure::transport(&error))?;
    if !answer.status().is_success() {
        return Err(failure::status(answer).await);
    }
    let list: ModelList = answer.json().await.map_err(|_| Error::Malformed("a list of models that is none"))?;
    Ok(list
        .data
        .into_iter()
        .map(|entry| Model {
            id: entry.id,
            provider: "openai_compatible".into(),
            context_length: entry.max_model_len,
            prices: None,
        })
        .collect())
}
