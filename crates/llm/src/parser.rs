//! Turns a model's text into explanation, reasoning and file changes while it is still being written.
//!
//! The parser is **incremental**: a piece comes out as soon as it cannot be part of a fence or a tag any more.
//! It is **total**: any text at all has a meaning, nothing fails. And it is **blind to chunks**: it reads
//! character by character, so how the text was split cannot matter.
//!
//! What that means exactly, for the text given to [`Parser::push`]: join neighbouring pieces of the same
//! kind (for [`Piece::Code`]: also of the same path and `edit`), and the sequence of pieces, [`Piece::File`]
//! included, is the same for every way of splitting. Besides:
//! - the joined explanation is [`Parsed::explanation`], the joined reasoning [`Parsed::reasoning`];
//! - all code of a fence comes before the [`Piece::File`] that closes it, and if that is a
//!   [`FileOp::Create`](crate::FileOp::Create), the joined code of that fence is its content, to the byte;
//! - `\r\n` is read as `\n`;
//! - outside code blocks the explanation has at most one blank line in a row, and none at its ends: a line end
//!   comes out together with what follows it.

mod draft;
mod edits;
mod elision;
mod fence;
mod fenced;
mod files;
mod output;
mod problem;
mod prose;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::FileChange;
use fenced::Fenced;
use output::Output;
pub use problem::Problem;
use prose::Prose;

/// A piece of an answer, in the order in which the model wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// The model's thinking: given apart, or between `<think>` and `</think>`.
    Reasoning(String),
    /// Prose for the user, code blocks without a path included.
    Explanation(String),
    /// A piece of a file being written.
    Code {
        path: String,
        delta: String,
        /// The delta is raw search/replace text, not content of the file.
        edit: bool,
    },
    /// An operation on a file is complete.
    File(FileChange),
}

/// The whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub explanation: String,
    pub reasoning: String,
    /// Every change in order; a path may occur twice, and each time it has its whole content.
    pub changes: Vec<FileChange>,
    /// What the model got wrong. The files named are as they were before.
    pub problems: Vec<Problem>,
}

/// Reads one answer.
pub struct Parser {
    state: State,
    /// A `\r` that may be half of a line end.
    carriage_return: bool,
    output: Output,
}

enum State {
    Prose(Prose),
    Fenced(Box<Fenced>),
}

impl Parser {
    /// `base` is what search/replace blocks apply to: every current file, path to content.
    pub fn new(base: BTreeMap<String, String>) -> Self {
        Self { state: State::Prose(Prose::new()), carriage_return: false, output: Output::new(base) }
    }

    /// The next text of the answer, split anywhere.
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        text.chars().for_each(|c| self.unite_line_end(c));
        self.output.take()
    }

    /// The next piece of thinking, from a server that keeps it apart from the text.
    pub fn reasoning(&mut self, text: &str) -> Vec<Piece> {
        self.output.reasoning(text);
        self.output.take()
    }

    /// The answer is over, complete or not.
    pub fn finish(mut self) -> (Vec<Piece>, Parsed) {
        if self.carriage_return {
            self.step('\r');
        }
        match self.state {
            State::Prose(prose) => prose.finish(&mut self.output),
            State::Fenced(fenced) => fenced.finish(&mut self.output),
        }
        let last = self.output.take();
        (last, self.output.parsed)
    }

    fn unite_line_end(&mut self, c: char) {
        if std::mem::take(&mut self.carriage_return) && c != '\n' {
            self.step('\r');
        }
        match c {
            '\r' => self.carriage_return = true,
            c => self.step(c),
        }
    }

    fn step(&mut self, c: char) {
        let next = match &mut self.state {
            State::Prose(prose) => prose.step(c, &mut self.output),
            State::Fenced(fenced) => fenced.step(c, &mut self.output),
        };
        if let Some(next) = next {
            self.state = next;
        }
    }
}
