//! Follows an answer to its end; a broken connection is picked up where it broke.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail};
use eventsource_stream::{Event, Eventsource};
use futures::StreamExt;
use serde_json::{Value, json};

use super::write::File;
use super::{Api, Generate, accepted};

/// How often a broken stream is picked up again before we say so.
const RESUMES: u32 = 20;

/// How the answer ended.
pub struct Outcome {
    session: String,
    number: Option<u64>,
}

/// Posts the prompt and shows what comes until the terminal event.
pub async fn follow(api: &Api, asked: &Generate) -> anyhow::Result<Outcome> {
    let body = json!({ "prompt": asked.prompt, "model": asked.model, "project_id": asked.project });
    let request = api.client.post(api.at("generate")?).bearer_auth(&api.token).json(&body);
    let request = request.header("Idempotency-Key", format!("terminal-{}", domain::EventId::generate()));
    let mut response = accepted(request.send().await.context("the installation does not answer")?).await?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let session = header("atelier-session-id").context("the answer names no session")?;
    let generation = header("atelier-generation-id").context("the answer names no generation")?;

    let mut cursor = None;
    for _ in 0..RESUMES {
        if let Some(outcome) = watch(response, asked, &session, &mut cursor).await? {
            return Ok(outcome);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let resume = api.client.get(api.at(&format!("sessions/{session}/events"))?).bearer_auth(&api.token);
        let resume = match &cursor {
            Some(cursor) => resume.header("Last-Event-ID", cursor),
            None => resume.query(&[("from", format!("g:{generation}"))]),
        };
        response = accepted(resume.send().await.context("the stream cannot be picked up again")?).await?;
    }
    bail!("the stream broke {RESUMES} times; the answer goes on: read session {session} later")
}

/// `None`: the stream ended before the answer did.
async fn watch(
    response: reqwest::Response,
    asked: &Generate,
    session: &str,
    cursor: &mut Option<String>,
) -> anyhow::Result<Option<Outcome>> {
    let mut events = response.bytes_stream().eventsource();
    while let Some(Ok(event)) = events.next().await {
        if !event.id.is_empty() {
            *cursor = Some(event.id.clone());
        }
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        show(asked, &event, &data)?;
        let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        match event.event.as_str() {
            "generation.completed" => {
                let number = data.get("number").and_then(Value::as_u64);
                return Ok(Some(Outcome { session: session.to_owned(), number }));
            }
            "generation.failed" => bail!("the answer failed: {} ({})", text("message"), text("code")),
            "generation.cancelled" => bail!("the answer was stopped"),
            "closing" => break,
            _ => {}
        }
    }
    Ok(None)
}

fn show(asked: &Generate, event: &Event, data: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if asked.json {
        return writeln!(out, "{}", json!({ "event": event.event, "id": event.id, "data": data }));
    }
    let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default();
    match event.event.as_str() {
        "explanation" => write!(out, "{}", text("delta"))?,
        "file" => write!(out, "\n  {} {}\n", text("op"), text("path"))?,
        _ => {}
    }
    out.flush()
}

impl Outcome {
    /// The whole version that the answer made; nothing if it changed no file.
    pub async fn files(&self, api: &Api) -> anyhow::Result<Vec<File>> {
        let Some(number) = self.number else { return Ok(Vec::new()) };
        let path = format!("sessions/{}/versions/{number}", self.session);
        for _ in 0..50 {
            let response = api.client.get(api.at(&path)?).bearer_auth(&api.token).send().await?;
            if response.status() == reqwest::StatusCode::NOT_FOUND {
                // The read model is a moment behind the stream.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            let version: Value = accepted(response).await?.json().await?;
            let files = version.get("files").cloned().unwrap_or_default();
            return serde_json::from_value(files).context("the files cannot be read");
        }
        bail!("version {number} of session {} does not appear", self.session)
    }
}
