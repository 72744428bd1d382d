//! A model server on loopback that plays back exactly the bytes it is given.

use std::{future::Future, time::Duration};

use llm::{Config, OpenAiCompatible};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The beginning of every streamed answer, as vLLM sends it; the body ends with the connection.
pub const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n";

/// Facts that never come fail the test instead of hanging it.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// One connection, after its request has been read.
pub struct Call {
    pub request: String,
    pub socket: TcpStream,
}

impl Call {
    pub async fn send(&mut self, bytes: &str) {
        self.socket.write_all(bytes.as_bytes()).await.unwrap();
        self.socket.flush().await.unwrap();
    }

    pub async fn stream(&mut self, events: &[&str]) {
        self.send(STREAM).await;
        for event in events {
            self.event(event).await;
        }
    }

    pub async fn event(&mut self, data: &str) {
        self.send(&format!("data: {data}\n\n")).await;
    }

    pub async fn status(&mut self, line: &str, body: &str) {
        let length = body.len();
        self.send(&format!("HTTP/1.1 {line}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")).await;
    }

    /// Resolves when the other side hangs up.
    pub async fn hung_up(&mut self) {
        let mut rest = [0; 64];
        while !matches!(self.socket.read(&mut rest).await, Ok(0) | Err(_)) {}
    }

    /// Ends the connection with a reset.
    pub fn reset(self) {
        self.socket.set_zero_linger().unwrap();
    }
}

pub fn delta(text: &str) -> String {
    serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}).to_string()
}

pub const FINISH: &str = r#"{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}"#;

/// Serves each connection in turn with `serve(number from 0, call)`.
pub async fn server<F, Fut>(serve: F) -> (String, JoinHandle<()>)
where
    F: Fn(usize, Call) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        for number in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.set_nodelay(true).unwrap();
            let request = read_request(&mut socket).await;
            serve(number, Call { request, socket }).await;
        }
    });
    (url, task)
}

pub async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return String::from_utf8(bytes).unwrap();
            }
        }
        if socket.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return String::from_utf8(bytes).unwrap();
        }
    }
}

/// A provider for that server; short pauses, and the model is known.
pub fn config(url: &str) -> Config {
    Config {
        url: Some(url.parse().unwrap()),
        model: Some("tiny".into()),
        backoff: Duration::from_millis(1),
        first_token: PATIENCE,
        silence: PATIENCE,
        ..Config::default()
    }
}

pub fn provider(url: &str) -> OpenAiCompatible {
    OpenAiCompatible::new(config(url)).unwrap()
}
