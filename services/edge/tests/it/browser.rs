//! A browser's `EventSource`, and a page that follows the rules for what it gets.

use std::collections::HashMap;
use std::sync::Once;

use domain::SessionId;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use crate::world::PATIENCE;

#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    url: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub id: Option<String>,
    pub event: String,
    pub data: Value,
    pub raw: String,
}

/// One open connection.
pub struct Page {
    response: Response,
    /// A character may be cut between two pieces.
    buffer: Vec<u8>,
}

impl Browser {
    pub fn new(url: String) -> Self {
        static TLS: Once = Once::new();
        TLS.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
        Self { client: reqwest::Client::new(), url }
    }

    pub async fn get(&self, session: SessionId, from: &str, last_event_id: Option<&[u8]>) -> Response {
        let request = self.client.get(format!("{}/api/v1/sessions/{session}/events{from}", self.url));
        let request = match last_event_id {
            Some(id) => request.header("Last-Event-ID", reqwest::header::HeaderValue::from_bytes(id).unwrap()),
            None => request,
        };
        request.send().await.unwrap()
    }

    /// `from` with its question mark, or nothing.
    pub async fn opens(&self, session: SessionId, from: &str) -> Page {
        Page::of(self.get(session, from, None).await)
    }

    pub async fn resumes(&self, session: SessionId, id: &str) -> Page {
        Page::of(self.get(session, "?from=0", Some(id.as_bytes())).await)
    }

    pub async fn is_refused(&self, session: SessionId, from: &str, id: Option<&[u8]>) -> (StatusCode, String) {
        let response = self.get(session, from, id).await;
        let status = response.status();
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{status}");
        let problem: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(problem["status"], status.as_u16());
        (status, problem["code"].as_str().unwrap().into())
    }
}

impl Page {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers["content-type"], "text/event-stream");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-accel-buffering"], "no");
        assert!(!headers.contains_key("content-encoding"));
        Self { response, buffer: vec![] }
    }

    /// The next block, heartbeats included; `None`: the stream is over.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block = self.buffer.drain(..end + 2).take(end).collect();
                return Some(String::from_utf8(block).unwrap());
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("nothing came").unwrap()?;
            self.buffer.extend_from_slice(&chunk);
        }
    }

    /// The next event.
    pub async fn next(&mut self) -> Option<Frame> {
        timeout(PATIENCE, self.event()).await.expect("no event came")
    }

    async fn event(&mut self) -> Option<Frame> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            if let (Some(event), Some(data)) = (field("event: "), field("data: ")) {
                let data = serde_json::from_str(&data).unwrap();
                return Some(Frame { id: field("id: "), event, data, raw: block });
            }
        }
    }

    pub async fn sees(&mut self, event: &str) -> Frame {
        let frame = self.next().await.expect("the stream is over");
        assert_eq!(frame.event, event, "{frame:?}");
        frame
    }

    /// Everything up to and with the first event of this name.
    pub async fn until(&mut self, event: &str) -> Vec<Frame> {
        let mut frames = vec![];
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("over before {event}: {frames:?}"));
            frames.push(frame);
            if frames.last().unwrap().event == event {
                return frames;
            }
        }
    }
}

/// What a page shows: the prose of each generation, and how often it ended.
#[derive(Default, Debug)]
pub struct Screen {
    pub texts: HashMap<String, String>,
    pub ends: HashMap<String, usize>,
    pub last_id: Option<String>,
    /// Milestones, by their sequence.
    pub sequence: i64,
    index: HashMap<String, (i64, i64)>,
}

impl Screen {
    pub fn shows(&mut self, frame: &Frame) {
        self.last_id = frame.id.clone().or(self.last_id.take());
        let data = &frame.data;
        if let Some(sequence) = data["sequence"].as_i64() {
            if sequence <= self.sequence {
                return;
            }
            self.sequence = sequence;
        }
        let generation = data["generation_id"].as_str().unwrap_or_default().to_owned();
        match frame.event.as_str() {
            "generation.completed" | "generation.failed" | "generation.cancelled" => {
                *self.ends.entry(generation).or_default() += 1;
            }
            "explanation" => self.prose(generation, data),
            _ => {}
        }
    }

    /// How many pieces of this answer are shown.
    pub fn pieces(&self, generation: impl ToString) -> i64 {
        self.index.get(&generation.to_string()).map_or(0, |(_, index)| index + 1)
    }

    fn prose(&mut self, generation: String, data: &Value) {
        let (attempt, index) = (data["attempt"].as_i64().unwrap(), data["index"].as_i64().unwrap());
        let first = data["first_index"].as_i64().unwrap_or(index);
        let known = self.index.entry(generation.clone()).or_insert((0, -1));
        let text = self.texts.entry(generation).or_default();
        if attempt > known.0 {
            (*known, *text) = ((attempt, -1), String::new());
        }
        if attempt < known.0 || index <= known.1 {
            return;
        }
        assert!(first <= known.1 + 1, "a hole between {} and {first}", known.1);
        let skip = data["offset"].as_u64().map_or(0, |offset| text.chars().count() as u64 - offset);
        text.extend(data["delta"].as_str().unwrap().chars().skip(skip as usize));
        known.1 = index;
    }
}
