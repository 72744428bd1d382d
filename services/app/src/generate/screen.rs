//! What the terminal shows of an answer: each word once, also when a broken stream is told again in larger pieces.

use std::io::Write;

use serde_json::{Value, json};

/// How far it has been shown.
pub struct Screen<W> {
    out: W,
    json: bool,
    attempt: i64,
    /// The last piece, and the characters of the explanation up to it.
    index: i64,
    received: usize,
}

impl<W: Write> Screen<W> {
    pub const fn new(out: W, json: bool) -> Self {
        Self { out, json, attempt: 0, index: -1, received: 0 }
    }

    /// One event of the stream, with its name and id.
    pub fn show(&mut self, event: &str, id: &str, data: &Value) -> std::io::Result<()> {
        if self.json {
            return writeln!(self.out, "{}", json!({ "event": event, "id": id, "data": data }));
        }
        let index = data.get("index").and_then(Value::as_i64);
        if index.is_some_and(|index| !self.is_new(data, index)) {
            return Ok(());
        }
        let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default();
        match event {
            "generation.started" => self.begin(data)?,
            "explanation" => self.explain(text("delta"), data)?,
            "file" => write!(self.out, "\n  {} {}\n", text("op"), text("path"))?,
            _ => {}
        }
        self.index = index.unwrap_or(self.index);
        self.out.flush()
    }

    /// A worker that takes an answer over begins from nothing.
    fn begin(&mut self, data: &Value) -> std::io::Result<()> {
        let attempt = data.get("attempt").and_then(Value::as_i64).unwrap_or_default();
        if attempt > self.attempt {
            if self.index >= 0 {
                writeln!(self.out, "\n\n(its worker was lost; another one begins again)\n")?;
            }
            (self.attempt, self.index, self.received) = (attempt, -1, 0);
        }
        Ok(())
    }

    fn is_new(&self, data: &Value, index: i64) -> bool {
        let attempt = data.get("attempt").and_then(Value::as_i64).unwrap_or(self.attempt);
        attempt >= self.attempt && index > self.index
    }

    /// A joined piece says how many characters came before it; what was shown of it is left out.
    fn explain(&mut self, delta: &str, data: &Value) -> std::io::Result<()> {
        let before = data.get("offset").and_then(Value::as_u64).map_or(self.received, |offset| offset as usize);
        let shown = self.received.saturating_sub(before);
        let rest: String = delta.chars().skip(shown).collect();
        self.received += rest.chars().count();
        write!(self.out, "{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(events: &[(&str, Value)]) -> String {
        let mut out = Vec::new();
        let mut screen = Screen::new(&mut out, false);
        for (event, data) in events {
            screen.show(event, "", data).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    fn piece(index: i64, delta: &str) -> (&'static str, Value) {
        ("explanation", json!({ "attempt": 1, "index": index, "delta": delta }))
    }

    #[test]
    fn what_is_told_again_after_a_break_is_shown_once() {
        let joined = json!({ "attempt": 1, "first_index": 0, "index": 2, "offset": 0, "delta": "añb" });
        assert_eq!(shown(&[piece(0, "a"), piece(1, "ñ"), piece(1, "ñ"), ("explanation", joined)]), "añb");
    }

    #[test]
    fn another_attempt_begins_anew_and_says_so() {
        let second = |index, delta| ("explanation", json!({ "attempt": 2, "index": index, "delta": delta }));
        let started = ("generation.started", json!({ "attempt": 2 }));
        let text = shown(&[piece(0, "half"), started, piece(1, "late"), second(0, "whole")]);
        assert!(text.starts_with("half\n") && text.ends_with("\nwhole"), "{text}");
        assert!(!text.contains("late"));
    }

    #[test]
    fn a_program_gets_every_event_as_it_came() {
        let mut out = Vec::new();
        Screen::new(&mut out, true).show("file", "v1.x", &json!({ "path": "a" })).unwrap();
        let line: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&line["event"], &line["id"], &line["data"]["path"]), (&json!("file"), &json!("v1.x"), &json!("a")));
    }
}
