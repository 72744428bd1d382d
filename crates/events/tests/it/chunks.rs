//! The hot path: pieces of an answer.

use domain::{Cost, FileOp, Usage};
use events::stream::{Chunk, Kind, Piece};
use events::{DecodeError, StreamRecord};

use crate::samples::{self, envelope, id, noon};

pub fn chunk(kind: Kind) -> Chunk {
    Chunk {
        tenant_id: id("ten", 2),
        session_id: id("ses", 3),
        generation_id: id("gen", 7),
        attempt: 1,
        index: 42,
        kind,
        occurred_at: noon(),
        key_id: "key-1".to_owned(),
        sealed: vec![0, 1, 254, 255],
    }
}

fn pieces() -> Vec<Piece> {
    let path = || "src/App.tsx".to_owned();
    let cost = Cost { amount: "0.1".to_owned(), currency: "USD".to_owned(), price_list: "1".to_owned() };
    vec![
        Piece::Reasoning { delta: "hm".to_owned() },
        Piece::Explanation { delta: "Here".to_owned() },
        Piece::Code { path: path(), delta: "<p>".to_owned(), edit: true },
        Piece::File { path: path(), op: FileOp::Rename, from: Some("a".to_owned()), content: Some("b".to_owned()) },
        Piece::Usage { usage: Usage::default(), cost: Some(cost) },
    ]
}

#[test]
fn a_chunk_of_every_kind_comes_back() {
    for kind in [Kind::Reasoning, Kind::Explanation, Kind::Code, Kind::File, Kind::Usage] {
        let framed = chunk(kind).encode().unwrap();
        assert_eq!(Chunk::decode(&framed).unwrap(), chunk(kind));
        assert_eq!(events::decode_stream(&framed).unwrap(), StreamRecord::Chunk(chunk(kind)));
    }
}

#[test]
fn the_stream_tells_milestones_from_chunks() {
    let sample = &samples::all()[0];
    let milestone = sample.contract().encode(&envelope(), &sample.sealed).unwrap();

    assert!(matches!(events::decode_stream(&milestone).unwrap(), StreamRecord::Event(_)));
    assert!(matches!(Chunk::decode(&milestone), Err(DecodeError::Unexpected("UserRegistered"))));
    let chunk = chunk(Kind::Code).encode().unwrap();
    assert!(matches!(events::decode(&chunk), Err(DecodeError::Unexpected("ChunkPublished"))));
}

#[test]
fn a_piece_says_its_kind_inside_and_outside() {
    for piece in pieces() {
        let json = piece.to_json();
        assert_eq!(Piece::from_json(&json).unwrap(), piece);
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(value["kind"], serde_json::to_value(piece.kind()).unwrap());
    }
}
