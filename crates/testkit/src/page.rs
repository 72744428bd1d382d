//! A browser's view of one session: the bytes of its stream, folded as the web UI folds them.

use std::collections::BTreeMap;
use std::time::Duration;

use eventsource_stream::Eventsource;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::wait::PATIENCE;

/// One event as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub event: String,
    pub id: String,
    pub data: Value,
}

impl Frame {
    pub fn text(&self, field: &str) -> &str {
        self.data.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn number(&self, field: &str) -> Option<i64> {
        self.data.get(field).and_then(Value::as_i64)
    }

    pub fn is_terminal(&self) -> bool {
        matches!(self.event.as_str(), "generation.completed" | "generation.failed" | "generation.cancelled")
    }

    fn is_piece(&self) -> bool {
        matches!(self.event.as_str(), "reasoning" | "explanation" | "code" | "file" | "usage")
    }
}

/// What a generation looks like to someone who watches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub attempt: i64,
    /// The highest index seen.
    pub index: Option<i64>,
    pub explanation: String,
    pub reasoning: String,
    pub code: BTreeMap<String, String>,
    pub terminals: Vec<Frame>,
}

/// An open page. Text is kept across reconnects, as a browser keeps it.
pub struct Page {
    frames: Option<BoxStream<'static, Frame>>,
    pub seen: Vec<Frame>,
    pub views: BTreeMap<String, View>,
    pub cursor: Option<String>,
    /// Rules that the stream broke, in words.
    pub complaints: Vec<String>,
}

impl Page {
    pub fn new(response: reqwest::Response) -> Self {
        let mut page =
            Self { frames: None, seen: Vec::new(), views: BTreeMap::new(), cursor: None, complaints: Vec::new() };
        page.reconnect(response);
        page
    }

    /// Goes on with a new connection.
    pub fn reconnect(&mut self, response: reqwest::Response) {
        let events = response.bytes_stream().eventsource();
        let frames = events.take_while(|event| std::future::ready(event.is_ok())).filter_map(|event| async {
            let event = event.ok()?;
            let data = serde_json::from_str(&event.data).ok()?;
            Some(Frame { event: event.event, id: event.id, data })
        });
        self.frames = Some(frames.boxed());
    }

    /// Closes the tab; what was seen stays in memory for the story.
    pub fn close(&mut self) {
        self.frames = None;
    }

    /// The next event; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Frame> {
        self.next_before(Instant::now() + PATIENCE).await
    }

    async fn next_before(&mut self, until: Instant) -> Option<Frame> {
        let frames = self.frames.as_mut()?;
        let frame = timeout_at(until, frames.next()).await;
        let frame = frame.unwrap_or_else(|_| panic!("the stream stayed silent; seen so far: {:?}", self.names()))?;
        if !frame.id.is_empty() {
            self.cursor = Some(frame.id.clone());
        }
        self.fold(&frame);
        self.seen.push(frame.clone());
        Some(frame)
    }

    /// Reads until an event of this name comes; fails when the stream ends first.
    pub async fn until(&mut self, name: &str) -> Frame {
        self.until_such(name, |frame| frame.event == name).await
    }

    /// Reads until such an event comes.
    pub async fn until_such(&mut self, what: &str, such: impl Fn(&Frame) -> bool) -> Frame {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.next_before(until).await {
                Some(frame) if such(&frame) => return frame,
                Some(_) => {}
                None => panic!("the stream ended before {what}; seen: {:?}", self.names()),
            }
        }
    }

    /// Reads until the explanation of `generation` contains `text`.
    pub async fn sees(&mut self, generation: &str, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.view(generation).explanation.contains(text) {
            let frame = self.next_before(until).await;
            assert!(frame.is_some(), "the stream ended before {text:?}; seen: {:?}", self.names());
        }
    }

    /// Reads until the terminal event of `generation`.
    pub async fn sees_the_end(&mut self, generation: &str) -> Frame {
        if let Some(terminal) = self.view(generation).terminals.first() {
            return terminal.clone();
        }
        self.until_such("the terminal event", |f| f.is_terminal() && f.text("generation_id") == generation).await
    }

    /// Nothing more comes for this long, except what is allowed to.
    pub async fn stays_silent_for(&mut self, time: Duration) {
        let Some(frames) = self.frames.as_mut() else { return };
        if let Ok(Some(frame)) = timeout_at(Instant::now() + time, frames.next()).await {
            panic!("an event came that should not: {frame:?}");
        }
    }

    pub fn view(&self, generation: &str) -> View {
        self.views.get(generation).cloned().unwrap_or_default()
    }

    fn names(&self) -> Vec<&str> {
        self.seen.iter().map(|frame| frame.event.as_str()).collect()
    }

    fn fold(&mut self, frame: &Frame) {
        let generation = frame.text("generation_id").to_owned();
        if generation.is_empty() {
            return;
        }
        let view = self.views.entry(generation).or_default();
        if frame.is_piece() {
            if let Some(complaint) = view.fold(frame) {
                self.complaints.push(complaint);
            }
        } else if frame.is_terminal() {
            view.terminals.push(frame.clone());
        }
    }
}

impl View {
    /// Applies a piece once; says what is wrong with its number.
    fn fold(&mut self, frame: &Frame) -> Option<String> {
        let attempt = frame.number("attempt").unwrap_or_default();
        let index = frame.number("index").unwrap_or_default();
        let first = frame.number("first_index").unwrap_or(index);
        if !self.terminals.is_empty() {
            return Some(format!("a piece after the end: {frame:?}"));
        }
        if attempt < self.attempt {
            return Some(format!("a piece of attempt {attempt} after one of {}", self.attempt));
        }
        if attempt > self.attempt {
            *self = Self { attempt, ..Self::default() };
        }
        let expected = self.index.map_or(0, |seen| seen + 1);
        if index < expected {
            return Some(format!("piece {index} came twice"));
        }
        let gap = (first > expected).then(|| format!("pieces {expected} to {} are missing", first - 1));
        self.index = Some(index);
        self.append(frame);
        gap
    }

    fn append(&mut self, frame: &Frame) {
        let delta = frame.text("delta");
        let part = match frame.event.as_str() {
            "explanation" => &mut self.explanation,
            "reasoning" => &mut self.reasoning,
            "code" => self.code.entry(frame.text("path").to_owned()).or_default(),
            _ => return,
        };
        let had = part.chars().count() as i64;
        let before = frame.number("offset").unwrap_or(had);
        part.extend(delta.chars().skip((had - before).max(0) as usize));
    }
}
