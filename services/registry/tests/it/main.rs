//! The registry's API, asked over HTTP as clients ask it.

mod checking;
mod pushing;
mod reading;
mod refusing;

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

/// A registry on a port of its own; it ends when dropped.
pub struct Served {
    pub url: Url,
    client: Client,
    _serving: JoinSet<()>,
}

pub struct Reply {
    pub status: StatusCode,
    pub kind: String,
    pub body: Value,
}

pub async fn served() -> Served {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let config = registry::Config { max_body_bytes: 64 * 1024, ..registry::Config::default() };
        registry::serve_on(listener, &config, CancellationToken::new()).await.unwrap();
    });
    let client = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    Served { url, client, _serving: serving }
}

impl Served {
    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, Some(body.to_string())).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        let request = self.client.request(method, self.url.join(path).unwrap());
        let request = request.header("Content-Type", "application/vnd.schemaregistry.v1+json");
        let response = request.body(body.unwrap_or_default()).send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        Reply { status: response.status(), kind, body: response.json().await.unwrap() }
    }
}

impl Reply {
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.kind, "application/vnd.schemaregistry.v1+json");
        self.body
    }

    #[track_caller]
    pub fn is_refused(self, status: u16, code: u32, words: &str) {
        let body = self.is(status);
        assert_eq!(body["error_code"], code, "{body}");
        assert!(body["message"].as_str().unwrap().contains(words), "{body}");
    }
}

/// The text of a subject's newest schema with something done to its fields.
pub fn changed(event_type: &str, change: impl FnOnce(&mut Vec<Value>)) -> Value {
    let mut schema: Value = serde_json::from_str(&events::latest(event_type).unwrap().json).unwrap();
    change(schema["fields"].as_array_mut().unwrap());
    serde_json::json!({ "schema": schema.to_string() })
}
