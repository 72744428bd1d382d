//! One record of a session, opened, understood and rendered.

use domain::{GenerationId, TenantId};
use events::stream::Kind;

use crate::frame::Frame;

/// What a watcher decides on, and what it sends.
#[derive(Debug)]
pub struct Item {
    pub tenant: TenantId,
    /// The key that opened its text; it may be destroyed later.
    pub key_id: Option<Box<str>>,
    pub body: Body,
    pub frame: Frame,
}

#[derive(Debug)]
pub enum Body {
    Milestone(Milestone),
    Chunk(Chunk),
}

/// A fact about the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestone {
    /// The session's version after it.
    pub sequence: i64,
    pub turn: Turn,
}

/// What a milestone means for a generation's pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Nothing,
    /// Its stream begins here.
    Asked {
        generation: GenerationId,
    },
    Began {
        generation: GenerationId,
        attempt: i32,
    },
    Over {
        generation: GenerationId,
    },
}

/// A piece of an answer.
#[derive(Debug)]
pub struct Chunk {
    pub generation: GenerationId,
    pub attempt: i32,
    pub index: i64,
    /// `None`: it stands for itself and is never joined.
    pub text: Option<Text>,
}

/// Text that continues its part.
#[derive(Debug)]
pub struct Text {
    pub part: Part,
    pub delta: Box<str>,
    /// Unicode scalar values in `delta`.
    pub chars: u64,
}

/// What a text is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub kind: Kind,
    pub path: Option<Box<str>>,
    pub edit: bool,
}
