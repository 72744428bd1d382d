//! Our schemas into somebody's registry, under our ids: records carry these, so any other id would be a lie.

use std::time::Duration;

use anyhow::{Context, bail};
use events::Contract;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

/// What became of one schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It is there now.
    Registered,
    /// It was there already, with the same id.
    WasThere,
}

const PATIENCE: Duration = Duration::from_secs(15);

/// Registers every contract, oldest first, and tells what became of each. Again is harmless.
pub async fn push(
    registry: &Url,
    contracts: &[&Contract],
    mut tell: impl FnMut(&Contract, Pushed),
) -> anyhow::Result<()> {
    let client = Client::builder().timeout(PATIENCE).build().context("no HTTP client can be made")?;
    let target = Target { client, url: registry.clone() };
    target.ask(Method::GET, &["subjects"], None).await?.expect(StatusCode::OK)?;
    for contract in contracts {
        let pushed = target.put(contract).await.with_context(|| {
            format!("{} v{} (id {}) was not registered", contract.subject, contract.version, contract.id)
        })?;
        tell(contract, pushed);
    }
    Ok(())
}

struct Target {
    client: Client,
    url: Url,
}

/// What the registry answered.
struct Reply {
    status: StatusCode,
    body: Value,
}

impl Reply {
    fn expect(self, status: StatusCode) -> anyhow::Result<Value> {
        if self.status == status {
            return Ok(self.body);
        }
        let message = self.body.get("message").and_then(Value::as_str).unwrap_or("no further word").to_owned();
        bail!("the registry says {}: {message}", self.status)
    }
}

impl Target {
    async fn put(&self, contract: &Contract) -> anyhow::Result<Pushed> {
        if self.has(contract).await? {
            return Ok(Pushed::WasThere);
        }
        let subject = contract.subject;
        self.mode(subject, "IMPORT").await.context(
            "an id of ours can only be given in mode IMPORT; allow it in the registry (mode.mutability=true)",
        )?;
        let imported = self.import(contract).await;
        self.mode(subject, "READWRITE").await.context("the registry stays in mode IMPORT: set it back by hand")?;
        imported?;
        let level = json!({ "compatibility": "BACKWARD_TRANSITIVE" });
        self.ask(Method::PUT, &["config", subject], Some(level)).await?.expect(StatusCode::OK)?;
        Ok(Pushed::Registered)
    }

    /// Whether it is there with our id; with another one, nobody could read our records by it.
    async fn has(&self, contract: &Contract) -> anyhow::Result<bool> {
        let schema = json!({ "schema": contract.json });
        let reply = self.ask(Method::POST, &["subjects", contract.subject], Some(schema)).await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        let found = reply.expect(StatusCode::OK)?;
        same_id(contract, &found).map(|()| true)
    }

    async fn import(&self, contract: &Contract) -> anyhow::Result<()> {
        let schema = json!({ "schema": contract.json, "id": contract.id, "version": contract.version });
        let path = ["subjects", contract.subject, "versions"];
        let registered = self.ask(Method::POST, &path, Some(schema)).await?.expect(StatusCode::OK)?;
        same_id(contract, &registered).context(
            "the registry gives ids of its own, even in mode IMPORT (Apicurio does): our records cannot be read by it; \
             let consumers ask `atelier serve registry`",
        )
    }

    async fn mode(&self, subject: &str, mode: &str) -> anyhow::Result<()> {
        let body = json!({ "mode": mode });
        let reply = self.ask_with(Method::PUT, &["mode", subject], &[("force", "true")], Some(body)).await?;
        reply.expect(StatusCode::OK).map(drop)
    }

    async fn ask(&self, method: Method, path: &[&str], body: Option<Value>) -> anyhow::Result<Reply> {
        self.ask_with(method, path, &[], body).await
    }

    async fn ask_with(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> anyhow::Result<Reply> {
        let mut url = self.url.clone();
        let place = self.place();
        let no_http = |()| anyhow::anyhow!("{place} is no HTTP address");
        url.path_segments_mut().map_err(no_http)?.pop_if_empty().extend(path);
        let request = self.client.request(method, url).query(query);
        let request = body.iter().fold(request, reqwest::RequestBuilder::json);
        // Without the URL: it may hold a password.
        let unreachable = || format!("no schema registry answers at {place}");
        let response = request.send().await.map_err(reqwest::Error::without_url).with_context(unreachable)?;
        Ok(Reply { status: response.status(), body: response.json().await.unwrap_or_default() })
    }

    fn place(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or("?"), self.url.port_or_known_default().unwrap_or_default())
    }
}

fn same_id(contract: &Contract, found: &Value) -> anyhow::Result<()> {
    let id = found.get("id").and_then(Value::as_u64);
    if id == Some(u64::from(contract.id)) {
        return Ok(());
    }
    let id = id.map_or_else(|| "none".to_owned(), |id| id.to_string());
    bail!("the registry has it under id {id}, but records carry {}; remove it there and push again", contract.id)
}
