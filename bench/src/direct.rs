//! The direct path: the model server itself, without Atelier.

use eventsource_stream::Eventsource;
use futures::{Stream, StreamExt};
use serde_json::{Value, json};

use crate::install::Install;

/// The pieces of an answer, as the model sends them.
pub async fn ask(install: &Install, prompt: &str) -> impl Stream<Item = String> + use<> {
    let body = json!({ "model": "played", "stream": true, "messages": [{ "role": "user", "content": prompt }] });
    let url = format!("{}/chat/completions", install.model.url);
    let response = install.client.post(url).json(&body).send().await.expect("the played model answers");
    let events = response.bytes_stream().eventsource().filter_map(async |event| event.ok());
    Box::pin(events.filter_map(async |event| {
        let data: Value = serde_json::from_str(&event.data).ok()?;
        data.pointer("/choices/0/delta/content").and_then(Value::as_str).map(str::to_owned)
    }))
}
