//! Follows an answer to its end; a broken connection is picked up where it broke.

use std::io::{Stdout, stdout};

use anyhow::{Context, bail};
use eventsource_stream::Eventsource;
use futures::StreamExt;
use reqwest::{RequestBuilder, Response};
use runtime::Pauses;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::screen::Screen;
use super::write::File;
use super::{Api, Generate, accepted};

/// How often a stream is picked up again without having heard anything new; about a minute.
const TRIES: u32 = 12;

/// How the answer ended.
pub struct Outcome {
    session: String,
    number: Option<u64>,
    /// The version of the session that has it.
    version: u64,
}

/// An answer that is being told.
struct Following<'a> {
    api: &'a Api,
    session: String,
    generation: String,
    /// Where to go on.
    cursor: Option<String>,
    screen: Screen<Stdout>,
}

/// Posts the prompt and shows what comes until the terminal event.
pub async fn follow(api: &Api, asked: &Generate) -> anyhow::Result<Outcome> {
    let body = json!({ "prompt": asked.prompt, "model": asked.model, "project_id": asked.project });
    let request = api.client.post(api.at("generate")?).bearer_auth(&api.token).json(&body);
    let request = request.header("Idempotency-Key", format!("terminal-{}", domain::EventId::generate()));
    let response = accepted(request.send().await.context("the installation does not answer")?).await?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let session = header("atelier-session-id").context("the answer names no session")?;
    let generation = header("atelier-generation-id").context("the answer names no generation")?;
    let screen = Screen::new(stdout(), asked.json);
    Following { api, session, generation, cursor: None, screen }.until_the_end(response).await
}

impl Following<'_> {
    async fn until_the_end(mut self, first: Response) -> anyhow::Result<Outcome> {
        let (mut stream, mut left, mut pauses) = (Some(first), TRIES, Pauses::default());
        loop {
            let before = self.cursor.clone();
            if let Some(stream) = stream.take()
                && let Some(outcome) = self.hear(stream).await?
            {
                return Ok(outcome);
            }
            if self.cursor != before {
                (left, pauses) = (TRIES, Pauses::default());
            }
            let Some(fewer) = left.checked_sub(1) else {
                bail!("the stream cannot be picked up again; the answer goes on: read session {} later", self.session);
            };
            left = fewer;
            sleep(pauses.take()).await;
            // Somebody who is starting again answers soon; a refusal that names a reason is the last word.
            stream = match self.again()?.send().await {
                Ok(answer) if answer.status().is_server_error() => None,
                Ok(answer) => Some(accepted(answer).await?),
                Err(_) => None,
            };
        }
    }

    fn again(&self) -> anyhow::Result<RequestBuilder> {
        let events = self.api.at(&format!("sessions/{}/events", self.session))?;
        let request = self.api.client.get(events).bearer_auth(&self.api.token);
        Ok(match &self.cursor {
            Some(cursor) => request.header("Last-Event-ID", cursor),
            None => request.query(&[("from", format!("g:{}", self.generation))]),
        })
    }

    /// `None`: the stream ended before the answer did.
    async fn hear(&mut self, response: Response) -> anyhow::Result<Option<Outcome>> {
        let mut events = response.bytes_stream().eventsource();
        while let Some(Ok(event)) = events.next().await {
            if !event.id.is_empty() {
                self.cursor = Some(event.id.clone());
            }
            let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
            self.screen.show(&event.event, &event.id, &data)?;
            match event.event.as_str() {
                "closing" => break,
                // What the cursor names is gone; the answer itself can still be told from its start.
                "reset" => {
                    self.cursor = None;
                    break;
                }
                _ => {}
            }
            if let Some(end) = self.end(&event.event, &data)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Of our own answer: a session that others use too may end another one first.
    fn end(&self, event: &str, data: &Value) -> anyhow::Result<Option<Outcome>> {
        let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default();
        if text("generation_id") != self.generation {
            return Ok(None);
        }
        match event {
            "generation.completed" => {
                let number = data.get("number").and_then(Value::as_u64);
                let version = data.get("sequence").and_then(Value::as_u64).unwrap_or_default();
                Ok(Some(Outcome { session: self.session.clone(), number, version }))
            }
            "generation.failed" => bail!("the answer failed: {} ({})", text("message"), text("code")),
            "generation.cancelled" => bail!("the answer was stopped"),
            _ => Ok(None),
        }
    }
}

impl Outcome {
    /// The whole version that the answer made; nothing if it changed no file.
    pub async fn files(&self, api: &Api) -> anyhow::Result<Vec<File>> {
        let Some(number) = self.number else { return Ok(Vec::new()) };
        let path = format!("sessions/{}/versions/{number}", self.session);
        let read = || async {
            let request = api.client.get(api.at(&path)?).query(&[("min_version", self.version)]);
            request.bearer_auth(&api.token).send().await.context("the files cannot be read")
        };
        let mut answer = read().await?;
        for _ in 0..TRIES {
            // The read model did not come that far within the time of one request.
            if answer.status() != reqwest::StatusCode::NOT_FOUND && !answer.status().is_server_error() {
                break;
            }
            answer = read().await?;
        }
        let version: Value = accepted(answer).await?.json().await?;
        serde_json::from_value(version.get("files").cloned().unwrap_or_default()).context("the files cannot be read")
    }
}
