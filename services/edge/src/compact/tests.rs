//! A client that follows the rules has the same text, however the past was cut into pages and wherever it resumed.

use std::collections::BTreeMap;

use domain::{GenerationId, TenantId};
use events::stream::{Kind, Piece};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::cursor::Cursor;
use crate::item::{Body, Milestone, Turn};
use crate::piece;
use crate::progress::{Progress, Verdict};

/// What a browser does with what it gets.
#[derive(Default)]
struct Client {
    attempt: i64,
    /// The highest attempt on this connection.
    heard: i64,
    index: Option<i64>,
    parts: BTreeMap<String, String>,
    last_id: Option<Cursor>,
    over: bool,
}

impl Client {
    fn take(&mut self, frame: &Bytes) {
        let text = std::str::from_utf8(frame).unwrap().strip_suffix("\n\n").unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        if let Some(id) = field("id: ") {
            self.last_id = Some(id.parse().unwrap());
        }
        let data: Value = serde_json::from_str(field("data: ").unwrap()).unwrap();
        match field("event: ").unwrap() {
            "generation.completed" => {
                assert!(!self.over, "a second terminal event");
                self.over = true;
            }
            "generation.started" => self.hears(data["attempt"].as_i64().unwrap()),
            event => self.piece(event, &data),
        }
    }

    /// The first event of a higher attempt makes the text so far void.
    fn hears(&mut self, attempt: i64) {
        assert!(attempt >= self.heard, "an older attempt after a newer one");
        self.heard = attempt;
        if attempt > self.attempt {
            (self.attempt, self.index, self.parts) = (attempt, None, BTreeMap::new());
        }
    }

    fn piece(&mut self, event: &str, data: &Value) {
        assert!(!self.over, "a piece after the end");
        let attempt = data["attempt"].as_i64().unwrap();
        self.hears(attempt);
        if attempt < self.attempt {
            return; // heard before the cut, inside a block
        }
        let index = data["index"].as_i64().unwrap();
        if self.index.is_some_and(|known| index <= known) {
            return;
        }
        let first = data["first_index"].as_i64().unwrap_or(index);
        assert!(first <= self.index.map_or(0, |known| known + 1), "a hole before {first}, known {:?}", self.index);
        self.index = Some(index);
        let Some(delta) = data["delta"].as_str() else { return };
        let part = self.parts.entry(format!("{event} {} {}", data["path"], data["edit"])).or_default();
        let known = part.chars().count() as u64;
        let skip = data["offset"].as_u64().map_or(0, |offset| known.checked_sub(offset).expect("a hole in the text"));
        part.extend(delta.chars().skip(skip as usize));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Text {
        part: usize,
        delta: String,
    },
    Usage,
    NextAttempt,
    /// A zombie of an older attempt speaks.
    Zombie,
    /// The relay begins again a little earlier.
    Repeat,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..5_usize, "[a-zé𝒳\\n\"]{0,4}").prop_map(|(part, delta)| Step::Text { part, delta }),
        1 => Just(Step::Usage),
        1 => Just(Step::NextAttempt),
        1 => Just(Step::Zombie),
        1 => Just(Step::Repeat),
    ]
}

fn said(part: usize, delta: String) -> Piece {
    match part {
        0 => Piece::Reasoning { delta },
        1 => Piece::Explanation { delta },
        2 => Piece::Code { path: "a.tsx".into(), delta, edit: false },
        3 => Piece::Code { path: "a.tsx".into(), delta, edit: true },
        _ => Piece::Code { path: "b.tsx".into(), delta, edit: false },
    }
}

/// A log and the text of its last attempt.
struct Log {
    items: Vec<Item>,
    generation: GenerationId,
    attempt: i32,
    index: i64,
    sequence: i64,
}

impl Log {
    fn of(steps: &[Step]) -> Self {
        let mut log = Self { items: vec![], generation: GenerationId::generate(), attempt: 1, index: 0, sequence: 1 };
        log.milestone("generation.started", 1);
        for step in steps {
            log.step(step.clone());
        }
        log.sequence += 1;
        log.milestone("generation.completed", log.sequence);
        log.chunk(log.attempt, log.index, said(0, "after the end".into()));
        log.milestone("generation.completed", log.sequence);
        log
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Text { part, delta } => self.next(said(part, delta)),
            Step::Usage => self.next(Piece::Usage { usage: domain::Usage::default(), cost: None }),
            Step::NextAttempt => {
                (self.attempt, self.index, self.sequence) = (self.attempt + 1, 0, self.sequence + 1);
                self.milestone("generation.started", self.sequence);
            }
            Step::Zombie => self.chunk(self.attempt - 1, 1_000, said(1, "zombie".into())),
            Step::Repeat => self.milestone("generation.started", self.sequence),
        }
    }

    fn next(&mut self, piece: Piece) {
        self.chunk(self.attempt, self.index, piece);
        self.index += 1;
    }

    fn cursor(&self) -> Cursor {
        format!("v1.00000001.0.{}", self.items.len()).parse().unwrap()
    }

    fn chunk(&mut self, attempt: i32, index: i64, piece: Piece) {
        let chunk = events::stream::Chunk {
            tenant_id: TenantId::generate(),
            session_id: domain::SessionId::generate(),
            generation_id: self.generation,
            attempt,
            index,
            kind: piece.kind(),
            occurred_at: chrono::Utc::now(),
            key_id: String::new(),
            sealed: vec![],
        };
        self.items.push(piece::item(&self.cursor(), &chunk, piece));
    }

    fn milestone(&mut self, name: &str, sequence: i64) {
        let (generation, attempt) = (self.generation, self.attempt);
        let turn = match name {
            "generation.started" => Turn::Began { generation, attempt },
            _ => Turn::Over { generation },
        };
        self.items.push(Item {
            tenant: TenantId::generate(),
            key_id: None,
            body: Body::Milestone(Milestone { sequence, turn }),
            frame: Frame::new(Some(&self.cursor()), name, &serde_json::json!({ "attempt": attempt })),
        });
    }
}

/// What a connection sends of these items, in pages of the given sizes; a page of 0 is sent live, one by one.
fn sent(items: &[Item], progress: &mut Progress, pages: &[usize]) -> Vec<Bytes> {
    let (mut rest, mut frames, mut pages) = (items, vec![], pages.iter().cycle());
    while !rest.is_empty() {
        let size = *pages.next().unwrap();
        let (page, more) = rest.split_at(size.clamp(1, rest.len()));
        let admitted: Vec<_> = page
            .iter()
            .filter_map(|item| match progress.admit(&item.body) {
                Verdict::Send { before } => Some(Admitted { item, before }),
                _ => None,
            })
            .collect();
        match size {
            0 => frames.extend(admitted.iter().map(|admitted| admitted.item.frame.whole())),
            _ => frames.extend(compact(&admitted)),
        }
        rest = more;
    }
    frames
}

fn plain(items: &[Item]) -> Client {
    let mut client = Client::default();
    sent(items, &mut Progress::default(), &[0]).iter().for_each(|frame| client.take(frame));
    client
}

proptest! {
    #[test]
    fn any_pages_and_any_cuts_give_the_same_text(
        steps in prop::collection::vec(step(), 0..60),
        pages in prop::collection::vec(0..20_usize, 1..5),
        cuts in prop::collection::vec(0..60_usize, 0..4),
        primed: bool,
    ) {
        let log = Log::of(&steps);
        let whole = plain(&log.items);
        let mut client = Client::default();
        for received in cuts.into_iter().map(Some).chain([None]) {
            let from = client.last_id.map_or(0, |id| id.offset as usize + 1);
            let mut progress = Progress::default();
            if primed {
                log.items[..from].iter().for_each(|item| { progress.admit(&item.body); });
            }
            if client.over { break; }
            client.heard = 0;
            let frames = sent(&log.items[from..], &mut progress, &pages);
            frames.iter().take(received.unwrap_or(usize::MAX)).for_each(|frame| client.take(frame));
        }
        prop_assert_eq!(client.parts, whole.parts);
        prop_assert!(client.over);
    }

    #[test]
    fn a_joined_block_has_one_id_at_its_end(steps in prop::collection::vec(step(), 0..40)) {
        let log = Log::of(&steps);
        let mut progress = Progress::default();
        let admitted: Vec<_> = log.items.iter().filter_map(|item| match progress.admit(&item.body) {
            Verdict::Send { before } => Some(Admitted { item, before }),
            _ => None,
        }).collect();
        let frames = compact(&admitted);
        let ids = frames.iter().filter(|frame| frame.starts_with(b"id: ")).count();
        prop_assert!(frames.last().unwrap().starts_with(b"id: "));
        prop_assert_eq!(ids, if frames.len() < admitted.len() { 1 } else { frames.len() });
    }
}

#[test]
fn two_deltas_become_one_with_its_place() {
    let steps = ["Hé", "llo"].map(|delta| Step::Text { part: 2, delta: delta.into() });
    let log = Log::of(&[Step::Text { part: 1, delta: "x".into() }, steps[0].clone(), steps[1].clone()]);
    let frames = sent(&log.items[..4], &mut Progress::default(), &[9]);
    let text = std::str::from_utf8(&frames[2]).unwrap();
    let data: Value = serde_json::from_str(text.split("data: ").nth(1).unwrap()).unwrap();
    assert!(text.starts_with("id: v1.00000001.0.3\nevent: code\n"), "{text}");
    assert_eq!(data["delta"], "Héllo");
    assert_eq!((&data["first_index"], &data["index"], &data["offset"]), (&1.into(), &2.into(), &0.into()));
    assert_eq!(data["path"], "a.tsx");
    assert_eq!(Kind::Code, log.items[3].text_kind());
}

impl Item {
    fn text_kind(&self) -> Kind {
        match &self.body {
            Body::Chunk(chunk) => chunk.text.as_ref().unwrap().part.kind,
            Body::Milestone(_) => panic!("not a text"),
        }
    }
}
