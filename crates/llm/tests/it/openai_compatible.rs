//! The traps of streaming model servers, each played by one that falls into it.

mod answers;
mod broken;
mod connections;
mod refusals;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use futures::StreamExt;
use llm::{Chunk, Error, Message, OpenAiCompatible, Provider, Request};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::playback::{Call, PATIENCE, provider, server};

fn question() -> Request {
    Request { messages: vec![Message::user("a secret question")], ..Request::default() }
}

/// Everything one answer says, up to its end or its error.
async fn hear(provider: &OpenAiCompatible) -> (Vec<Chunk>, Option<Error>) {
    let mut chunks = Vec::new();
    let mut stream = match provider.stream(question()).await {
        Ok(stream) => stream,
        Err(error) => return (chunks, Some(error)),
    };
    while let Some(chunk) = timeout(PATIENCE, stream.next()).await.expect("the stream hangs") {
        match chunk {
            Ok(chunk) => chunks.push(chunk),
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last item");
                return (chunks, Some(error));
            }
        }
    }
    (chunks, None)
}

/// What is heard when one server answers every request with these events.
async fn heard(events: &'static [&'static str]) -> (Vec<Chunk>, Option<Error>) {
    let (url, _server) = server(move |_, mut call: Call| async move { call.stream(events).await }).await;
    hear(&provider(&url)).await
}

fn text(chunks: &[Chunk]) -> String {
    chunks.iter().filter_map(|chunk| if let Chunk::Text(text) = chunk { Some(text.as_str()) } else { None }).collect()
}

fn counting(calls: &Arc<AtomicUsize>, status: StatusCode, body: &'static str) -> Router {
    let calls = calls.clone();
    Router::new().route(
        "/v1/chat/completions",
        post(move || {
            calls.fetch_add(1, Ordering::SeqCst);
            async move { (status, body).into_response() }
        }),
    )
}

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}
