//! The one part that is played: an OpenAI-compatible model server that says what a story tells it to.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use url::Url;

/// One thing the model does.
#[derive(Clone)]
pub enum Step {
    /// A delta of text.
    Say(String),
    /// A delta that says when it was sent, in microseconds since 1970: `1795223231000000 `.
    Stamp,
    /// A delta of reasoning.
    Think(String),
    /// Silence, until the story opens the gate once.
    Gate(Arc<Semaphore>),
    /// The story is told that the model came this far.
    Note(Arc<Semaphore>),
    /// A pause between tokens.
    Pause(Duration),
    /// Bytes as they are, however malformed.
    Raw(String),
    /// `finish_reason: stop`, the usage, `[DONE]`.
    Finish,
    /// The connection breaks.
    Reset,
    /// Silence until the client goes away.
    Hang,
}

/// A status, and the seconds of its `Retry-After`.
pub type Refusal = (u16, Option<u64>);

/// What the model does when it is asked.
#[derive(Clone)]
pub struct Script {
    pub steps: Vec<Step>,
    /// Another status than 200, with an optional `Retry-After`; used up before the steps are played.
    pub refusals: Arc<Mutex<Vec<Refusal>>>,
}

impl Script {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), refusals: Arc::default() }
    }

    /// A whole answer in these deltas.
    pub fn says<'a>(deltas: impl IntoIterator<Item = &'a str>) -> Self {
        let say = deltas.into_iter().map(|delta| Step::Say(delta.to_owned()));
        Self::new(say.chain([Step::Finish]))
    }

    #[must_use]
    pub fn refusing_first(self, refusals: impl IntoIterator<Item = (u16, Option<u64>)>) -> Self {
        Self { refusals: Arc::new(Mutex::new(refusals.into_iter().collect())), ..self }
    }
}

#[derive(Default)]
struct Stage {
    scripts: Mutex<HashMap<String, Script>>,
    asked: Mutex<Vec<Value>>,
    tokens: AtomicU64,
    open: AtomicU64,
}

/// A running model server; it ends when dropped.
pub struct Model {
    pub url: Url,
    stage: Arc<Stage>,
    _serving: JoinSet<()>,
}

impl Model {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/v1", listener.local_addr()?).parse()?;
        let stage = Arc::new(Stage::default());
        let router = Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/v1/models", get(|| async { Json(json!({ "object": "list", "data": [{ "id": "played" }] })) }))
            .with_state(stage.clone());
        let mut serving = JoinSet::new();
        // As model servers do: a token leaves at once, not with the acknowledgement of the one before.
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).expect("a fresh socket takes its options"));
        serving.spawn(async move { axum::serve(listener, router).await.expect("the played model serves") });
        Ok(Self { url, stage, _serving: serving })
    }

    /// Plays `script` whenever the last prompt contains `prompt`.
    pub fn when_asked(&self, prompt: &str, script: Script) {
        self.stage.scripts.lock().expect("no story panics here").insert(prompt.to_owned(), script);
    }

    /// How often it was asked something that contains `prompt`.
    pub fn times_asked(&self, prompt: &str) -> usize {
        let asked = self.stage.asked.lock().expect("no story panics here");
        asked.iter().filter(|body| last_prompt(body).contains(prompt)).count()
    }

    /// Tokens it has produced, over all answers.
    pub fn tokens(&self) -> u64 {
        self.stage.tokens.load(Ordering::SeqCst)
    }

    /// Answers it is giving at this moment.
    pub fn open(&self) -> u64 {
        self.stage.open.load(Ordering::SeqCst)
    }
}

fn last_prompt(body: &Value) -> String {
    let messages = body.get("messages").and_then(Value::as_array);
    let last = messages.and_then(|messages| messages.last()).and_then(|message| message.get("content"));
    last.and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn complete(State(stage): State<Arc<Stage>>, Json(body): Json<Value>) -> Response {
    let prompt = last_prompt(&body);
    stage.asked.lock().expect("no story panics here").push(body);
    let script = {
        let scripts = stage.scripts.lock().expect("no story panics here");
        scripts.iter().find(|(key, _)| prompt.contains(key.as_str())).map(|(_, script)| script.clone())
    };
    let Some(script) = script else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": { "message": "no story told me what to say" } })))
            .into_response();
    };
    if let Some((status, retry_after)) = script.refusals.lock().expect("no story panics here").pop() {
        let status = StatusCode::from_u16(status).expect("stories use valid statuses");
        let retry = retry_after.map(|seconds| [("retry-after", seconds.to_string())]);
        return (status, retry.unwrap_or_else(|| [("x-no-retry", String::new())]), "{}").into_response();
    }
    let (send, receive) = mpsc::channel(1);
    #[expect(clippy::disallowed_methods, reason = "it ends with its client")]
    tokio::task::spawn(play(stage, script, send));
    let body = Body::from_stream(ReceiverStream::new(receive).map(Ok::<_, Infallible>).map(|frame| match frame {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) | Err(_) => Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
    }));
    ([("content-type", "text/event-stream; charset=utf-8")], body).into_response()
}

/// Ends as soon as the client is gone.
async fn play(stage: Arc<Stage>, script: Script, send: mpsc::Sender<Option<Bytes>>) {
    stage.open.fetch_add(1, Ordering::SeqCst);
    let mut said = 0;
    for step in script.steps {
        let gone = match step {
            Step::Say(text) => {
                said += 1;
                stage.tokens.fetch_add(1, Ordering::SeqCst);
                send.send(Some(delta(&json!({ "content": text })))).await.is_err()
            }
            Step::Stamp => {
                said += 1;
                stage.tokens.fetch_add(1, Ordering::SeqCst);
                send.send(Some(delta(&json!({ "content": format!("{} ", micros()) })))).await.is_err()
            }
            Step::Think(text) => {
                said += 1;
                stage.tokens.fetch_add(1, Ordering::SeqCst);
                send.send(Some(delta(&json!({ "reasoning_content": text })))).await.is_err()
            }
            Step::Gate(gate) => tokio::select! {
                permit = gate.acquire() => { permit.expect("gates stay open").forget(); false }
                () = send.closed() => true,
            },
            Step::Note(came) => {
                came.add_permits(1);
                false
            }
            Step::Pause(time) => tokio::select! {
                () = tokio::time::sleep(time) => false,
                () = send.closed() => true,
            },
            Step::Raw(text) => send.send(Some(Bytes::from(text))).await.is_err(),
            Step::Finish => send.send(Some(finish(said))).await.is_err(),
            Step::Reset => send.send(None).await.is_err(),
            Step::Hang => {
                send.closed().await;
                true
            }
        };
        if gone {
            break;
        }
    }
    stage.open.fetch_sub(1, Ordering::SeqCst);
}

/// Microseconds since 1970.
pub fn micros() -> u128 {
    std::time::UNIX_EPOCH.elapsed().map(|time| time.as_micros()).unwrap_or_default()
}

fn delta(delta: &Value) -> Bytes {
    data(&json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] }))
}

fn finish(completion: u64) -> Bytes {
    let stop = data(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }));
    let usage = json!({ "prompt_tokens": 7, "completion_tokens": completion, "total_tokens": 7 + completion });
    let usage = data(&json!({ "choices": [], "usage": usage }));
    Bytes::from([stop, usage, Bytes::from_static(b"data: [DONE]\n\n")].concat())
}

fn data(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}
