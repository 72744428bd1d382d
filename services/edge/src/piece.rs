//! Pieces of an answer, as the browser sees them.

use domain::FileOp;
use events::stream::{Chunk, Kind, Piece};
use serde_json::{Map, Value, json};

use crate::cursor::Cursor;
use crate::frame::Frame;
use crate::item::{self, Body, Item, Part, Text};
use crate::milestone::cost;

/// The item of an opened chunk.
pub fn item(cursor: &Cursor, chunk: &Chunk, piece: Piece) -> Item {
    let mut data = head(&chunk.generation_id, chunk.attempt);
    data.insert("index".into(), chunk.index.into());
    let name = name(piece.kind());
    let text = fill(&mut data, piece);
    Item {
        tenant: chunk.tenant_id,
        key_id: Some(chunk.key_id.as_str().into()),
        frame: Frame::new(Some(cursor), name, &data),
        body: Body::Chunk(item::Chunk {
            generation: chunk.generation_id,
            attempt: chunk.attempt,
            index: chunk.index,
            text,
        }),
    }
}

/// The frame of a piece that is no record of the topic.
pub fn alone(generation: &domain::GenerationId, attempt: i32, index: i64, piece: Piece) -> Frame {
    let mut data = head(generation, attempt);
    data.insert("index".into(), index.into());
    let name = name(piece.kind());
    fill(&mut data, piece);
    Frame::new(None, name, &data)
}

pub const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Reasoning => "reasoning",
        Kind::Explanation => "explanation",
        Kind::Code => "code",
        Kind::File => "file",
        Kind::Usage => "usage",
    }
}

/// What every piece says first.
pub fn head(generation: &domain::GenerationId, attempt: i32) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("generation_id".into(), generation.to_string().into());
    data.insert("attempt".into(), attempt.into());
    data
}

/// The fields that say where a text belongs.
pub fn place(data: &mut Map<String, Value>, part: &Part) {
    if let Some(path) = &part.path {
        data.insert("path".into(), (**path).into());
    }
    if part.edit {
        data.insert("edit".into(), true.into());
    }
}

/// In the words of the stream: done, not to be done.
pub const fn done(op: FileOp) -> &'static str {
    match op {
        FileOp::Create => "created",
        FileOp::Patch => "patched",
        FileOp::Rename => "renamed",
        FileOp::Delete => "deleted",
    }
}

fn fill(data: &mut Map<String, Value>, piece: Piece) -> Option<Text> {
    match piece {
        Piece::Reasoning { delta } => Some(text(data, Part { kind: Kind::Reasoning, path: None, edit: false }, delta)),
        Piece::Explanation { delta } => {
            Some(text(data, Part { kind: Kind::Explanation, path: None, edit: false }, delta))
        }
        Piece::Code { path, delta, edit } => {
            Some(text(data, Part { kind: Kind::Code, path: Some(path.into()), edit }, delta))
        }
        Piece::File { path, op, from, content } => {
            data.insert("path".into(), path.into());
            data.insert("op".into(), done(op).into());
            let rest = [("from", from), ("content", content)];
            data.extend(rest.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))));
            None
        }
        Piece::Usage { usage, cost: so_far } => {
            data.insert("usage".into(), json!(usage));
            if let Some(so_far) = so_far {
                data.insert("cost".into(), cost(&so_far));
            }
            None
        }
    }
}

fn text(data: &mut Map<String, Value>, part: Part, delta: String) -> Text {
    place(data, &part);
    data.insert("delta".into(), delta.as_str().into());
    Text { part, chars: delta.chars().count() as u64, delta: delta.into() }
}
