//! What the parser has found: pieces nobody has taken yet, and the whole so far.

use std::collections::BTreeMap;

use super::{Parsed, Piece, Problem, draft::Draft, files::Files};

pub(super) struct Output {
    pieces: Vec<Piece>,
    pub parsed: Parsed,
    files: Files,
    /// Line ends of the explanation that nothing has followed yet.
    line_ends: usize,
}

impl Output {
    pub fn new(base: BTreeMap<String, String>) -> Self {
        Self { pieces: Vec::new(), parsed: Parsed::default(), files: Files::new(base), line_ends: 0 }
    }

    /// The pieces since the last call.
    pub fn take(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.pieces)
    }

    /// Prose. Line ends wait for what follows them: the gaps that files leave behind, and the end, stay tidy.
    pub fn prose(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            self.line_ends += usize::from(at > 0);
            if !line.is_empty() {
                self.verbatim(line);
            }
        }
    }

    /// Text of the explanation to the letter.
    pub fn verbatim(&mut self, text: &str) {
        let begun = !self.parsed.explanation.is_empty();
        let text = if begun { text } else { text.trim_start() };
        if text.is_empty() {
            return;
        }
        let gap = &"\n\n"[..std::mem::take(&mut self.line_ends).min(2)];
        let text = format!("{}{text}", if begun { gap } else { "" });
        self.parsed.explanation.push_str(&text);
        match self.pieces.last_mut() {
            Some(Piece::Explanation(last)) => last.push_str(&text),
            _ => self.pieces.push(Piece::Explanation(text)),
        }
    }

    pub fn reasoning(&mut self, text: &str) {
        self.parsed.reasoning.push_str(text);
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Reasoning(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Reasoning(text.to_owned())),
        }
    }

    pub fn code(&mut self, to: &str, text: &str, as_edit: bool) {
        match self.pieces.last_mut() {
            Some(Piece::Code { path, delta, edit }) if path == to && *edit == as_edit => delta.push_str(text),
            _ => self.pieces.push(Piece::Code { path: to.to_owned(), delta: text.to_owned(), edit: as_edit }),
        }
    }

    pub fn problem(&mut self, problem: impl Into<Problem>) {
        self.parsed.problems.push(problem.into());
    }

    /// A fence has ended, by its closing line or (`cut`) by the end of the answer.
    pub fn complete(&mut self, draft: Draft, cut: bool) {
        if cut {
            self.problem(Problem::Unclosed { path: draft.path.clone() });
        }
        // What was cut before its first word says nothing about the file.
        if cut && draft.is_blank() && draft.writes() {
            return;
        }
        match self.files.apply(draft) {
            Ok(None) => {}
            Ok(Some(change)) => {
                self.parsed.changes.push(change.clone());
                self.pieces.push(Piece::File(change));
            }
            Err(problem) => self.problem(problem),
        }
    }
}
